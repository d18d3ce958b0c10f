/**
 * Keeps one peripheral connected for ever: performs what `link-state.ts` says. Each try has a fresh line of its own; what comes of a
 * try that was given up, a line opened too late or a driver that connects too late, is closed and never seen.
 */
import type { Clock, Logger, OpenLine, Random, Timer, Transport } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import type { LinkFault } from './fault.ts'
import type { LinkCounters } from './framer.ts'
import {
  beginLink,
  HEARTBEAT_MS,
  type LinkEffect,
  type LinkInput,
  type LinkState,
  stepLink,
} from './link-state.ts'

/** What every driver has. */
export interface Driver {
  /** Of this connection. */
  readonly counters: LinkCounters
  /**
   * Asks the peripheral something harmless and answers when it has answered, or why it did not; waits its turn behind an exchange
   * that is under way.
   */
  heartbeat(): Promise<Result<void, LinkFault>>
  /** Calls back once when the line is gone, at once if it already is; not when it was closed on purpose. */
  onLost(listener: (fault: LinkFault) => void): void
  close(): void
}

/** One line, for health. */
export interface LinkHealth {
  readonly state: LinkState['is']
  /** Since when it is in this state, milliseconds since 1970-01-01T00:00:00Z. */
  readonly since: number
  /** Of all connections so far. What came in a try in which nobody could be identified counts as discarded. */
  readonly counters: LinkCounters
  /** How often it was connected again. */
  readonly reconnects: number
}

/** One connection, from its try to its end. */
interface Attempt<T> {
  transport: Transport | undefined
  driver: T | undefined
  receivedBytes: number
  over: boolean
}

const NONE: LinkCounters = { frames: 0, discardedBytes: 0, badChecksums: 0, timeouts: 0 }

/** Keeps one peripheral connected and tells of each change. */
export class Supervisor<T extends Driver> {
  readonly #name: string
  readonly #open: OpenLine
  readonly #connect: (open: OpenLine) => Promise<Result<T, LinkFault>>
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #changed: (current: T | undefined) => void
  #state: LinkState
  #since: number
  #attempt: Attempt<T> | undefined
  #timer: Timer | undefined
  #past = NONE
  #connections = 0
  #closed = false
  /** Inputs that come while effects are performed wait: a listener may lose the very line that it is told of. */
  readonly #waiting: (() => LinkInput | undefined)[] = []
  #busy = false

  /**
   * @param name of the peripheral, for the log
   * @param connect makes a driver on a line that it opens with the function it is given
   * @param changed called with the peripheral each time it is connected, and with undefined each time it is lost
   */
  constructor(
    name: string,
    connect: (open: OpenLine) => Promise<Result<T, LinkFault>>,
    parts: {
      readonly open: OpenLine
      readonly clock: Clock
      readonly random: Random
      readonly logger: Logger
    },
    changed: (current: T | undefined) => void,
  ) {
    this.#name = name
    this.#connect = connect
    this.#open = parts.open
    this.#clock = parts.clock
    this.#random = parts.random
    this.#logger = parts.logger
    this.#changed = changed
    this.#state = beginLink().state
    this.#since = parts.clock.now()
  }

  /** The connected peripheral, or undefined while there is none. */
  get current(): T | undefined {
    return this.#state.is === 'ready' ? this.#attempt?.driver : undefined
  }

  /** What the line is doing, and what has passed over it. */
  get health(): LinkHealth {
    return {
      state: this.#state.is,
      since: this.#since,
      counters: sum(this.#past, this.#attempt === undefined ? NONE : countersOf(this.#attempt)),
      reconnects: Math.max(0, this.#connections - 1),
    }
  }

  /** Begins to connect; returns at once. */
  start(): void {
    for (const effect of beginLink().effects) this.#perform(effect)
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#giveUp()
  }

  /** Takes an input of one try, unless that was given up meanwhile. */
  #take(attempt: Attempt<T> | undefined, input: LinkInput): void {
    this.#waiting.push(() => (attempt?.over ? undefined : input))
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const due = next()
        if (due !== undefined && !this.#closed) this.#step(due)
      }
    } finally {
      this.#busy = false
    }
  }

  #step(input: LinkInput): void {
    const { state, effects } = stepLink(this.#state, input)
    if (state.is !== this.#state.is) this.#since = this.#clock.now()
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: LinkEffect): void {
    if (this.#closed) return
    switch (effect.do) {
      case 'connect':
        void this.#try()
        return
      case 'give-up':
        this.#giveUp()
        return
      case 'ask':
        void this.#ask()
        return
      case 'rest':
        this.#wait(HEARTBEAT_MS)
        return
      case 'wait':
        this.#wait(effect.ms)
        return
      case 'wait-up-to': {
        const [high = 0, low = 0] = this.#random.bytes(2)
        this.#wait((effect.ms * (high * 256 + low)) / 65_536)
        return
      }
      case 'tell':
        this.#logger.warn({ peripheral: this.#name, fault: effect.fault.is }, effect.fault.what)
        return
      case 'announce':
        this.#changed(effect.present ? this.current : undefined)
    }
  }

  #wait(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(ms, () => this.#take(undefined, { is: 'timed-out' }))
  }

  async #try(): Promise<void> {
    const attempt: Attempt<T> = { transport: undefined, driver: undefined, receivedBytes: 0, over: false }
    this.#attempt = attempt
    const connected = await this.#connect(() => this.#openFor(attempt))
    if (attempt.over) {
      if (connected.ok) connected.value.close()
      return
    }
    if (!connected.ok) {
      if (connected.error.is === 'timeout') this.#past = sum(this.#past, { ...NONE, timeouts: 1 })
      this.#take(attempt, { is: 'failed', fault: connected.error })
      return
    }
    attempt.driver = connected.value
    this.#connections += 1
    this.#take(attempt, { is: 'identified' })
    connected.value.onLost((fault) => this.#take(attempt, { is: 'lost', fault }))
  }

  /** A fresh line for one try. */
  async #openFor(attempt: Attempt<T>): Promise<Transport> {
    const transport = await this.#open()
    if (attempt.over) {
      transport.close()
      throw new Error('the line was opened too late')
    }
    attempt.transport = transport
    this.#take(attempt, { is: 'opened' })
    return {
      listen: (receive, lost) =>
        transport.listen((chunk) => {
          attempt.receivedBytes += chunk.length
          receive(chunk)
        }, lost),
      write: (bytes) => transport.write(bytes),
      close: () => transport.close(),
    }
  }

  async #ask(): Promise<void> {
    const attempt = this.#attempt
    const answer = await attempt?.driver?.heartbeat()
    if (answer === undefined) throw new Error('a heartbeat of a line without a driver')
    this.#take(attempt, answer.ok ? { is: 'alive' } : { is: 'mute', fault: answer.error })
  }

  #giveUp(): void {
    const attempt = this.#attempt
    if (attempt === undefined) return
    attempt.over = true
    this.#past = sum(this.#past, countersOf(attempt))
    this.#attempt = undefined
    // Lines may be closed twice.
    attempt.driver?.close()
    attempt.transport?.close()
  }
}

function countersOf({ driver, receivedBytes }: Attempt<Driver>): LinkCounters {
  return driver?.counters ?? { ...NONE, discardedBytes: receivedBytes }
}

function sum(a: LinkCounters, b: LinkCounters): LinkCounters {
  return {
    frames: a.frames + b.frames,
    discardedBytes: a.discardedBytes + b.discardedBytes,
    badChecksums: a.badChecksums + b.badChecksums,
    timeouts: a.timeouts + b.timeouts,
  }
}
