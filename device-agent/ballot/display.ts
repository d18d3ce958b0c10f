/**
 * The display's line: newline-delimited JSON. A screen goes out with its revision, the display answers once it has painted it, and only a
 * touch whose *down* came after that answer counts: nobody chooses what was not yet to be seen.
 */
import { z } from 'zod'
import type { Clock, Timer, Transport } from '../../core/ports.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { LinkFault } from '../../firmware/link/fault.ts'
import type { Screen } from '../../ui/screen.ts'

/** Without an answer for this long the display is taken for dead and input stops. */
const PAINT_DEADLINE_MS = 1_000
/** A longer line is no answer. */
const MAX_LINE = 256

const answer = z.strictObject({ painted: z.int().min(1) })

/** Sends screens and knows which one is painted. */
export class Display {
  readonly #line: Transport
  readonly #clock: Clock
  #fault: LinkFault | undefined
  #listener: ((fault: LinkFault) => void) | undefined
  #revision = 0
  #painted: { readonly revision: number; readonly screen: Screen } | undefined
  #sent: { readonly revision: number; readonly screen: Screen } | undefined
  #deadline: Timer | undefined
  #pending = ''

  constructor(line: Transport, clock: Clock) {
    this.#line = line
    this.#clock = clock
    line.listen(
      (chunk) => this.#receive(chunk),
      (reason) => this.#lose({ is: 'lost', what: reason }),
    )
  }

  /** Calls back once when the line is gone or a screen was not painted in time, at once if that already happened. */
  onLost(listener: (fault: LinkFault) => void): void {
    if (this.#fault === undefined) this.#listener = listener
    else listener(this.#fault)
  }

  /** Sends a screen under a new revision; from now on touches on the one before mean nothing. */
  show(screen: Screen): void {
    this.#revision += 1
    this.#sent = { revision: this.#revision, screen }
    this.#painted = undefined
    this.#deadline?.cancel()
    this.#deadline = this.#clock.after(PAINT_DEADLINE_MS, () =>
      this.#lose({ is: 'timeout', what: 'a screen was not painted in time' }),
    )
    const elements = screen.elements.map((element) => ({ ...element, rect: { ...element.rect } }))
    const message = { screen: { ...screen, elements, revision: this.#revision } }
    this.#line.write(Buffer.from(`${canonicalJson(message)}\n`))
  }

  /** The screen a voter sees right now, or undefined while one is being painted. */
  painted(): { readonly revision: number; readonly screen: Screen } | undefined {
    return this.#painted
  }

  close(): void {
    this.#deadline?.cancel()
    this.#line.close()
  }

  #lose(fault: LinkFault): void {
    if (this.#fault !== undefined) return
    this.#fault = fault
    this.#painted = undefined
    this.#deadline?.cancel()
    this.#listener?.(fault)
  }

  #receive(chunk: Uint8Array): void {
    this.#pending += Buffer.from(chunk).toString('latin1')
    for (;;) {
      const end = this.#pending.indexOf('\n')
      if (end === -1) break
      this.#take(this.#pending.slice(0, end))
      this.#pending = this.#pending.slice(end + 1)
    }
    if (this.#pending.length > MAX_LINE) this.#pending = ''
  }

  #take(line: string): void {
    let value: unknown
    try {
      value = line.length > MAX_LINE ? undefined : JSON.parse(line)
    } catch {
      return
    }
    const parsed = answer.safeParse(value)
    if (!parsed.success || parsed.data.painted !== this.#sent?.revision) return
    this.#deadline?.cancel()
    this.#painted = this.#sent
  }
}
