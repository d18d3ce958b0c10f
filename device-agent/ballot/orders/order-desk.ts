/**
 * Takes orders of the election office: checks each, writes it into the journal before it has any effect, and answers. The office sends an order again
 * until it is answered, so the same one is answered the same way again. A lock waits, without an answer, until the voter who is at the device has gone:
 * so its entry is the end of all votes, and tells of nobody how long he was at it.
 */
import { messageHash } from '../../../core/messages/answer.ts'
import { checkOrder, checkSignatories, type Order } from '../../../core/messages/check-order.ts'
import { readOrder } from '../../../core/messages/order.ts'
import { MAX_LOG, type OrderAnswer, signOrderAnswer } from '../../../core/messages/order-answer.ts'
import type { Clock, Logger, Signer } from '../../../core/ports.ts'
import { ok, type Refusal, type Result, refuse } from '../../../core/result.ts'
import { utcSecond } from '../../../core/text/utc-second.ts'
import { RecentLog } from '../../recent-log.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import type { DeviceHome } from '../home.ts'

/** So many orders are looked at within {@link SPAN_MS}; others go unread and unanswered, so that a flood of them costs nothing. */
const MOST = 10
const SPAN_MS = 60_000

interface DeskParts {
  readonly home: Pick<DeviceHome, 'config' | 'electionPackage' | 'authorityKey' | 'certificateDer'>
  readonly store: Pick<DeviceStore, 'day' | 'append'>
  readonly messageSigner: Signer
  readonly clock: Clock
  readonly logger: Logger
  /** Somebody is voting. */
  readonly isVoterIn: () => boolean
  /** An order was taken, and is in the journal. */
  readonly taken: () => void
}

/** One device's orders. */
export class OrderDesk {
  readonly #parts: DeskParts
  /** The program's log, which an order may have sent. */
  readonly log: RecentLog
  #looked: number[] = []
  /** A good order to lock the device. */
  #waiting: Uint8Array | undefined

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.log = new RecentLog(parts.logger, parts.clock, MAX_LOG)
  }

  /** @returns the answer; undefined of one order too many, and of one that waits. Throws where the journal cannot be written. */
  take(payload: Uint8Array): Uint8Array | undefined {
    const { home, messageSigner, clock } = this.#parts
    const now = clock.elapsed()
    this.#looked = this.#looked.filter((at) => now - at < SPAN_MS)
    if (this.#looked.length >= MOST) return undefined
    this.#looked.push(now)
    const taken = this.#accept(payload)
    if (taken === 'waits') return undefined
    const result = taken.ok ? this.#obeyed(taken.value) : this.#refused(taken.error)
    const answer = { device: home.config.device, to: messageHash(payload), result }
    return signOrderAnswer(answer, messageSigner, home.certificateDer)
  }

  /** Nobody is voting any more: an order that waited for it is taken, and answered when it comes again. */
  voterLeft(): void {
    const payload = this.#waiting
    this.#waiting = undefined
    if (payload !== undefined) this.#accept(payload)
  }

  #accept(payload: Uint8Array): Result<Order['content']> | 'waits' {
    const { home, store, clock } = this.#parts
    const { orders, polls } = store.day
    const read = readOrder(payload, 'down/order')
    const { device, station } = home.config
    const ground = {
      definition: home.electionPackage.definition,
      authority: home.authorityKey,
      device,
      station,
      lastNumber: orders.at(-1)?.number ?? 0,
      now: clock.now(),
    }
    if (read.ok && orders.some(({ order }) => order === read.value.hash)) {
      // Its hash is that of what it says, whoever signed.
      const by = checkSignatories(read.value, ground, 'down/order')
      return by.ok ? ok(read.value.content) : by
    }
    const checked = checkOrder(payload, ground, 'down/order')
    if (!checked.ok) return checked
    const { content, hash, by } = checked.value
    const { order, number } = content
    if (order.do !== 'send-logs' && polls === 'finished')
      return refuse('order.finished', 'down/order', 'the polls are closed for good', 'Nothing is to be done.')
    if (order.do === 'lock' && this.#parts.isVoterIn()) {
      this.#waiting = payload
      return 'waits'
    }
    store.append({
      type: 'order.accepted',
      number,
      order: hash,
      do: order.do,
      ...('until' in order && { until: order.until }),
      ...('policy' in order && { policy: order.policy }),
      by: [...by],
    })
    this.log.info({ number, do: order.do }, 'order accepted')
    this.#parts.taken()
    return ok(content)
  }

  #obeyed({ number, order, expires }: Order['content']): OrderAnswer['result'] {
    const isLate = this.#parts.clock.now() > (utcSecond(expires) ?? 0)
    return order.do === 'send-logs' && !isLate
      ? { is: 'accepted', number, log: this.log.text() }
      : { is: 'accepted', number }
  }

  #refused({ code, what }: Refusal): OrderAnswer['result'] {
    this.log.warn({ code }, 'order refused')
    return { is: 'refused', code, what }
  }
}
