/** Which alarms were told lately. A line is written before anything else is done: whoever raises one alarm a thousand times a second would have everybody wait for as many. */
import type { Clock } from '../../core/ports.ts'
import type { Alarm } from './alarm.ts'

/** The same of the same device is told again after so long. Milliseconds. */
const AGAIN_MS = 60_000

/** Guards one thing: that an alarm of one kind of one device is told once in {@link AGAIN_MS}. */
export class ToldLately {
  readonly #clock: Pick<Clock, 'elapsed'>
  /** When each was told, the longest ago first. */
  readonly #told = new Map<string, number>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  /** Whether it is to be told now; then it is told. */
  isNews({ kind, device }: Pick<Alarm, 'kind' | 'device'>): boolean {
    const now = this.#clock.elapsed()
    for (const [old, at] of this.#told) {
      if (now - at < AGAIN_MS) break
      this.#told.delete(old)
    }
    const key = `${kind} ${device}`
    if (this.#told.has(key)) return false
    this.#told.set(key, now)
    return true
  }
}
