/** What goes wrong between device and reader: commands that were not understood, answers that do not come, lines that are lost. */
import { describe, expect, test } from 'vitest'
import { connectCardReader } from '../../../firmware/card-reader/driver.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { ManualClock, turn } from '../manual-clock.ts'
import { bytes, good, keepingLogger, noLine, ScriptedLine } from '../scripted-line.ts'
import { connected, frame, twin } from './scripted-reader.ts'

const readBinary = { cla: 0x00, ins: 0xb0, p1: 0, p2: 0, expected: 4 }

/** The T=0 commands that went to the card. */
const tpdus = (line: ScriptedLine) =>
  line.written
    .filter((sent) => sent[2] === 0x6f)
    .map((sent) => Buffer.from(sent.slice(12, -1)).toString('hex'))

describe('a reader that is not heard, or does not hear', () => {
  test('sends a command again that the reader did not understand, three times in all', async () => {
    const clock = new ManualClock()
    let deaf = 2
    let heard = 0
    const line = twin({
      card: () => {
        heard += 1
        return '90 00'
      },
    })
    const half = new ScriptedLine((written) => {
      if (written[2] === 0x6f && deaf > 0) {
        deaf -= 1
        // The echo shows what the reader heard: not this command.
        return [bytes('03 06 6f ff ff ff 00'), bytes('03 15 16')]
      }
      const answers: Uint8Array[] = []
      line.transport.listen(
        (chunk) => answers.push(chunk),
        () => {},
      )
      line.transport.write(written)
      return answers
    })
    const reader = await connected(half, clock)
    good(await reader.powerOn())
    const answer = reader.transmit(readBinary)
    for (let ms = 0; ms < 300; ms += 100) await clock.advance(100)
    expect(good(await answer).status).toBe(0x9000)
    expect(heard).toBe(1)
    deaf = 3
    const refused = reader.transmit(readBinary)
    for (let ms = 0; ms < 400; ms += 100) await clock.advance(100)
    expect(await refused).toEqual({ ok: false, error: 'protocol' })
    expect(heard).toBe(1)
  })

  test('does not send a command again that the reader has echoed, whatever it refuses beside', async () => {
    let sent = 0
    for (const before of ['03 15 16', '']) {
      const line = twin({ card: () => '90 00', before })
      const refusing = new ScriptedLine((written) => {
        const answers: Uint8Array[] = before === '' && written[2] === 0x6f ? [bytes('03 15 16')] : []
        if (written[2] === 0x6f) sent += 1
        line.transport.listen(
          (chunk) => answers.push(chunk),
          () => {},
        )
        line.transport.write(written)
        return answers
      })
      const reader = await connected(refusing)
      good(await reader.powerOn())
      expect(good(await reader.transmit(readBinary)).status).toBe(0x9000)
    }
    expect(sent).toBe(2)
  })

  test('asks for an answer again that did not arrive, and takes none but that to its command', async () => {
    const clock = new ManualClock()
    let last: Uint8Array = bytes('03 15 16')
    let damaged = true
    const line = new ScriptedLine((written) => {
      const [type = 0, sequence = 0] = [written[2], written[8]]
      if (written[1] === 0x15) return [written, last]
      if (type === 0x6b) last = frame(0x83, sequence, 0x01, new Uint8Array(0))
      if (type === 0x65) last = frame(0x81, sequence, 0x00, new Uint8Array(0))
      if (type === 0x62) last = frame(0x80, sequence, 0x00, bytes('3b 04 45 56 4d 31'))
      if (type === 0x61) last = frame(0x82, sequence, 0x00, written.slice(12, -1))
      if (type !== 0x6f) return [last]
      if (!damaged) return [written]
      last = frame(0x80, sequence, 0x00, bytes('90 00'))
      return [written, last.map((byte, at) => (at === 12 ? 0x91 : byte))]
    })
    const reader = await connected(line, clock)
    good(await reader.powerOn())
    const answer = reader.transmit(readBinary)
    await clock.advance(3000)
    expect(good(await answer).status).toBe(0x9000)
    damaged = false
    const lost = reader.transmit(readBinary)
    await clock.advance(3000)
    await clock.advance(500)
    expect(await lost).toEqual({ ok: false, error: 'timeout' })
    expect(tpdus(line)).toHaveLength(2)
  })

  test('ends with a reader that understands nothing', async () => {
    const clock = new ManualClock()
    const deaf = new ScriptedLine((written) => [written.slice(1), bytes('03 15 16')])
    const connecting = connectCardReader({ open: deaf.open, clock, logger: keepingLogger() })
    for (let ms = 0; ms < 600; ms += 100) await clock.advance(100)
    expect(await connecting).toMatchObject({ ok: false, error: { is: 'protocol' } })
    expect(deaf.closed).toBe(true)
  })

  test('gives a silent reader three seconds and the time to repeat itself, and then up', async () => {
    const clock = new ManualClock()
    const line = twin({ card: () => undefined })
    const reader = await connected(line, clock)
    good(await reader.powerOn())
    const faults: LinkFault[] = []
    reader.onLost((fault) => faults.push(fault))
    const answer = reader.transmit(readBinary)
    await clock.advance(3000)
    expect(line.written.at(-1)).toEqual(bytes('03 15 16'))
    await clock.advance(499)
    expect(faults).toEqual([])
    await clock.advance(1)
    expect(await answer).toEqual({ ok: false, error: 'timeout' })
    expect(faults).toEqual([{ is: 'timeout', what: 'the card reader does not answer' }])
    expect(line.closed).toBe(true)
    expect(await reader.powerOn()).toEqual({ ok: false, error: 'lost' })
  })

  test('that is unplugged is reported, and ends the command in flight', async () => {
    const line = twin({ card: () => undefined })
    const reader = await connected(line)
    good(await reader.powerOn())
    const answer = reader.transmit(readBinary)
    await new ManualClock().advance(0)
    line.unplug()
    expect(await answer).toEqual({ ok: false, error: 'lost' })
  })

  test('that is silent, or not there, is a fault on connecting', async () => {
    const clock = new ManualClock()
    const line = new ScriptedLine()
    const connecting = connectCardReader({ open: line.open, clock, logger: keepingLogger() })
    for (let tries = 0; tries < 3; tries += 1) await clock.advance(1000)
    expect(await connecting).toMatchObject({ ok: false, error: { is: 'timeout' } })
    const parts = { open: noLine, clock, logger: keepingLogger() }
    expect(await connectCardReader(parts)).toMatchObject({ ok: false, error: { is: 'cannot-open' } })
  })

  test('answers its heartbeat with a card at work, and nothing changes', async () => {
    const reader = await connected(twin({}))
    const movements: string[] = []
    reader.onCard((movement) => movements.push(movement))
    good(await reader.powerOn())
    expect(await reader.heartbeat()).toEqual({ ok: true, value: undefined })
    expect(movements).toEqual(['in'])
    good(await reader.transmit(readBinary))
  })

  test('asked for its heartbeat in the middle of a command, answers when that is done', async () => {
    let answerCard = () => {}
    const line = new ScriptedLine((written) => {
      const [type = 0, sequence = 0] = [written[2], written[8]]
      if (type === 0x6b) return [frame(0x83, sequence, 0x01, new Uint8Array(0))]
      if (type === 0x65) return [frame(0x81, sequence, 0x00, new Uint8Array(0))]
      if (type === 0x62) return [frame(0x80, sequence, 0x00, bytes('3b 04 45 56 4d 31'))]
      if (type === 0x61) return [frame(0x82, sequence, 0x00, new Uint8Array(5))]
      answerCard = () => line.say(frame(0x80, sequence, 0x00, bytes('90 00')))
      return undefined
    })
    const reader = await connected(line)
    good(await reader.powerOn())
    const answer = reader.transmit(readBinary)
    const beat = reader.heartbeat()
    await turn()
    const before = line.written.length
    answerCard()
    good(await answer)
    good(await beat)
    expect(line.written.slice(before).map((command) => command[2])).toEqual([0x65])
  })

  test.each([
    ['gone', 0x02, ['in', 'out']],
    ['another one, without power', 0x01, ['in', 'out', 'in']],
  ])(
    'whose news of the card was lost is believed at the next heartbeat: the card is %s',
    async (_what, status, seen) => {
      let slot = 0x01
      const line = new ScriptedLine((written) => {
        const [type = 0, sequence = 0] = [written[2], written[8]]
        if (type === 0x6b) return [frame(0x83, sequence, slot, new Uint8Array(0))]
        if (type === 0x65) return [frame(0x81, sequence, slot, new Uint8Array(0))]
        slot = 0x00
        if (type === 0x61) return [frame(0x82, sequence, slot, new Uint8Array(5))]
        return [frame(0x80, sequence, slot, bytes('3b 04 45 56 4d 31'))]
      })
      const reader = await connected(line)
      const movements: string[] = []
      reader.onCard((movement) => movements.push(movement))
      good(await reader.powerOn())
      slot = status
      good(await reader.heartbeat())
      expect(movements).toEqual(seen)
      expect(await reader.transmit(readBinary)).toEqual({ ok: false, error: 'no-card' })
    },
  )

  test('that loses one answer on the way keeps its line; one that is mute fails its heartbeat', async () => {
    const clock = new ManualClock()
    let lost = 0
    const inner = twin({})
    const line = new ScriptedLine((written) => {
      if (lost > 0) {
        lost -= 1
        return undefined
      }
      const heard: Uint8Array[] = []
      inner.transport.listen(
        (chunk) => heard.push(chunk),
        () => {},
      )
      inner.transport.write(written)
      return heard
    })
    const reader = await connected(line, clock)
    lost = 1
    const once = reader.heartbeat()
    await clock.advance(1000)
    good(await once)
    lost = 3
    const mute = reader.heartbeat()
    for (let tries = 0; tries < 3; tries += 1) await clock.advance(1000)
    expect(await mute).toMatchObject({ ok: false, error: { is: 'timeout' } })
    expect(reader.counters.timeouts).toBe(4)
    expect(line.closed).toBe(true)
  })
})
