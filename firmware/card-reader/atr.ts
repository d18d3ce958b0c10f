/**
 * An answer to reset (ISO 7816-3, section 8.2): what a card says of itself before it is asked anything.
 * ```
 * TS T0 {TAi TBi TCi TDi} T1..TK [TCK]     33 bytes at most
 *       T0: which of the first four follow, and K       TDi: which of the next four follow, and their protocol
 * ```
 */

/** What a card says of T=1, or what holds where it says nothing (ISO 7816-3, section 11.4). */
interface T1Parameters {
  /** Longest information field that the card takes, 1 to 254. */
  readonly ifsc: number
  /** The block and character waiting integers: a block begins within 2 to this power units, and a byte within it likewise. */
  readonly bwi: number
  readonly cwi: number
  readonly check: 'lrc' | 'crc'
}

/** An answer to reset. */
export interface Atr {
  readonly bytes: Uint8Array
  readonly convention: 'direct' | 'inverse'
  /** Protocols on offer, each once, first the one the card starts in: 0 for T=0, 1 for T=1. */
  readonly protocols: readonly number[]
  /** TA1: indices of Fi (high) and Di (low). */
  readonly speed: number
  /** TA2: the card speaks this protocol at this moment and negotiates nothing; `implicit` if TA1 does not say how fast. */
  readonly specific: { readonly protocol: number; readonly implicit: boolean } | undefined
  /** TC1: extra guard time between bytes to the card, 255 for the least there is. */
  readonly extraGuard: number
  /** TC2: the waiting integer of T=0. */
  readonly waitingInteger: number
  readonly t1: T1Parameters
  readonly historical: Uint8Array
}

/** The speed of every card after reset: Fi 372, Di 1. */
export const DEFAULT_SPEED = 0x11

const LONGEST = 33
const DEFAULT_WAITING_INTEGER = 10
const DEFAULT_T1 = { ifsc: 32, bwi: 4, cwi: 13 }
/** T=15 is no protocol: the bytes after it hold for all. */
const GLOBAL = 15

/** TA, TB, TC of one group, and the protocol that the TD before it names. */
interface Group {
  readonly protocol: number | undefined
  readonly a: number | undefined
  readonly b: number | undefined
  readonly c: number | undefined
}

/** Reads an answer to reset. Undefined if a byte is missing, too many, wrong or reserved. */
export function parseAtr(bytes: Uint8Array): Atr | undefined {
  const [ts, t0] = bytes
  if ((ts !== 0x3b && ts !== 0x3f) || t0 === undefined || bytes.length > LONGEST) return undefined
  const read = readGroups(bytes, t0)
  if (read === undefined) return undefined
  const { groups, offset } = read
  const named = groups.flatMap(({ protocol }) => (protocol === undefined ? [] : [protocol]))
  const historicalEnd = offset + (t0 & 0x0f)
  // TCK is there unless T=0 alone is named, or nothing.
  const checked = named.some((protocol) => protocol !== 0)
  if (bytes.length !== historicalEnd + (checked ? 1 : 0)) return undefined
  if (checked && bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined
  const t1 = readT1(groups)
  const waitingInteger = groups[1]?.c ?? DEFAULT_WAITING_INTEGER
  if (t1 === undefined || waitingInteger === 0 || named[0] === GLOBAL) return undefined
  const protocols = [...new Set(named.filter((protocol) => protocol !== GLOBAL))]
  const specific = groups[1]?.a
  return {
    bytes: bytes.slice(),
    convention: ts === 0x3b ? 'direct' : 'inverse',
    protocols: protocols.length === 0 ? [0] : protocols,
    speed: groups[0]?.a ?? DEFAULT_SPEED,
    specific:
      specific === undefined ? undefined : { protocol: specific & 0x0f, implicit: (specific & 0x10) !== 0 },
    extraGuard: groups[0]?.c ?? 0,
    waitingInteger,
    t1,
    historical: bytes.slice(offset, historicalEnd),
  }
}

function readGroups(
  bytes: Uint8Array,
  t0: number,
): { readonly groups: readonly Group[]; readonly offset: number } | undefined {
  const groups: Group[] = []
  let offset = 2
  let protocol: number | undefined
  let present: number | undefined = t0 >> 4
  while (present !== undefined) {
    const mask: number = present
    const next = (bit: number) => ((mask & bit) === 0 ? undefined : bytes[offset++])
    const [a, b, c, d] = [next(1), next(2), next(4), next(8)]
    if (offset > bytes.length) return undefined
    groups.push({ protocol, a, b, c })
    protocol = d === undefined ? undefined : d & 0x0f
    present = d === undefined ? undefined : d >> 4
  }
  return { groups, offset }
}

/** T=1's own bytes are the first of each name behind a TD2 or later that names it. */
function readT1(groups: readonly Group[]): T1Parameters | undefined {
  const own = groups.filter(({ protocol }, i) => i >= 2 && protocol === 1)
  const first = (name: 'a' | 'b' | 'c') => own.find((group) => group[name] !== undefined)?.[name]
  const ifsc = first('a') ?? DEFAULT_T1.ifsc
  const waiting = first('b') ?? (DEFAULT_T1.bwi << 4) | DEFAULT_T1.cwi
  const bwi = waiting >> 4
  if (ifsc === 0 || ifsc === 0xff || bwi > 9) return undefined
  return { ifsc, bwi, cwi: waiting & 0x0f, check: ((first('c') ?? 0) & 1) === 0 ? 'lrc' : 'crc' }
}
