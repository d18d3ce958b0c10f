/**
 * What the host tells the reader of the protocol (CCID 1.1, 6.1.7), and what follows from it:
 * ```
 * T=0  FiDi  TCCKS  guard  WI       clock stop
 * T=1  FiDi  TCCKS  guard  BWI/CWI  clock stop  IFSC  NAD
 * ```
 */

/** Of which protocol, at what speed, and the bytes themselves. */
export interface ReaderParameters {
  readonly protocol: 0 | 1
  /** Indices of Fi (high) and Di (low). */
  readonly speed: number
  readonly bytes: Uint8Array
}

/** T=0 after reset: Fi 372, Di 1, direct convention, no extra guard time, waiting integer 10, no clock stop. */
export const DEFAULT_PARAMETERS: ReaderParameters = {
  protocol: 0,
  speed: 0x11,
  bytes: Uint8Array.of(0x11, 0x00, 0x00, 0x0a, 0x00),
}

/** Offsets in the message, by which an error names the byte that is wrong. */
const AT = { length: 0x01, protocol: 0x07, speed: 0x0a, check: 0x0b, waiting: 0x0d, size: 0x0f } as const
const LENGTHS = [5, 7]
/** 10.752 kbit/s to 344.086 kbit/s at 4 MHz. */
const CLOCK_HZ = 4_000_000
const FASTEST = 344_087

/** Fi by its index (ISO 7816-3, table 7); 0 where there is none. */
const FI = [372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0]
/** Di (table 8). */
const DI = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0]

/** The error that refuses these parameters, if one does. */
export function badParameter(protocol: number, bytes: Uint8Array): number | undefined {
  if (protocol > 1) return AT.protocol
  if (bytes.length !== LENGTHS[protocol]) return AT.length
  const [speed = 0, check = 0, , waiting = 0, , size = 0] = bytes
  const [fi = 0, di = 0] = [FI[speed >> 4], DI[speed & 0x0f]]
  if (fi === 0 || di === 0 || (CLOCK_HZ * di) / fi > FASTEST) return AT.speed
  // 00 and 02 under T=0; 10 to 13 under T=1, odd for a CRC.
  if ((check & 0xfc) !== (protocol === 0 ? 0x00 : 0x10) || (protocol === 0 && (check & 1) !== 0))
    return AT.check
  if (protocol === 0) return waiting === 0 ? AT.waiting : undefined
  if (waiting >> 4 > 9) return AT.waiting
  return size === 0 || size === 255 ? AT.size : undefined
}

/** How long a card may be silent: ISO 7816-3, 10.2 and 11.4.3. */
export function waitingTimeMs({ protocol, speed, bytes }: ReaderParameters): number {
  const fi = FI[speed >> 4] ?? 372
  const waiting = bytes[3] ?? 0
  const clocks = protocol === 0 ? 960 * waiting * fi : 11 * fi + 2 ** (waiting >> 4) * 960 * 372
  return Math.ceil((clocks * 1000) / CLOCK_HZ)
}
