/**
 * Tells the centre what the outbox holds, one message at a time, and again until it is answered. PUBACK only says that the broker has a
 * message; only a receipt or a signed answer clears anything. While polls are open it speaks on a fixed timer and not at each cast,
 * so that nobody learns from the line when somebody voted; once they are closed it waits for its slot.
 */
import { equalBytes, fromBase64 } from '../../core/keys/hash.ts'
import { messageHash, openAnswer } from '../../core/messages/answer.ts'
import { encodeEntriesMessage, entriesThatFit } from '../../core/messages/entries.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Logger, Random, Timer } from '../../core/ports.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, openCosignature } from '../../core/tlog/cosignature.ts'
import { type CentreAddress, startLink } from './link.ts'
import type { Outbox } from './outbox.ts'
import type { Said } from './slot.ts'

/** A message without answer for so long is sent again at the next turn of the timer; an answer that comes until then still counts. Milliseconds of the network's clock. */
const ANSWER_MS = 10_000

export interface SyncOptions {
  readonly address: CentreAddress
  readonly outbox: Outbox
  /** Names the election and the witness whose receipts count. */
  readonly package: ElectionPackage
  /** Ed25519 key that signs the centre's answers, from the centre's certificate. */
  readonly centreMessageKey: Uint8Array
  /** Drives the timer and the waits between connections; may be virtual. */
  readonly clock: Clock
  /** Real time, also where `clock` is virtual: the other end of the line is real. */
  readonly networkClock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Between two messages while polls are open, milliseconds; asked at each message, and after each order. */
  readonly intervalMs: () => number
  /** The centre showed a head that this device's log key signed and that does not stand in its journal. */
  readonly contradicted: (alarm: 'rolled-back' | 'forked') => void
  /** The outbox could not be read or written. Whoever made it decides what follows. */
  readonly failed: (error: unknown) => void
  /** Takes an order of the election office. @returns the answer, if one is given; the office sends again until it has one. */
  readonly ordered?: (payload: Uint8Array) => Uint8Array | undefined
  /** Stops virtual time while a connection or an answer is waited for, until the returned function is called. */
  readonly hold?: () => () => void
  /**
   * How long the device has still to wait for its slot, milliseconds; 0 while polls are open. Until then neither the timer nor a new
   * connection sends anything of the journal. Without it nobody waits.
   */
  readonly slotWaitMs?: (said: Said) => number
  /**
   * What is said of how the device is, at each turn of the timer while the link is up; undefined when there is nothing more to say. It is worth something
   * when it is new, so none is kept: nobody answers it, it is not sent again, and the next one comes at the next turn.
   */
  readonly status?: () => Uint8Array | undefined
  /** Told whenever the link comes up, connected and subscribed, or goes down. */
  readonly linkChanged?: (isUp: boolean) => void
}

/** How a flush ended. `tally-refused`: all entries arrived, but the centre refuses the tally; officers take the memory stick. */
export type FlushEnd = 'received' | 'tally-refused' | 'closed'

export interface Sync {
  /** Sends in the device's slot, without waiting for the timer; resolves once the centre has answered for everything, however long that takes. */
  flush(): Promise<FlushEnd>
  close(): Promise<void>
}

/** A message on its way. */
interface Exchange {
  readonly kind: 'entries' | 'tally'
  readonly payload: Uint8Array
  /** Size that a receipt must reach; 0 for a tally. */
  readonly size: number
  readonly from: number
  /** Whether the outbox held more than fitted into the message. */
  readonly more: boolean
  readonly deadline: Timer
  readonly release: () => void
  /** Nobody waits for its answer any more; it may come all the same. */
  isOverdue: boolean
}

type Message = Pick<Exchange, 'kind' | 'payload' | 'size' | 'from' | 'more'>

/** Starts at once. Never throws because of the network or the centre. */
export function startSync(options: SyncOptions): Sync {
  const { outbox, clock, logger } = options
  const hold = options.hold ?? (() => () => {})
  const slotWaitMs = options.slotWaitMs ?? (() => 0)
  const witness = witnessOf(options.package)
  let isUp = false
  let isClosed = false
  let exchange: Exchange | undefined
  /** Where the centre asked to begin again, until it has caught up. */
  let resendFrom: number | undefined
  /** One answer `resend` a turn is followed at once, so that two ends that disagree do not fill the line. */
  let hasResent = false
  let refusedTally: string | undefined
  let flushes: ((end: FlushEnd) => void)[] = []

  const link = startLink({
    ...options,
    hold,
    election: options.package.definition.election,
    deviceId: outbox.deviceId,
    up: () => {
      isUp = true
      options.linkChanged?.(true)
      guard(pump)
    },
    down: () => {
      isUp = false
      options.linkChanged?.(false)
      endExchange()
    },
    receive: (kind, payload) =>
      guard(() => {
        if (kind === 'receipt') takeReceipt(payload)
        else if (kind === 'answer') takeAnswer(payload)
        else takeOrder(payload)
      }),
  })
  let timer = clock.after(options.intervalMs(), turn)
  let slotTimer: Timer | undefined
  /** When each slot has come in any case, by {@link Clock.elapsed}: a time of day that was set back puts it off again and again. */
  const latestSlots = new Map<Said, number>()

  function turn() {
    timer = clock.after(options.intervalMs(), turn)
    hasResent = false
    guard(() => {
      const status = isUp ? options.status?.() : undefined
      if (status !== undefined) link.publish('status', status)
    })
    guard(pump)
  }

  /** Network and timer call here: what the outbox throws must not end in them. */
  function guard(action: () => void) {
    if (isClosed) return
    try {
      action()
    } catch (error) {
      options.failed(error)
    }
  }

  /** Sends the next message, if none is on its way. */
  function pump() {
    if (isClosed || exchange?.isOverdue === false) return
    const message = nextMessage(outbox, resendFrom, refusedTally)
    if (message === undefined) return endFlushes(outbox.tally() === undefined ? 'received' : 'tally-refused')
    if (isBeforeSlot(message.kind)) return
    if (isUp) send(message)
  }

  /** Whether the device's slot has not come yet. When it has, it speaks. */
  function isBeforeSlot(said: Said): boolean {
    const toSlotMs = slotWaitMs(said)
    if (toSlotMs === 0) return false
    const now = clock.elapsed()
    const latest = latestSlots.get(said) ?? now + toSlotMs
    latestSlots.set(said, latest)
    const waitMs = Math.min(toSlotMs, latest - now)
    if (waitMs <= 0) return false
    slotTimer?.cancel()
    slotTimer = clock.after(waitMs, () => guard(pump))
    return true
  }

  function send(message: Message) {
    endExchange()
    const sent: Exchange = {
      ...message,
      release: hold(),
      isOverdue: false,
      deadline: options.networkClock.after(ANSWER_MS, () => {
        logger.warn({ kind: message.kind }, 'sync: no answer from the centre')
        sent.isOverdue = true
        sent.release()
      }),
    }
    exchange = sent
    link.publish(message.kind, message.payload)
  }

  function endExchange() {
    exchange?.deadline.cancel()
    exchange?.release()
    exchange = undefined
  }

  function endFlushes(end: FlushEnd) {
    const ended = flushes
    flushes = []
    for (const resolve of ended) resolve(end)
  }

  /** Ends the exchange that was answered, and goes on where there is reason not to wait for the timer. */
  function answered(goOn: boolean) {
    link.proven()
    endExchange()
    if (goOn || flushes.length > 0) pump()
  }

  function takeReceipt(payload: Uint8Array) {
    const receipt = parseReceipt(payload, 'receipt')
    if (!receipt.ok) return logger.warn({ code: receipt.error.code }, 'sync: receipt refused')
    const { origin, size, cosignature } = receipt.value
    // The centre's line must stand under what this device itself signed; nothing else of the receipt is believed.
    const note = origin === outbox.origin ? outbox.checkpointAt(size) : undefined
    if (note === undefined) return logger.warn({ size }, 'sync: receipt for another checkpoint')
    const verified = openCosignature(addSignatureLine(note, cosignature), witness)
    if (!verified.ok) return logger.warn({ code: verified.error.code }, 'sync: receipt refused')
    if (size > outbox.receipted()) outbox.storeReceipt(size, cosignature)
    if (resendFrom !== undefined && size > resendFrom) {
      resendFrom = size < outbox.receipted() ? size : undefined
    }
    if (exchange?.kind === 'entries' && size >= exchange.size) answered(exchange.more)
  }

  function takeAnswer(payload: Uint8Array) {
    const answer = openAnswer(payload, options.centreMessageKey, 'answer')
    if (!answer.ok) return logger.warn({ code: answer.error.code }, 'sync: answer refused')
    const { to, have, result, held } = answer.value
    if (exchange === undefined || to !== messageHash(exchange.payload)) return
    const alarm = held === undefined ? undefined : findContradiction(outbox, held)
    if (alarm !== undefined) {
      logger.error({ have, alarm }, 'sync: the centre holds another history of this device')
      options.contradicted(alarm)
      // Entries from the place the centre names would not join to what it holds: the whole is said again at the next turn, never a part.
      resendFrom = undefined
      link.proven()
      return endExchange()
    }
    if (result === 'resend') return takeResend(have, exchange)
    if (exchange.kind !== 'tally') return
    if (result === 'stored') {
      outbox.clearTally()
    } else {
      logger.error({ have }, 'sync: the centre refuses the tally')
      refusedTally = Buffer.from(exchange.payload).toString('utf8')
    }
    answered(false)
  }

  function takeOrder(payload: Uint8Array) {
    const before = options.intervalMs()
    const answer = options.ordered?.(payload)
    // It may be one for another window.
    if (answer !== undefined) latestSlots.clear()
    // Nobody waits out an interval that does not hold any more; and an order that changes nothing puts no turn off.
    if (options.intervalMs() !== before) {
      timer.cancel()
      timer = clock.after(options.intervalMs(), turn)
    }
    if (answer !== undefined) link.publish('order-answer', answer)
  }

  function takeResend(have: number, asked: Exchange) {
    const { size } = outbox.journalFrom(outbox.receipted())
    if (have > size) {
      logger.warn({ have, size }, 'sync: the centre says that it holds more entries than this device')
    } else {
      logger.warn({ have, size }, 'sync: the centre asks for entries again')
      resendFrom = have
    }
    const goOn = have <= size && !hasResent && !(asked.kind === 'entries' && asked.from === have)
    hasResent = true
    link.proven()
    endExchange()
    if (goOn) pump()
  }

  return {
    flush: () =>
      new Promise((resolve) => {
        if (isClosed) return resolve('closed')
        flushes.push(resolve)
        pump()
      }),
    close: async () => {
      isClosed = true
      timer.cancel()
      slotTimer?.cancel()
      endExchange()
      endFlushes('closed')
      await link.close()
    },
  }
}

/**
 * Whether a checkpoint that the log key of this device signed is larger than its journal, or not of it: a restored disk, or a copy at work.
 * Without the device's own signature it proves nothing.
 */
function findContradiction(outbox: Outbox, held: string): 'rolled-back' | 'forked' | undefined {
  const { origin, logKey } = outbox
  const opened = openCheckpoint(held, { origin, publicKey: logKey })
  if (!opened.ok) return undefined
  const { size, root } = opened.value
  if (size > outbox.journalFrom(outbox.receipted()).size) return 'rolled-back'
  const note = outbox.checkpointAt(size)
  const own = note === undefined ? undefined : openCheckpoint(note, { origin, publicKey: logKey })
  return own?.ok && !equalBytes(own.value.root, root) ? 'forked' : undefined
}

/** What is to be said next: entries first, and the tally only when the centre holds them all. */
function nextMessage(
  outbox: Outbox,
  resendFrom: number | undefined,
  refusedTally: string | undefined,
): Message | undefined {
  const receipted = outbox.receipted()
  let from = resendFrom ?? receipted
  let journal = outbox.journalFrom(from)
  if (journal.entries.length === 0 && receipted < journal.size) {
    // A stick was there before: what the centre holds it gives a receipt for when it is told the head again.
    from = journal.size - 1
    journal = outbox.journalFrom(from)
  }
  if (journal.entries.length > 0) {
    const { count, checkpoint } = part(outbox, from, journal)
    const { origin, certificate } = outbox
    const entries = journal.entries.slice(0, count)
    const payload = encodeEntriesMessage({ origin, from, entries, checkpoint, certificate })
    return { kind: 'entries', payload, from, size: from + count, more: from + count < journal.size }
  }
  const tally = outbox.tally()
  if (tally === undefined || tally === refusedTally) return undefined
  return { kind: 'tally', payload: Buffer.from(tally), from, size: 0, more: false }
}

/** As many entries as fit into one message and end at a checkpoint. */
function part(
  outbox: Outbox,
  from: number,
  journal: ReturnType<Outbox['journalFrom']>,
): { readonly count: number; readonly checkpoint: string } {
  const fitting = entriesThatFit(journal.entries)
  if (fitting === journal.entries.length) return { count: fitting, checkpoint: journal.checkpoint }
  for (let count = fitting; count > 0; count -= 1) {
    const checkpoint = outbox.checkpointAt(from + count)
    if (checkpoint !== undefined) return { count, checkpoint }
  }
  throw new Error(`the outbox keeps no checkpoint from ${from + 1} to ${from + fitting}`)
}

function witnessOf({ definition }: ElectionPackage): {
  readonly name: string
  readonly publicKey: Uint8Array
} {
  const publicKey = fromBase64(definition.witness.key)
  if (publicKey === undefined) throw new Error('the package names no key for the witness')
  return { name: definition.witness.name, publicKey }
}
