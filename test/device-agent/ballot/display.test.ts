import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectDisplay, displayFormat } from '../../../device-agent/ballot/display.ts'
import type { DisplayInput } from '../../../device-agent/ballot/display-input.ts'
import { LineCutter, parseMessage } from '../../../simulator/peripherals/display.ts'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { ManualClock } from '../../firmware/manual-clock.ts'
import { displaySaying, jsonLine } from '../../firmware/messages.ts'
import { cut, framesOf } from '../../firmware/properties.ts'
import { good, ScriptedLine } from '../../firmware/scripted-line.ts'

const screen: Screen = {
  name: 'voter.idle',
  direction: 'rtl',
  language: 'fa',
  look: USUAL_LOOK,
  elements: [],
}

/** A display of a few lines: what it shows, and whether it says what it is asked. */
function panel(showing = 0) {
  const state = { showing, painting: true, mute: false }
  const line = new ScriptedLine((written) => {
    const message = JSON.parse(Buffer.from(written).toString('utf8'))
    if (state.mute) return undefined
    if (message.ask === 'showing') return [Buffer.from(`{"showing":${state.showing}}\n`)]
    if (!state.painting) return undefined
    state.showing = message.screen.revision
    return [Buffer.from(`{"painted":${state.showing}}\n`)]
  })
  return { line, state }
}

const ALL_INPUTS = { pointer: true, keyboard: true }

async function connected(showing = 0, inputs = ALL_INPUTS) {
  const { line, state } = panel(showing)
  const clock = new ManualClock()
  return { line, state, clock, display: good(await connectDisplay({ open: line.open, clock, inputs })) }
}

describe('the display', () => {
  test('that shows what it painted answers its heartbeat', async () => {
    const { display } = await connected()
    display.show(screen)
    expect(display.painted()).toEqual({ revision: 1, screen })
    expect(await display.heartbeat()).toEqual({ ok: true, value: undefined })
    expect(display.painted()).toEqual({ revision: 1, screen })
  })

  test('that nobody answers for is a fault on connecting', async () => {
    const { line, state } = panel()
    state.mute = true
    const clock = new ManualClock()
    const connecting = connectDisplay({ open: line.open, clock, inputs: ALL_INPUTS })
    for (let tries = 0; tries < 3; tries += 1) await clock.advance(1_000)
    expect(await connecting).toEqual({
      ok: false,
      error: { is: 'timeout', what: 'the display does not answer' },
    })
    expect(line.closed).toBe(true)
  })

  test('that was started anew and shows nothing fails its heartbeat', async () => {
    const { display, state } = await connected()
    display.show(screen)
    state.showing = 0
    expect(await display.heartbeat()).toEqual({
      ok: false,
      error: { is: 'protocol', what: 'the display shows another screen' },
    })
  })

  test('that still shows an earlier connection’s first screen has not painted ours: a touch on it counts for nothing', async () => {
    const { display, state, clock } = await connected(1)
    state.painting = false
    display.show(screen)
    expect(await display.heartbeat()).toEqual({ ok: true, value: undefined })
    expect(display.painted()).toBeUndefined()
    const lost: string[] = []
    display.onLost(({ what }) => lost.push(what))
    await clock.advance(1_000)
    expect(lost).toEqual(['a screen was not painted in time'])
  })

  test('that says what is no answer is not believed, and it is counted', async () => {
    const { display, line, state } = await connected()
    state.painting = false
    display.show(screen)
    line.say(Buffer.from('{"painted":2}\n{"painted":-1}\n{"painted":1,"more":1}\nnoise\n'))
    expect(display.painted()).toBeUndefined()
    expect(display.counters.discardedBytes).toBeGreaterThan(40)
    line.say(Buffer.from('{"pain'), Buffer.from('ted":1}\n'))
    expect(display.painted()?.revision).toBe(1)
  })
})

describe('what passes between device and display', () => {
  test('is read by the device as the display said it', () => {
    fc.assert(
      fc.property(fc.array(displaySaying, { maxLength: 5 }), (said) => {
        expect(framesOf(displayFormat, ...said.map(jsonLine))).toEqual(said)
      }),
    )
  })

  test('is read by the display as the screen that was meant, however the line cuts it', async () => {
    const { display, line } = await connected()
    const grid = fc.nat(1_920)
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const direction = fc.constantFrom('rtl', 'ltr')
    const element = fc.record(
      {
        id: text,
        role: fc.constantFrom('heading', 'text', 'button', 'status', 'list-item', 'picture'),
        name: text,
        language: text,
        direction,
        rect: fc.record({ x: grid, y: grid, width: grid, height: grid }),
        size: fc.constantFrom('large', 'body'),
        enabled: fc.boolean(),
        emphasis: fc.constantFrom('primary', 'danger'),
        press: fc.boolean(),
      },
      { requiredKeys: ['id', 'role', 'name', 'language', 'direction', 'rect', 'size', 'press'] },
    )
    const elements = fc.array(element, { maxLength: 4 }) as fc.Arbitrary<Screen['elements']>
    const any = fc.record({ name: text, direction, language: text, elements, look: fc.constant(USUAL_LOOK) })
    fc.assert(
      fc.property(any, fc.array(fc.nat()), (shown, places) => {
        display.show(shown)
        const [sent = new Uint8Array(0)] = line.written.slice(-1)
        const lines = new LineCutter()
        const read = cut(sent, places).flatMap((piece) => lines.feed(piece))
        const revision = display.painted()?.revision
        expect(read.map((each) => parseMessage(each ?? ''))).toEqual([
          { is: 'screen', screen: { ...shown, revision } },
        ])
      }),
    )
  })
})

/** Two keys side by side, and one that cannot be pressed now. */
const keys: Screen = {
  ...screen,
  elements: ['letter-آ', 'digit-2', 'finish'].map((id, i) => ({
    id,
    role: 'button',
    name: id,
    language: 'fa',
    direction: 'rtl',
    rect: { x: 40 + i * 120, y: 1000, width: 100, height: 100 },
    size: 'large',
    enabled: id !== 'finish',
    press: true,
  })),
}

describe('what the display itself is pressed with', () => {
  /** Says each message on a line that shows the keys as revision 1, and gives what counted. */
  async function heard(messages: readonly object[], inputs = ALL_INPUTS) {
    const { display, line, state } = await connected(0, inputs)
    const taken: DisplayInput[] = []
    display.onInput((input) => taken.push(input))
    display.show(keys)
    for (const message of messages) line.say(Buffer.from(`${JSON.stringify(message)}\n`))
    return {
      taken,
      refused: display.refusedInputs,
      noise: display.counters.discardedBytes,
      display,
      line,
      state,
    }
  }

  const touch = (revision: number, down: [number, number], up: [number, number]) => ({
    touch: { revision, down, up },
  })

  test('counts when it is on the painted screen: a pointer, a key, a switch', async () => {
    const { taken, refused } = await heard([
      touch(1, [41, 1001], [139, 1099]),
      { press: { revision: 1, id: 'digit-2' } },
      { switch: { revision: 1, key: 'choose' } },
    ])
    expect(taken).toEqual([
      { is: 'press', id: 'letter-آ' },
      { is: 'press', id: 'digit-2' },
      { is: 'switch', key: 'choose' },
    ])
    expect(refused).toBe(0)
  })

  test('presses nothing when a finger slides off, lies beside everything or on what cannot be pressed', async () => {
    const { taken, refused } = await heard([
      touch(1, [41, 1001], [161, 1001]),
      touch(1, [41, 900], [41, 1001]),
      touch(1, [41, 900], [41, 900]),
      touch(1, [281, 1001], [281, 1001]),
    ])
    expect(taken).toEqual([])
    expect(refused).toBe(0)
  })

  test('is refused and counted for another screen than the painted one, and for what is not there to press', async () => {
    const { taken, refused } = await heard([
      touch(2, [41, 1001], [41, 1001]),
      { press: { revision: 2, id: 'digit-2' } },
      { switch: { revision: 2, key: 'next' } },
      { press: { revision: 1, id: 'finish' } },
      { press: { revision: 1, id: 'accept' } },
    ])
    expect(taken).toEqual([])
    expect(refused).toBe(5)
  })

  test('is refused while the next screen is being painted, and for the one before once it is', async () => {
    const { taken, display, line, state } = await heard([])
    state.painting = false
    display.show({ ...keys, name: 'voter.reviewing' })
    line.say(Buffer.from('{"press":{"revision":1,"id":"digit-2"}}\n'))
    line.say(Buffer.from('{"press":{"revision":2,"id":"digit-2"}}\n'))
    expect(display.refusedInputs).toBe(2)
    line.say(Buffer.from('{"painted":2}\n{"press":{"revision":1,"id":"digit-2"}}\n'))
    expect(display.refusedInputs).toBe(3)
    expect(taken).toEqual([])
    line.say(Buffer.from('{"press":{"revision":2,"id":"digit-2"}}\n'))
    expect(taken).toEqual([{ is: 'press', id: 'digit-2' }])
  })

  test.each([
    ['a pointer', { pointer: false, keyboard: true }, [touch(1, [41, 1001], [41, 1001])]],
    [
      'a keyboard',
      { pointer: true, keyboard: false },
      [{ press: { revision: 1, id: 'digit-2' } }, { switch: { revision: 1, key: 'next' } }],
    ],
  ])('is refused where the package does not allow it: %s', async (_, inputs, messages) => {
    const { taken, refused } = await heard(messages, inputs)
    expect(taken).toEqual([])
    expect(refused).toBe(messages.length)
  })

  test('is noise when it is not written exactly so', async () => {
    const { taken, refused, noise } = await heard([
      { touch: { revision: 1, down: [1080, 0], up: [0, 0] } },
      { touch: { revision: 1, down: [0.5, 0], up: [0, 0] } },
      { touch: { revision: 1, down: [0, 0], up: [0, 0], id: 'digit-2' } },
      { press: { revision: 1, id: 'digit-2' }, painted: 1 },
      { switch: { revision: 1, key: 'finish' } },
      { press: { revision: 0, id: 'digit-2' } },
    ])
    expect(taken).toEqual([])
    expect(refused).toBe(0)
    expect(noise).toBeGreaterThan(200)
  })
})
