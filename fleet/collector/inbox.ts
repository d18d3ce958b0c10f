/**
 * Messages that wait for their turn, by device: each device has a share of the room, and turns go round, so that whoever sends more than others holds
 * up nobody but itself.
 */
import type { Inbound } from './examine.ts'
import type { ToldLately } from './told-lately.ts'

/** A device has one message on its way at a time (`device-agent/sync`); what a broker redelivers may stand beside it. */
const SHARE = { messages: 16, bytes: 2 * 1024 * 1024 } as const
const BATCH = { messages: 512, bytes: 4 * 1024 * 1024 } as const

export interface Waiting<T> {
  readonly message: Inbound
  readonly ticket: T
}

interface Queue<T> {
  readonly waiting: Waiting<T>[]
  bytes: number
}

export class Inbox<T> {
  readonly #floods: Pick<ToldLately, 'isNews'>
  readonly #queues = new Map<string, Queue<T>>()
  #size = 0

  /** @param floods which floods were told lately: an empty queue forgets its device, and a steady flood empties it many times a second */
  constructor(floods: Pick<ToldLately, 'isNews'>) {
    this.#floods = floods
  }

  /** How many messages wait. */
  get size(): number {
    return this.#size
  }

  /** Takes a message in; `flooded` where its device is over its share and that was not told lately, `dropped` where it was. */
  add(message: Inbound, ticket: T): 'taken' | 'flooded' | 'dropped' {
    const { device, payload } = message
    const queue = this.#queues.get(device) ?? { waiting: [], bytes: 0 }
    const isFull =
      queue.waiting.length >= SHARE.messages ||
      (queue.waiting.length > 0 && queue.bytes + payload.length > SHARE.bytes)
    if (isFull) return this.#floods.isNews({ kind: 'flood', device }) ? 'flooded' : 'dropped'
    queue.waiting.push({ message, ticket })
    queue.bytes += payload.length
    this.#queues.set(device, queue)
    this.#size += 1
    return 'taken'
  }

  /** Takes out what fits into one batch: of each device its first message, then of each its second, and so on. */
  next(): readonly Waiting<T>[] {
    const batch: Waiting<T>[] = []
    let bytes = 0
    while (this.#queues.size > 0) {
      for (const [device, queue] of this.#queues) {
        const [first] = queue.waiting
        if (first === undefined) {
          this.#queues.delete(device)
          continue
        }
        const size = first.message.payload.length
        if (batch.length >= BATCH.messages || (batch.length > 0 && bytes + size > BATCH.bytes)) return batch
        queue.waiting.shift()
        queue.bytes -= size
        bytes += size
        this.#size -= 1
        batch.push(first)
        // Behind those that have not had their turn.
        this.#queues.delete(device)
        if (queue.waiting.length > 0) this.#queues.set(device, queue)
      }
    }
    return batch
  }
}
