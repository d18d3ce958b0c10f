/**
 * Whether one's own clock is off. Every device says in its statuses what time it is, and most of them are right: a collector that most contradict accuses no
 * device of what its own clock does.
 */

/** Of fewer nobody can say who is wrong. */
const FEWEST = 5
/** Those heard last. */
const MOST = 64
/** Queues of brokers and the second that either clock cuts off are far below it. */
const OFF_MS = 60_000

/**
 * By how much most clocks are ahead of one's own, milliseconds; 0 if they agree with it, or are too few.
 * @param aheadMs of each device
 */
export function clockOffset(aheadMs: readonly number[]): number {
  if (aheadMs.length < FEWEST) return 0
  const median = aheadMs.toSorted((a, b) => a - b)[aheadMs.length >> 1] ?? 0
  return Math.abs(median) > OFF_MS ? median : 0
}

/** A collector's clock beside those of the devices that it heard last. */
export class OwnClock {
  readonly #aheadMs = new Map<string, number>()

  /** Takes note of what a device's clock says. */
  note(device: string, aheadMs: number): void {
    this.#aheadMs.delete(device)
    this.#aheadMs.set(device, aheadMs)
    const [oldest] = this.#aheadMs.keys()
    if (this.#aheadMs.size > MOST && oldest !== undefined) this.#aheadMs.delete(oldest)
  }

  /** As {@link clockOffset}. */
  offsetMs(): number {
    return clockOffset([...this.#aheadMs.values()])
  }
}
