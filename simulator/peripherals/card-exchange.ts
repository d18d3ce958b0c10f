/**
 * One exchange between reader and card, byte by byte, as a reader at TPDU level does it: what it sends, and what it makes of each byte
 * that comes. It ends with the answer for the host, or an error of CCID 1.1, table 6.2-2.
 */

/** What follows from a byte of the card. */
export type ExchangeStep =
  | { readonly is: 'more' }
  | { readonly is: 'send'; readonly bytes: Uint8Array }
  /** The card has asked for time, which the host is told. */
  | { readonly is: 'time' }
  | { readonly is: 'done'; readonly answer: Uint8Array }
  | { readonly is: 'failed'; readonly error: number }

/** An exchange under way. */
export interface CardExchange {
  /** What the reader sends first. */
  readonly first: Uint8Array
  take(byte: number): ExchangeStep
}

export const PROCEDURE_CONFLICT = 0xf4
const MORE: ExchangeStep = { is: 'more' }
const T0_HEADER = 5
const LONGEST_DATA = 256

/** Why the reader takes no such transfer: it has the wrong length. */
export type Refused = 'bad-length'

/** An exchange with a card of that protocol, or why there is none. */
export function beginExchange(protocol: number, data: Uint8Array): CardExchange | Refused {
  // FF is neither a class nor an address: it begins a negotiation of the protocol (CCID 1.1, 6.1.4).
  if (data[0] === 0xff) return beginPps(data)
  return protocol === 0 ? beginT0(data) : beginT1(data)
}

/** `FF PPS0 ..` and as many bytes back as those say. */
function beginPps(data: Uint8Array): CardExchange | Refused {
  if (data.length !== ppsLength(data)) return 'bad-length'
  const answer: number[] = []
  return {
    first: data,
    take(byte) {
      answer.push(byte)
      if (answer[0] !== 0xff) return { is: 'failed', error: PROCEDURE_CONFLICT }
      return answer.length < 3 || answer.length < ppsLength(answer) ? MORE : done(answer)
    },
  }
}

function ppsLength(bytes: ArrayLike<number>): number {
  return 3 + [0x10, 0x20, 0x40].filter((bit) => ((bytes[1] ?? 0) & bit) !== 0).length
}

/** A block, and one back: as long as its third byte says. */
function beginT1(data: Uint8Array): CardExchange | Refused {
  if (data.length < 4 || data.length !== 4 + (data[2] ?? 0)) return 'bad-length'
  const answer: number[] = []
  return {
    first: data,
    take(byte) {
      answer.push(byte)
      return answer.length < 4 || answer.length < 4 + (answer[2] ?? 0) ? MORE : done(answer)
    },
  }
}

/**
 * A header of five bytes (a command of four gets P3 = 0) and exactly P3 bytes after it, or none. The card's procedure bytes lead through it
 * (ISO 7816-3, 10.3.3).
 */
function beginT0(data: Uint8Array): CardExchange | Refused {
  const body = data.subarray(T0_HEADER)
  const [, ins = 0, , , p3 = 0] = data
  if (data.length < 4 || (body.length > 0 && body.length !== p3)) return 'bad-length'
  const first = new Uint8Array(T0_HEADER)
  first.set(data.subarray(0, T0_HEADER))
  let sent = 0
  /** Data bytes that are to come before the next procedure byte. */
  let wanted = 0
  let sw1: number | undefined
  const answer: number[] = []
  const total = p3 === 0 ? LONGEST_DATA : p3
  const onProcedure = (byte: number): ExchangeStep => {
    if (byte === 0x60) return { is: 'time' }
    const rest = body.length > 0 ? body.length - sent : total - answer.length
    const count = byte === ins ? rest : byte === (ins ^ 0xff) ? Math.min(1, rest) : 0
    if (count > 0 && body.length > 0) {
      const bytes = body.slice(sent, sent + count)
      sent += count
      return { is: 'send', bytes }
    }
    if (count > 0) {
      wanted = count
      return MORE
    }
    if ((byte & 0xf0) !== 0x60 && (byte & 0xf0) !== 0x90) return { is: 'failed', error: PROCEDURE_CONFLICT }
    sw1 = byte
    return MORE
  }
  return {
    first,
    take(byte) {
      if (sw1 !== undefined) return done([...answer, sw1, byte])
      if (wanted === 0) return onProcedure(byte)
      answer.push(byte)
      wanted -= 1
      return MORE
    },
  }
}

function done(bytes: readonly number[]): ExchangeStep {
  return { is: 'done', answer: Uint8Array.from(bytes) }
}
