/** The reader as it should be: who it is, what is in it, and what a card is asked. */
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { bytes, good, keepingLogger, ScriptedLine } from '../scripted-line.ts'
import { connected, frame, twin } from './scripted-reader.ts'
import { believesAnySequence, weakened } from './weakened.ts'

const readBinary = { cla: 0x00, ins: 0xb0, p1: 0, p2: 0, expected: 4 }

/** The T=0 commands that went to the card. */
const tpdus = (line: ScriptedLine) =>
  line.written
    .filter((sent) => sent[2] === 0x6f)
    .map((sent) => Buffer.from(sent.slice(12, -1)).toString('hex'))

describe('the card reader', () => {
  test('tells its name, and that a card is in it already', async () => {
    const reader = await connected(twin({}))
    expect(reader.identity).toBe('GemTwin-V2.00-GF01')
    const movements: string[] = []
    reader.onCard((movement) => movements.push(movement))
    expect(movements).toEqual(['in'])
  })

  test('tells each movement once, even if the reader tells it twice', async () => {
    const line = twin({ present: false })
    const reader = await connected(line)
    const movements: string[] = []
    reader.onCard((movement) => movements.push(movement))
    line.say(bytes('50 03'), bytes('50'), bytes('03'), bytes('50 02'), bytes('50 02 50 03'))
    expect(movements).toEqual(['in', 'out', 'in'])
  })

  test('powers a card on and carries commands, skipping echoes, time requests and late answers', async () => {
    const late = Buffer.from(frame(0x80, 0xee, 0, bytes('6f 00'))).toString('hex')
    const line = twin({ card: () => '01 02 03 04 90 00', before: `80 ff ${late}` })
    const reader = await connected(line)
    expect(good(await reader.powerOn()).bytes).toEqual(bytes('3b 04 45 56 4d 31'))
    expect(good(await reader.transmit(readBinary))).toEqual({ data: bytes('01 02 03 04'), status: 0x9000 })
    expect(tpdus(line)).toEqual(['00b0000004'])
  })

  test('that took a late answer for its own would not even know its reader', async () => {
    const { driver } = await weakened(believesAnySequence)
    const late = Buffer.from(frame(0x80, 0xee, 0, bytes('6f 00'))).toString('hex')
    const { open } = twin({ before: late })
    const parts = { open, clock: new ManualClock(), logger: keepingLogger() }
    expect(await driver.connectCardReader(parts)).toMatchObject({ ok: false })
  })

  test('also talks to a reader that does not echo', async () => {
    const reader = await connected(twin({ echo: false }))
    good(await reader.powerOn())
    expect(good(await reader.transmit(readBinary)).status).toBe(0x9000)
  })

  test('fetches what the card holds ready, and asks again with the length that the card wants', async () => {
    const line = twin({
      card: (tpdu) => {
        if (tpdu[1] === 0xa4) return '61 02'
        if (tpdu[1] === 0xc0) return 'aa bb 90 00'
        return tpdu[4] === 3 ? '01 02 03 90 00' : '6c 03'
      },
    })
    const reader = await connected(line)
    good(await reader.powerOn())
    const select = { cla: 0x00, ins: 0xa4, p1: 4, p2: 0, data: bytes('f0') }
    expect(good(await reader.transmit(select))).toEqual({ data: bytes('aa bb'), status: 0x9000 })
    expect(good(await reader.transmit(readBinary))).toEqual({ data: bytes('01 02 03'), status: 0x9000 })
    expect(tpdus(line)).toEqual(['00a4040001f0', '00c0000002', '00b0000004', '00b0000003'])
  })

  test('does not follow a card that promises more data without end', async () => {
    const reader = await connected(twin({ card: () => '00 61 01' }))
    good(await reader.powerOn())
    expect(await reader.transmit(readBinary)).toEqual({ ok: false, error: 'protocol' })
  })

  test('keeps the commands of two callers apart', async () => {
    const line = twin({ card: (tpdu) => (tpdu[1] === 0xc0 ? '90 00' : '61 01') })
    const reader = await connected(line)
    good(await reader.powerOn())
    await Promise.all([reader.transmit(readBinary), reader.transmit(readBinary)])
    expect(tpdus(line).map((tpdu) => tpdu.slice(2, 4))).toEqual(['b0', 'c0', 'b0', 'c0'])
  })

  test('sends nothing to a card that is not there or not powered on', async () => {
    const line = twin({ present: false })
    const reader = await connected(line)
    expect(await reader.powerOn()).toEqual({ ok: false, error: 'no-card' })
    line.say(bytes('50 03'))
    expect(await reader.transmit(readBinary)).toEqual({ ok: false, error: 'no-card' })
    expect(tpdus(line)).toEqual([])
    good(await reader.powerOn())
    line.say(bytes('50 02 50 03'))
    expect(await reader.transmit(readBinary)).toEqual({ ok: false, error: 'no-card' })
  })

  test('says when the card was pulled in the middle of a command, though the reader answers nothing', async () => {
    const line = twin({ card: () => undefined })
    const reader = await connected(line)
    const movements: string[] = []
    reader.onCard((movement) => movements.push(movement))
    good(await reader.powerOn())
    const answer = reader.transmit(readBinary)
    await new ManualClock().advance(0)
    line.say(bytes('50 02'))
    expect(await answer).toEqual({ ok: false, error: 'removed' })
    expect(movements).toEqual(['in', 'out'])
  })

  test('believes the status of a refused command even if no movement was told', async () => {
    const line = new ScriptedLine((written) => {
      const [type = 0, sequence = 0] = [written[2], written[8]]
      if (type === 0x6b) return [frame(0x83, sequence, 0x41, new Uint8Array(0), 7)]
      if (type === 0x65) return [frame(0x81, sequence, 0x01, new Uint8Array(0))]
      return [frame(0x80, sequence, 0x42, new Uint8Array(0), 0xfe)]
    })
    const reader = await connected(line)
    expect(reader.identity).toBe('CCID reader')
    const movements: string[] = []
    reader.onCard((movement) => movements.push(movement))
    expect(await reader.powerOn()).toEqual({ ok: false, error: 'no-card' })
    expect(movements).toEqual(['in', 'out'])
  })

  test('takes a card without T=0 and T=1 for none that it can talk to', async () => {
    const line = twin({ atr: '3b 82 0e 4d 31 f0' })
    const reader = await connected(line)
    expect(await reader.powerOn()).toEqual({ ok: false, error: 'protocol' })
    expect(line.written.at(-1)?.[2]).toBe(0x63)
  })

  test('negotiates a faster line where the card offers one, and tells the reader', async () => {
    const line = twin({ atr: '3b 14 94 45 56 4d 31', card: () => 'ff 10 94 7b' })
    const reader = await connected(line)
    good(await reader.powerOn())
    expect(tpdus(line)).toEqual(['ff10947b'])
    const parameters = line.written.find((sent) => sent[2] === 0x61)
    expect(parameters?.slice(9, -1)).toEqual(bytes('00 00 00 94 00 00 0a 00'))
  })

  test('does not use a card that answers the negotiation with something else', async () => {
    const reader = await connected(twin({ atr: '3b 14 94 45 56 4d 31', card: () => 'ff 10 95 7a' }))
    expect(await reader.powerOn()).toEqual({ ok: false, error: 'protocol' })
    expect(await reader.transmit(readBinary)).toEqual({ ok: false, error: 'no-card' })
  })
})
