/**
 * Time that jumps. A polling day of twelve hours passes in seconds, because the clock moves straight to the next timer, but never
 * while work that takes real time is under way: bytes on an unpaced line, an exchange with the broker or the board.
 */
import type { Clock, Timer } from '../core/ports.ts'

/** Event loop turns without anything to do before time may move: one for what just ran, one for what that started. */
const IDLE_TURNS = 2

/** Held, time is looked at again after so much real time, or when the last hold is released. */
const HELD_LOOK_MS = 50

/** A hold that stays open this long belongs to work that will never end. Milliseconds of real time. */
const LONGEST_HOLD_MS = 60_000

interface Entry {
  readonly due: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

/**
 * A clock of whole milliseconds that only {@link run} moves. Timers due at one instant fire in the order they were set.
 */
export class VirtualClock implements Clock {
  #now: number
  #setBy = 0
  readonly #patienceMs: number
  readonly #heap: Entry[] = []
  #order = 0
  #holds = 0
  /** Ends {@link run}'s wait for something that goes by real time. */
  #wake = () => {}
  #running = false

  /**
   * @param startMs where time begins, milliseconds since 1970
   * @param patienceMs real milliseconds with nothing to do after which {@link run} calls it a deadlock
   */
  constructor(startMs: number, patienceMs = 3_000) {
    if (!Number.isSafeInteger(startMs)) throw new RangeError('a virtual clock starts at a whole millisecond')
    this.#now = startMs
    this.#patienceMs = patienceMs
  }

  now(): number {
    return this.#now + this.#setBy
  }

  elapsed(): number {
    return this.#now
  }

  /** Somebody sets the time of day so many milliseconds forward, or back; what waits goes on waiting as long as before. */
  set(byMs: number): void {
    this.#setBy += byMs
  }

  /** Fractions of a millisecond are rounded up, so that nothing fires early. */
  after(ms: number, callback: () => void): Timer {
    if (!(ms >= 0 && ms < Number.MAX_SAFE_INTEGER)) throw new RangeError(`no timer can wait ${ms} ms`)
    const entry = { due: this.#now + Math.ceil(ms), order: this.#order++, callback, cancelled: false }
    this.#push(entry)
    return {
      cancel: () => {
        entry.cancelled = true
      },
    }
  }

  /** Stops time until the returned function is called (a second call does nothing): real work is in flight. */
  hold(): () => void {
    this.#holds += 1
    let open = true
    return () => {
      if (!open) return
      open = false
      this.#holds -= 1
      if (this.#holds === 0) this.#wake()
    }
  }

  /**
   * Drives time until `until` settles, and settles the same way. Rejects when nothing is left that could settle it. One run at
   * a time.
   */
  async run<T>(until: Promise<T>): Promise<T> {
    if (this.#running) throw new Error('this virtual clock is running already')
    this.#running = true
    try {
      let settled = false
      const settle = (): void => {
        settled = true
        this.#wake()
      }
      until.then(settle, settle)
      let idleSince: number | undefined
      for (;;) {
        for (let turn = 0; turn < IDLE_TURNS && !settled; turn += 1) await nextTurn()
        if (settled) return await until
        const entry = this.#holds === 0 ? this.#pop() : undefined
        if (entry !== undefined) {
          idleSince = undefined
          this.#now = entry.due
          entry.callback()
          continue
        }
        // Nothing of ours moves time now; give whatever runs on real time a chance, but not for ever.
        idleSince ??= performance.now()
        this.#checkPatience(performance.now() - idleSince)
        if (performance.now() - idleSince > 2) await this.#realTime(this.#holds > 0 ? HELD_LOOK_MS : 1)
      }
    } finally {
      this.#running = false
    }
  }

  /** Waits so much real time, or less if there is something to do before. */
  #realTime(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #checkPatience(idleMs: number): void {
    const when = new Date(this.#now).toISOString()
    if (this.#holds > 0 && idleMs > LONGEST_HOLD_MS) {
      throw new Error(`stuck at ${when}: ${this.#holds} hold(s) on the virtual clock are never released`)
    }
    if (this.#holds === 0 && idleMs > this.#patienceMs) {
      throw new Error(
        `deadlock at ${when}: no timer, no hold, and what the virtual clock runs for is not settled`,
      )
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Entry
      if (isBefore(parent, entry)) break
      heap[at] = parent
      at = above
    }
    heap[at] = entry
  }

  /** Takes the next timer that was not cancelled. */
  #pop(): Entry | undefined {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined) return undefined
      const last = this.#heap.pop() as Entry
      if (last !== first) this.#sink(last)
      if (!first.cancelled) return first
    }
  }

  #sink(entry: Entry): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1
      if (isBefore(entry, heap[child] as Entry)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = entry
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
