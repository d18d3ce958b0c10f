import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import { connectCardReader } from '../../../firmware/card-reader/driver.ts'
import { ManualClock } from '../manual-clock.ts'
import { bytes, good, keepingLogger, ScriptedLine } from '../scripted-line.ts'

/** What the card in a scripted reader answers to a T=0 command: data and status; undefined is silence of the reader. */
export type CardScript = (tpdu: Uint8Array) => string | undefined

/** A GemPC Twin of a few lines, written from its bytes and not with our encoder: it echoes, then answers. */
export function twin(options: {
  card?: CardScript
  present?: boolean
  atr?: string
  /** Sent between echo and answer. */
  before?: string
  echo?: boolean
}): ScriptedLine {
  let powered = false
  const { card = () => '9000', present = true, atr = '3b 04 45 56 4d 31', before = '', echo = true } = options
  return new ScriptedLine((written) => {
    const [type = 0, sequence = 0] = [written[2], written[8]]
    const data = written.slice(12, -1)
    const answer = answerTo(type, data)
    const echoed = echo ? [written] : []
    if (answer === undefined) return echoed
    return [...echoed, bytes(before), frame(answer.type, sequence, answer.status, answer.data)]
  })

  function slotStatus(): number {
    if (!present) return 0x02
    return powered ? 0x00 : 0x01
  }

  function answerTo(type: number, data: Uint8Array) {
    if (type === 0x6b) return { type: 0x83, status: 0, data: new TextEncoder().encode('GemTwin-V2.00-GF01') }
    if (type === 0x65) return { type: 0x81, status: slotStatus(), data: new Uint8Array(0) }
    if (type === 0x62) {
      powered = true
      return { type: 0x80, status: 0x00, data: bytes(atr) }
    }
    if (type === 0x61) return { type: 0x82, status: slotStatus(), data }
    if (type === 0x63) {
      powered = false
      return { type: 0x81, status: slotStatus(), data: new Uint8Array(0) }
    }
    const said = type === 0x6f ? card(data) : undefined
    return said === undefined ? undefined : { type: 0x80, status: 0x00, data: bytes(said) }
  }
}

/** A CCID answer as a frame. */
export function frame(
  type: number,
  sequence: number,
  status: number,
  data: Uint8Array,
  error = 0,
): Uint8Array {
  const body = [
    0x03,
    0x06,
    type,
    data.length & 0xff,
    data.length >> 8,
    0,
    0,
    0,
    sequence,
    status,
    error,
    0,
    ...data,
  ]
  return Uint8Array.from([...body, body.reduce((sum, byte) => sum ^ byte, 0)])
}

/** The driver, connected to such a reader. */
export async function connected(line: ScriptedLine, clock = new ManualClock()): Promise<CardReader> {
  return good(await connectCardReader({ open: line.open, clock, logger: keepingLogger() }))
}
