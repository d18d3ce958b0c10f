/** The touchscreen: asks who is there, makes it report raw touches, and passes them on. */
import type { Clock, Logger, OpenLine } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { Line } from '../link/exchange.ts'
import type { LinkFault } from '../link/fault.ts'
import { openTransport } from '../link/fault.ts'
import type { LinkCounters } from '../link/framer.ts'
import { Listeners } from '../link/listeners.ts'
import type { EloPacket, TouchEvent } from './codec.ts'
import {
  acknowledgementOf,
  eloFormat,
  encodePacket,
  identityOf,
  isRawMode,
  modeOf,
  RAW_MODE,
  touchOf,
} from './codec.ts'

/** A connected touchscreen. */
export interface Touchscreen {
  /** Kind and firmware, for the journal. */
  readonly identity: string
  readonly counters: LinkCounters
  /** Calls back for each contact, movement and release from now on. */
  onTouch(listener: (touch: TouchEvent) => void): void
  /** Calls back once when the line is gone, at once if it already is. */
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

/** The handshake's pace, as in the public drivers: a second an answer, three tries. */
const ANSWER_MS = 1000
const TRIES = 3

/** Opens the line and shakes hands: identify, then raw mode with contacts, movements and releases, set if it is not. */
export async function connectTouchscreen(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly logger: Logger
}): Promise<Result<Touchscreen, LinkFault>> {
  const { open, clock, logger } = parts
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const touches = new Listeners<TouchEvent>()
  const line = new Line(opened.value, clock, eloFormat, (packet) => {
    const touch = touchOf(packet)
    if (touch !== undefined) touches.tell(touch)
  })
  const identity = await shakeHands(line)
  if (!identity.ok) {
    line.close()
    return identity
  }
  logger.info({ peripheral: 'touchscreen', identity: identity.value }, 'connected')
  return ok({
    identity: identity.value,
    get counters() {
      return line.counters
    },
    onTouch: (listener) => touches.add(listener),
    onLost: (listener) => line.onLost(listener),
    close: () => line.close(),
  })
}

/** Who is there, once it also reports as it should. */
async function shakeHands(line: Line<EloPacket>): Promise<Result<string, LinkFault>> {
  const identity = await identify(line)
  if (!identity.ok) return identity
  const raw = await makeRaw(line)
  return raw.ok ? identity : raw
}

async function identify(line: Line<EloPacket>): Promise<Result<string, LinkFault>> {
  let answer = await ask(line, 'i', identityOf)
  for (let again = 1; again < TRIES && !answer.ok && answer.error.is === 'timeout'; again += 1) {
    answer = await ask(line, 'i', identityOf)
  }
  return answer
}

async function makeRaw(line: Line<EloPacket>): Promise<Result<null, LinkFault>> {
  const before = await ask(line, 'm', modeOf)
  if (!before.ok) return before
  if (isRawMode(before.value)) return ok(null)
  const set = await acknowledged(line, encodePacket('M', RAW_MODE), () => true)
  if (!set.ok) return set
  const after = await ask(line, 'm', modeOf)
  if (!after.ok) return after
  if (!isRawMode(after.value)) return protocolFault('the touchscreen did not take its mode')
  return ok(null)
}

/** A query: the answer comes first, its acknowledgement behind it. */
async function ask<A>(
  line: Line<EloPacket>,
  command: 'i' | 'm',
  read: (packet: EloPacket) => A | undefined,
): Promise<Result<A, LinkFault>> {
  let answer: A | undefined
  const result = await acknowledged(line, encodePacket(command), (packet) => {
    answer ??= read(packet)
    return answer !== undefined
  })
  if (!result.ok) return result
  if (answer === undefined) throw new Error('acknowledged without an answer')
  return ok(answer)
}

/**
 * Waits for the acknowledgement of a command. `complete` is shown every packet; an acknowledgement without errors that comes before
 * it holds belongs to an earlier, timed-out try.
 */
async function acknowledged(
  line: Line<EloPacket>,
  command: Uint8Array,
  complete: (packet: EloPacket) => boolean,
): Promise<Result<null, LinkFault>> {
  const outcome = await line.exchange<string>(command, ANSWER_MS, (packet) => {
    const done = complete(packet)
    const errors = acknowledgementOf(packet)
    if (errors === undefined || (errors === '' && !done)) return undefined
    return { is: 'answer', answer: errors }
  })
  if (outcome.is === 'timeout') return fail({ is: 'timeout', what: 'the touchscreen does not answer' })
  if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
  if (outcome.answer !== '') return protocolFault(`the touchscreen reports error ${outcome.answer}`)
  return ok(null)
}

function protocolFault(what: string): Result<never, LinkFault> {
  return fail({ is: 'protocol', what })
}
