import { describe, expect, test } from 'vitest'
import { connectDisplay } from '../../../device-agent/ballot/display.ts'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { ManualClock } from '../../firmware/manual-clock.ts'
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

async function connected(showing = 0) {
  const { line, state } = panel(showing)
  const clock = new ManualClock()
  return { line, state, clock, display: good(await connectDisplay({ open: line.open, clock })) }
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
    const connecting = connectDisplay({ open: line.open, clock })
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
