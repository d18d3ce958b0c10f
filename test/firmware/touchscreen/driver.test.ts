import { describe, expect, test } from 'vitest'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import type { TouchEvent } from '../../../firmware/touchscreen/codec.ts'
import { encodePacket } from '../../../firmware/touchscreen/codec.ts'
import { connectTouchscreen } from '../../../firmware/touchscreen/driver.ts'
import { ManualClock } from '../manual-clock.ts'
import { bytes, good, keepingLogger, noLine, ScriptedLine } from '../scripted-line.ts'

const ACKNOWLEDGED = encodePacket('A', bytes('30 30 30 30'))
const IDENTITY = encodePacket('I', bytes('30 30 00 05 01 00 0e'))

/** A controller that takes its mode, unless it is stubborn. */
function controller(mode: { bytes: string }, stubborn = false) {
  return new ScriptedLine((written) => {
    const command = String.fromCharCode(written[1] ?? 0)
    if (command === 'i') return [IDENTITY.slice(0, 3), IDENTITY.slice(3), ACKNOWLEDGED]
    if (command === 'm') return [encodePacket('M', bytes(mode.bytes)), ACKNOWLEDGED]
    if (command === 'M') {
      if (!stubborn) mode.bytes = Buffer.from(written.slice(2, 5)).toString('hex')
      return [ACKNOWLEDGED]
    }
    return [encodePacket('A', bytes('35 30 30 30'))]
  })
}

const commands = (line: ScriptedLine) =>
  line.written.map((packet) => String.fromCharCode(packet[1] ?? 0)).join('')

function connect(line: ScriptedLine, clock = new ManualClock()) {
  return connectTouchscreen({ open: line.open, clock, logger: keepingLogger() })
}

describe('the touchscreen', () => {
  test('shakes hands and reports touches, movements and releases in raw units', async () => {
    const line = controller({ bytes: '00 87 00' })
    const screen = good(await connect(line))
    expect(screen.identity).toBe('Elo AccuTouch, firmware 01.05')
    expect(commands(line)).toBe('ipdpm')
    const touches: TouchEvent[] = []
    screen.onTouch((touch) => touches.push(touch))
    line.say(
      encodePacket('T', bytes('01 01 00 02 00')),
      bytes('99'),
      encodePacket('T', bytes('02 03 00 04 00')),
    )
    line.say(encodePacket('T', bytes('04 ff 0f 00 00')))
    expect(touches).toEqual([
      { kind: 'down', x: 1, y: 2, doubtful: false },
      { kind: 'move', x: 3, y: 4, doubtful: false },
      { kind: 'up', x: 4095, y: 0, doubtful: false },
    ])
    expect(screen.counters.discardedBytes).toBe(1)
    screen.close()
    expect(line.closed).toBe(true)
  })

  test('is set to raw reports when it is not, and asked whether it took them', async () => {
    const line = controller({ bytes: '00 47 0c' })
    good(await connect(line))
    expect(commands(line)).toBe('ipdpmMm')
  })

  test('whose mode was changed behind its back fails its next heartbeat', async () => {
    const mode = { bytes: '00 87 00' }
    const screen = good(await connect(controller(mode)))
    expect(await screen.heartbeat()).toEqual({ ok: true, value: undefined })
    mode.bytes = '00 81 00'
    expect(await screen.heartbeat()).toMatchObject({ ok: false, error: { is: 'protocol' } })
  })

  test('that does not take its mode is not used', async () => {
    const line = controller({ bytes: '00 01 00' }, true)
    expect(await connect(line)).toMatchObject({ ok: false, error: { is: 'protocol' } })
    expect(line.closed).toBe(true)
  })

  test('is asked three times, a second each, then reset and asked again, before it counts as silent', async () => {
    const clock = new ManualClock()
    const line = new ScriptedLine()
    const connecting = connect(line, clock)
    await clock.advance(1000)
    await clock.advance(1000)
    expect(commands(line)).toBe('iii')
    await clock.advance(1000)
    await clock.advance(1000)
    await clock.advance(1000)
    expect(commands(line)).toBe('iiiRiii')
    await clock.advance(1000)
    expect(await connecting).toMatchObject({ ok: false, error: { is: 'timeout' } })
    expect(line.closed).toBe(true)
  })

  test('that answers the second try is used, late answers to the first included', async () => {
    const clock = new ManualClock()
    let asked = 0
    const line = new ScriptedLine((written) => {
      const command = String.fromCharCode(written[1] ?? 0)
      if (command === 'm') return [encodePacket('M', bytes('00 07 00')), ACKNOWLEDGED]
      if (command === 'd') {
        // The first try's identity and acknowledgement arrive only now.
        return [IDENTITY, ACKNOWLEDGED, encodePacket('D', bytes('00')), ACKNOWLEDGED]
      }
      if (command === 'p') return [encodePacket('P', bytes('30 05 05')), ACKNOWLEDGED]
      asked += 1
      return asked === 1 ? undefined : [IDENTITY, ACKNOWLEDGED]
    })
    const connecting = connect(line, clock)
    await clock.advance(1000)
    good(await connecting)
  })

  test('that reports an error is not used', async () => {
    const line = new ScriptedLine(() => [encodePacket('A', bytes('32 30 30 30'))])
    expect(await connect(line)).toMatchObject({
      ok: false,
      error: { is: 'protocol', what: 'the touchscreen reports: bad packet' },
    })
  })

  test('that is unplugged is reported once', async () => {
    const line = controller({ bytes: '00 07 00' })
    const screen = good(await connect(line))
    const faults: LinkFault[] = []
    screen.onLost((fault) => faults.push(fault))
    line.unplug()
    line.unplug()
    expect(faults).toEqual([{ is: 'lost', what: 'unplugged' }])
  })

  test('unplugged during the handshake, or with no line at all, is a fault', async () => {
    const line = new ScriptedLine()
    const connecting = connect(line)
    await new ManualClock().advance(0)
    line.unplug()
    expect(await connecting).toEqual({ ok: false, error: { is: 'lost', what: 'unplugged' } })
    const parts = { open: noLine, clock: new ManualClock(), logger: keepingLogger() }
    expect(await connectTouchscreen(parts)).toMatchObject({ ok: false, error: { is: 'cannot-open' } })
  })
})
