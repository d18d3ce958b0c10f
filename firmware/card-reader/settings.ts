/**
 * From an answer to reset to the protocol and speed in which card and reader will talk: what is negotiated with the card (PPS,
 * ISO 7816-3, section 9) and what the reader is then told (CCID 1.1, 6.1.7). A GemPC Twin does neither by itself.
 */
import type { Atr } from './atr.ts'
import { DEFAULT_SPEED } from './atr.ts'

/** How card and reader will talk. */
export interface CardSettings {
  readonly protocol: 0 | 1
  /** Indices of Fi (high) and Di (low). */
  readonly speed: number
  /** The request that the card must confirm first, if it is not in this protocol at this speed already. */
  readonly pps: Uint8Array | undefined
}

/** The Twin's clock for cards, and its fastest line to one (libccid, ccid_serial.c). */
const CLOCK_HZ = 4_000_000
const FASTEST = 344_086

/** ISO 7816-3, tables 7 and 8; what is missing is reserved, or (Di 64) not among the Twin's speeds. */
const FI = [372, 372, 558, 744, 1116, 1488, 1860, undefined, undefined, 512, 768, 1024, 1536, 2048] as const
const DI = [undefined, 1, 2, 4, 8, 16, 32, undefined, 12, 20] as const

/** One that may be silent for longer would hold its reader beyond a heartbeat, with all tries that it has. */
const LONGEST_SILENCE_MS = 6_000

const PPSS = 0xff
const HAS_PPS1 = 0x10

/**
 * The first protocol on offer that is spoken here, at the card's speed if the reader can keep up with it. Undefined where there is none:
 * neither T=0 nor T=1, a CRC, a speed that is told to nobody, or a card that may be silent for too long.
 */
export function chooseSettings(atr: Atr): CardSettings | undefined {
  const settings = spokenSettings(atr)
  return settings === undefined || waitingTimeMs(atr, settings) > LONGEST_SILENCE_MS ? undefined : settings
}

function spokenSettings(atr: Atr): CardSettings | undefined {
  const spoken = (protocol: number | undefined): protocol is 0 | 1 =>
    protocol === 0 || (protocol === 1 && atr.t1.check === 'lrc')
  if (atr.specific !== undefined) {
    const { protocol, implicit } = atr.specific
    if (!spoken(protocol) || implicit || !isPossible(atr.speed)) return undefined
    return { protocol, speed: atr.speed, pps: undefined }
  }
  const protocol = atr.protocols.find(spoken)
  if (protocol === undefined) return undefined
  const faster = isPossible(atr.speed) && bitRate(atr.speed) > bitRate(DEFAULT_SPEED)
  const speed = faster ? atr.speed : DEFAULT_SPEED
  const isSo = protocol === atr.protocols[0] && speed === DEFAULT_SPEED
  return { protocol, speed, pps: isSo ? undefined : encodePps(protocol, speed) }
}

/** `FF PPS0 [PPS1] PCK`: the protocol and, unless it is the usual one, the speed. */
function encodePps(protocol: number, speed: number): Uint8Array {
  const request = speed === DEFAULT_SPEED ? [PPSS, protocol] : [PPSS, HAS_PPS1 | protocol, speed]
  return Uint8Array.of(...request, xorOf(request))
}

/**
 * The settings after the card's answer to their PPS: as asked, or at the usual speed if the card leaves that out. Undefined if it is no
 * confirmation; nobody knows then how the card listens.
 */
export function confirmSettings(asked: CardSettings, answer: Uint8Array): CardSettings | undefined {
  const [ppss, pps0 = 0, pps1] = answer
  if (ppss !== PPSS || (pps0 & 0x0f) !== asked.protocol || xorOf(answer) !== 0) return undefined
  if ((pps0 & 0xf0) === 0 && answer.length === 3) return { ...asked, speed: DEFAULT_SPEED }
  if ((pps0 & 0xf0) === HAS_PPS1 && answer.length === 4 && pps1 === asked.speed) return asked
  return undefined
}

/**
 * What the reader must know of the protocol:
 * ```
 * T=0  FiDi  02 if inverse       guard  WI       clock stop 00
 * T=1  FiDi  10 (12 if inverse)  guard  BWI/CWI  clock stop 00  IFSC  NAD 00
 * ```
 */
export function readerParameters(atr: Atr, { protocol, speed }: CardSettings): Uint8Array {
  const inverse = atr.convention === 'inverse' ? 0x02 : 0x00
  if (protocol === 0) return Uint8Array.of(speed, inverse, atr.extraGuard, atr.waitingInteger, 0)
  const { bwi, cwi, ifsc } = atr.t1
  return Uint8Array.of(speed, 0x10 | inverse, atr.extraGuard, (bwi << 4) | cwi, 0, ifsc, 0)
}

/** How long the card may be silent: the waiting time of T=0 (10.2), or the block waiting time of T=1 (11.4.3). */
export function waitingTimeMs(atr: Atr, { protocol, speed }: CardSettings): number {
  const fi = FI[speed >> 4] ?? 372
  if (protocol === 0) return Math.ceil((960 * atr.waitingInteger * fi * 1000) / CLOCK_HZ)
  return Math.ceil((11_000 * fi) / CLOCK_HZ + (2 ** atr.t1.bwi * 960 * 372 * 1000) / CLOCK_HZ)
}

function isPossible(speed: number): boolean {
  return bitRate(speed) > 0 && bitRate(speed) <= FASTEST
}

/** Bits a second; 0 where an index is reserved. */
function bitRate(speed: number): number {
  const [fi, di] = [FI[speed >> 4], DI[speed & 0x0f]]
  return fi === undefined || di === undefined ? 0 : (CLOCK_HZ * di) / fi
}

function xorOf(bytes: Iterable<number>): number {
  let sum = 0
  for (const byte of bytes) sum ^= byte
  return sum
}
