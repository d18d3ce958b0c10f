/**
 * One open line with its framer: a command goes out, and the peripheral's own answer settles it, never the write. Each exchange
 * has a deadline by the injected clock, since a write after a hang-up never calls back.
 *
 * By the verb that a driver uses it declares what a command is. `ask` is for idempotent commands, which the line itself writes again
 * when nobody answers: to be heard twice changes nothing. `exchange` is for all others: written once and never again. Unanswered, such
 * a command is indeterminate: it may have been carried out or not, and its caller must find out and not repeat.
 */
import type { Clock, Timer, Transport } from '../../core/ports.ts'
import type { LinkFault } from './fault.ts'
import type { FrameFormat, LinkCounters } from './framer.ts'
import { Framer } from './framer.ts'
import { Listeners } from './listeners.ts'

/** How an exchange ended. */
type Exchange<A> =
  | { readonly is: 'answered'; readonly answer: A }
  | { readonly is: 'timeout' }
  | { readonly is: 'lost'; readonly why: string }

/** What a frame means to the command in flight: its answer, a plea for more time, that only so much more is waited, or nothing. */
export type Verdict<A> =
  | { readonly is: 'answer'; readonly answer: A }
  | { readonly is: 'more-time' }
  | { readonly is: 'wait'; readonly ms: number }
  | undefined

/** A peripheral may move its deadline this often in one exchange; a babbling one does not hold the line for ever. */
const MORE_TIME_AT_MOST = 10

/** How often an idempotent command is written before the peripheral counts as mute. */
const ASK_TRIES = 3

/**
 * A frame that stands still this long, twice over, is given up. Twice, because timers are served before bytes: after a pause of the
 * program itself the first finds what has long arrived not yet read.
 */
const STANDSTILL_MS = 100

interface Waiter<F> {
  frame(frame: F): void
  lost(why: string): void
}

/** The only owner of a transport. */
export class Line<F> {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #framer: Framer<F>
  readonly #onFrame: (frame: F) => void
  readonly #lostListeners = new Listeners<LinkFault>()
  #standstill: Timer | undefined
  #waiter: Waiter<F> | undefined
  #timeouts = 0
  #state: { readonly is: 'open' } | { readonly is: 'closed' } | { readonly is: 'lost'; fault: LinkFault } = {
    is: 'open',
  }

  /**
   * @param onFrame is given every frame, asked for or not, before an exchange sees it
   */
  constructor(transport: Transport, clock: Clock, format: FrameFormat<F>, onFrame: (frame: F) => void) {
    this.#transport = transport
    this.#clock = clock
    this.#framer = new Framer(format)
    this.#onFrame = onFrame
    transport.listen(
      (chunk) => {
        if (this.#state.is !== 'open') return
        this.#take(this.#framer.push(chunk))
        this.#watchStandstill()
      },
      (reason) => this.abandon({ is: 'lost', what: reason }),
    )
  }

  /** What has passed over this line. */
  get counters(): LinkCounters {
    return { ...this.#framer.counters, timeouts: this.#timeouts }
  }

  /**
   * Writes an idempotent command and waits for the frame that `judge` takes for its answer; without one it is written again, so that
   * one lost byte is not a lost peripheral. A late answer to an earlier try counts: it is the answer to the same question.
   * @param deadlineMs of each of the three tries
   */
  async ask<A>(
    command: Uint8Array,
    deadlineMs: number,
    judge: (frame: F) => Verdict<A>,
  ): Promise<Exchange<A>> {
    let outcome = await this.exchange(command, deadlineMs, judge)
    for (let tries = 1; tries < ASK_TRIES && outcome.is === 'timeout'; tries += 1) {
      outcome = await this.exchange(command, deadlineMs, judge)
    }
    return outcome
  }

  /**
   * Writes a command once and waits for the frame that `judge` takes for its answer. After `timeout` or `lost` nobody knows whether it
   * was carried out. One at a time: a second command while one is in flight is a mistake of the caller and throws.
   * @param deadlineMs from now, and anew when the peripheral asks for more time
   */
  exchange<A>(
    command: Uint8Array,
    deadlineMs: number,
    judge: (frame: F) => Verdict<A>,
  ): Promise<Exchange<A>> {
    if (this.#waiter !== undefined) throw new Error('a second command on a line while the first is in flight')
    if (this.#state.is !== 'open') return Promise.resolve({ is: 'lost', why: this.#whyNot() })
    return new Promise((resolve) => {
      let timer: Timer
      let extensions = 0
      const settle = (outcome: Exchange<A>) => {
        timer.cancel()
        this.#waiter = undefined
        resolve(outcome)
      }
      const expire = () => {
        this.#timeouts += 1
        settle({ is: 'timeout' })
      }
      timer = this.#clock.after(deadlineMs, expire)
      // The waiter stands before the write: an in-process peripheral may answer before `write` returns.
      this.#waiter = {
        frame: (frame) => {
          const verdict = judge(frame)
          if (verdict?.is === 'answer') settle({ is: 'answered', answer: verdict.answer })
          if ((verdict?.is === 'more-time' || verdict?.is === 'wait') && extensions < MORE_TIME_AT_MOST) {
            extensions += 1
            timer.cancel()
            timer = this.#clock.after(verdict.is === 'wait' ? verdict.ms : deadlineMs, expire)
          }
        },
        lost: (why) => settle({ is: 'lost', why }),
      }
      this.#transport.write(command)
    })
  }

  /** Writes a command that is not answered. */
  send(command: Uint8Array): void {
    if (this.#state.is === 'open') this.#transport.write(command)
  }

  /** Calls back once when the line is lost, at once if it is already; not when it was closed on purpose. */
  onLost(listener: (fault: LinkFault) => void): void {
    if (this.#state.is === 'lost') listener(this.#state.fault)
    else this.#lostListeners.add(listener)
  }

  /** Gives the line up: the transport reported its end, or the peripheral no longer answers. A new connection takes a new line. */
  abandon(fault: LinkFault): void {
    if (this.#state.is !== 'open') return
    this.#state = { is: 'lost', fault }
    this.#end()
    this.#waiter?.lost(fault.what)
    this.#lostListeners.tell(fault)
  }

  /** Ends the connection on purpose. An exchange in flight ends as lost. */
  close(): void {
    if (this.#state.is !== 'open') return
    this.#state = { is: 'closed' }
    this.#end()
    this.#waiter?.lost('the line was closed')
  }

  #take(frames: readonly F[]): void {
    for (const frame of frames) {
      // A listener may close the line at any frame; what came behind it is then nobody's.
      if (this.#state.is !== 'open') return
      this.#onFrame(frame)
      this.#waiter?.frame(frame)
    }
  }

  /** Begins anew to measure how long a frame stands still, if one has begun. */
  #watchStandstill(): void {
    this.#standstill?.cancel()
    this.#standstill = undefined
    if (this.#state.is !== 'open' || !this.#framer.waiting) return
    this.#standstill = this.#clock.after(STANDSTILL_MS, () => {
      this.#standstill = this.#clock.after(STANDSTILL_MS, () => this.#take(this.#framer.giveUpWaiting()))
    })
  }

  #end(): void {
    this.#standstill?.cancel()
    this.#transport.close()
  }

  #whyNot(): string {
    return this.#state.is === 'lost' ? this.#state.fault.what : 'the line was closed'
  }
}
