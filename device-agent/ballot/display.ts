/**
 * The display's line: newline-delimited JSON. A screen goes out with its revision, the display answers once it has painted it, and only a
 * touch whose *down* came after that answer counts: nobody chooses what was not yet to be seen. Between screens it is asked which one it shows.
 * What the display itself is pressed with comes back on the same line (`display-input.ts`).
 */
import { z } from 'zod'
import type { Definition } from '../../core/election/definition.ts'
import type { Clock, OpenLine, Timer, Transport } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import { Line } from '../../firmware/link/exchange.ts'
import { type LinkFault, openTransport } from '../../firmware/link/fault.ts'
import type { FrameFormat, LinkCounters } from '../../firmware/link/framer.ts'
import { Listeners } from '../../firmware/link/listeners.ts'
import { Turns } from '../../firmware/link/turns.ts'
import type { Screen } from '../../ui/screen.ts'
import { type DisplayInput, displayInput, judgeInput } from './display-input.ts'
import type { Painted } from './press.ts'

/** Without an answer for this long the display is taken for dead and input stops. */
const PAINT_DEADLINE_MS = 1_000
/** A display that paints nothing answers at once. */
const ANSWER_MS = 1_000
/** A longer line is none of ours. */
const MAX_LINE = 256

const NEWLINE = 0x0a
const BRACE = 0x7b

/**
 * A screen was painted, or this is what is shown now (0: nothing yet). The two are told apart, since a display that was connected before
 * may still show another screen of the same revision.
 */
const answer = z.union([
  z.strictObject({ painted: z.int().min(1) }),
  z.strictObject({ showing: z.int().min(0) }),
])

/** All that a display says. */
const said = z.union([answer, displayInput])
type Said = z.infer<typeof said>

/** One message is `{"painted":revision}`, `{"showing":revision}` or an input, and a newline. */
export const displayFormat: FrameFormat<Said> = {
  maxLength: MAX_LINE,
  scan(bytes) {
    if (bytes[0] !== BRACE) return { is: 'noise' }
    const end = bytes.indexOf(NEWLINE)
    if (end === -1) return { is: 'incomplete' }
    const frame = parseSaid(Buffer.from(bytes.subarray(0, end)).toString('utf8'))
    return frame === undefined ? { is: 'noise' } : { is: 'frame', frame, length: end + 1 }
  },
}

function parseSaid(line: string): Said | undefined {
  try {
    return said.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Opens the line and asks whether there is a display. */
export async function connectDisplay(parts: {
  readonly open: OpenLine
  readonly clock: Clock
  readonly inputs: Definition['inputs']
}): Promise<Result<Display, LinkFault>> {
  const opened = await openTransport(parts.open)
  if (!opened.ok) return opened
  const display = new Display(opened.value, parts.clock, parts.inputs)
  const there = await display.heartbeat()
  if (there.ok) return ok(display)
  display.close()
  return there
}

/** Sends screens and knows which one is painted. */
export class Display {
  readonly #line: Line<Said>
  readonly #clock: Clock
  readonly #turns = new Turns()
  readonly #inputs: Definition['inputs']
  readonly #inputListeners = new Listeners<DisplayInput>()
  #revision = 0
  #painted: Painted | undefined
  #sent: Painted | undefined
  #deadline: Timer | undefined
  #refusedInputs = 0

  /** @param inputs what of its own the display may send; serial touches do not come this way */
  constructor(transport: Transport, clock: Clock, inputs: Definition['inputs']) {
    this.#clock = clock
    this.#inputs = inputs
    this.#line = new Line(transport, clock, displayFormat, (frame) => this.#take(frame))
    this.#line.onLost(() => {
      this.#painted = undefined
      this.#deadline?.cancel()
    })
  }

  get counters(): LinkCounters {
    return this.#line.counters
  }

  /** How often the display sent an input that is not allowed, or for a screen that is not to be seen. */
  get refusedInputs(): number {
    return this.#refusedInputs
  }

  /** Calls back with each input that counts. */
  onInput(listener: (input: DisplayInput) => void): void {
    this.#inputListeners.add(listener)
  }

  /** Calls back once when the line is gone or a screen was not painted in time, at once if that already happened. */
  onLost(listener: (fault: LinkFault) => void): void {
    this.#line.onLost(listener)
  }

  /** Asks which screen is shown. One that shows another than the one it said it had painted has lost it, and is a lost display. */
  heartbeat(): Promise<Result<void, LinkFault>> {
    return this.#turns.take(async () => {
      const outcome = await this.#line.ask<{ readonly right: boolean }>(
        Buffer.from(`${canonicalJson({ ask: 'showing' })}\n`),
        ANSWER_MS,
        (frame) => {
          if (!('showing' in frame)) return undefined
          const right = this.#painted === undefined || this.#painted.revision === frame.showing
          return { is: 'answer', answer: { right } }
        },
      )
      if (outcome.is === 'lost') return fail({ is: 'lost', what: outcome.why })
      if (outcome.is === 'timeout') return fail({ is: 'timeout', what: 'the display does not answer' })
      return outcome.answer.right
        ? ok(undefined)
        : fail({ is: 'protocol', what: 'the display shows another screen' })
    })
  }

  /** Sends a screen under a new revision; from now on touches on the one before mean nothing. */
  show(screen: Screen): void {
    this.#revision += 1
    this.#sent = { revision: this.#revision, screen }
    this.#painted = undefined
    this.#deadline?.cancel()
    this.#deadline = this.#clock.after(PAINT_DEADLINE_MS, () =>
      this.#line.abandon({ is: 'timeout', what: 'a screen was not painted in time' }),
    )
    const elements = screen.elements.map((element) => ({ ...element, rect: { ...element.rect } }))
    const message = { screen: { ...screen, look: { ...screen.look }, elements, revision: this.#revision } }
    this.#line.send(Buffer.from(`${canonicalJson(message)}\n`))
  }

  /** The screen a voter sees right now, or undefined while one is being painted. */
  painted(): Painted | undefined {
    return this.#painted
  }

  close(): void {
    this.#deadline?.cancel()
    this.#line.close()
  }

  #take(frame: Said): void {
    if ('showing' in frame) return
    if ('painted' in frame) {
      if (frame.painted !== this.#sent?.revision) return
      this.#deadline?.cancel()
      this.#painted = this.#sent
      return
    }
    const input = judgeInput(frame, this.#painted, this.#inputs)
    if (input === 'refused') this.#refusedInputs += 1
    else if (input !== 'nothing') this.#inputListeners.tell(input)
  }
}
