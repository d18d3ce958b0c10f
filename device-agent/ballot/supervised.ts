/**
 * A peripheral that is connected again for ever: a fresh line each time, full-jitter backoff between tries, and the one answer to
 * "is it there right now".
 */
import type { Clock, Logger, Random, Timer } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import type { LinkFault } from '../../firmware/link/fault.ts'

/** What every driver has. */
interface Connected {
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000

/** Keeps one peripheral connected and tells of each change. */
export class Supervised<T extends Connected> {
  /** The connected peripheral, or undefined while there is none. */
  current: T | undefined
  readonly #name: string
  readonly #connect: () => Promise<Result<T, LinkFault>>
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #changed: (current: T | undefined) => void
  #tries = 0
  /** Whether a failure was logged since the peripheral last worked: a device tries for hours and says it once. */
  #told = false
  #retry: Timer | undefined
  #closed = false

  /**
   * @param name of the peripheral, for the log
   * @param changed called with the peripheral each time it is connected, and with undefined each time it is lost
   */
  constructor(
    name: string,
    connect: () => Promise<Result<T, LinkFault>>,
    parts: { readonly clock: Clock; readonly random: Random; readonly logger: Logger },
    changed: (current: T | undefined) => void,
  ) {
    this.#name = name
    this.#connect = connect
    this.#clock = parts.clock
    this.#random = parts.random
    this.#logger = parts.logger
    this.#changed = changed
  }

  /** Begins to connect; returns at once. */
  start(): void {
    void this.#try()
  }

  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    this.current?.close()
  }

  async #try(): Promise<void> {
    const connected = await this.#connect()
    if (this.#closed) {
      if (connected.ok) connected.value.close()
      return
    }
    if (!connected.ok) {
      this.#tell(connected.error)
      this.#later()
      return
    }
    this.#tries = 0
    this.#told = false
    this.current = connected.value
    this.#changed(connected.value)
    connected.value.onLost((fault) => {
      if (this.current !== connected.value || this.#closed) return
      this.#tell(fault)
      connected.value.close()
      this.current = undefined
      this.#changed(undefined)
      this.#later()
    })
  }

  #tell(fault: LinkFault): void {
    if (this.#told) return
    this.#told = true
    this.#logger.warn({ peripheral: this.#name, fault: fault.is }, fault.what)
  }

  /** A random wait of up to the doubled last one, so that many devices never try in step. */
  #later(): void {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries)
    this.#tries += 1
    const [high = 0, low = 0] = this.#random.bytes(2)
    this.#retry = this.#clock.after((longest * (high * 256 + low)) / 65_536, () => void this.#try())
  }
}
