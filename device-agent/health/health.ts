/**
 * How the device is: what each line is doing, since when, and what has passed over it. Logged at each connection and loss and on a fixed
 * timer, so that a technician sees a line that is getting worse before it fails.
 */
import type { Clock, Logger, Timer } from '../../core/ports.ts'
import type { LinkHealth } from '../../firmware/link/supervisor.ts'

/** What each line is doing, by peripheral. */
export type HealthSnapshot<N extends string> = Readonly<Record<N, LinkHealth>>

/** Between two entries of each line in the log. */
const LOG_INTERVAL_MS = 15 * 60_000
/**
 * How finely the log counts frames. Every finger is a few of them, and a new screen too: a finer count would tell from two entries how
 * much one voter touched. The other counters count what goes wrong, which no choice changes.
 */
const LOGGED_FRAMES = 1_000

/** The health of a device's lines. */
export class Health<N extends string> {
  readonly #lines: Readonly<Record<N, { readonly health: LinkHealth }>>
  readonly #clock: Clock
  readonly #logger: Logger
  #timer: Timer | undefined

  constructor(lines: Readonly<Record<N, { readonly health: LinkHealth }>>, clock: Clock, logger: Logger) {
    this.#lines = lines
    this.#clock = clock
    this.#logger = logger
  }

  /** All lines as they are now, with their exact counters. */
  get snapshot(): HealthSnapshot<N> {
    return Object.fromEntries(
      this.#names().map((name) => [name, this.#lines[name].health]),
    ) as HealthSnapshot<N>
  }

  /** Begins to log on the timer. */
  start(): void {
    this.#timer = this.#clock.after(LOG_INTERVAL_MS, () => {
      for (const name of this.#names()) this.changed(name)
      this.start()
    })
  }

  /** A line was connected or lost: logs it. */
  changed(name: N): void {
    const { state, since, counters, reconnects } = this.#lines[name].health
    this.#logger.info(
      {
        peripheral: name,
        state,
        since: new Date(since).toISOString(),
        frames: Math.floor(counters.frames / LOGGED_FRAMES) * LOGGED_FRAMES,
        discarded_bytes: counters.discardedBytes,
        bad_checksums: counters.badChecksums,
        timeouts: counters.timeouts,
        reconnects,
      },
      'line',
    )
  }

  close(): void {
    this.#timer?.cancel()
  }

  #names(): N[] {
    return Object.keys(this.#lines) as N[]
  }
}
