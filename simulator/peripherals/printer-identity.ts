/**
 * Who a virtual printer says it is (GS I): an Epson TM-T88III, whose specification it follows. Identities of one byte have bits 4 and 7
 * clear, information stands between 5F and 00 (Epson ESC/POS command reference, GS I; TM-T88III, pages 456 to 460).
 */

/** Model, type (a cutter, characters of one byte) and version of the firmware. */
const BYTES: Readonly<Record<number, number>> = { 1: 0x20, 2: 0x02, 3: 0x01 }

/** Firmware, maker, name, serial number; fonts of other languages there are none. */
const TEXTS: Readonly<Record<number, string>> = {
  65: '1.01 ESC/POS',
  66: 'EPSON',
  67: 'TM-T88III',
  68: 'VIRTUAL001',
  69: '',
}

/** The answer to `1D 49 n`; undefined when there is no such identity. */
export function identityAnswer(n: number): Uint8Array | undefined {
  const byte = BYTES[n >= 0x31 && n <= 0x33 ? n - 0x30 : n]
  if (byte !== undefined) return Uint8Array.of(byte)
  const text = TEXTS[n]
  return text === undefined ? undefined : Uint8Array.of(0x5f, ...Buffer.from(text, 'ascii'), 0x00)
}
