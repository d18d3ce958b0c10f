/**
 * Intel HEX, as a programmer takes it.
 * ```
 * : length address(2) type data sum      two digits a byte; all bytes of a line add up to 0
 * ```
 * Type 00 is data, 01 ends the file. A chip of 32 kB needs no others.
 */

/** The bytes of a flash memory; what no line says is erased, FF. Throws at a line that is not so, with its number. */
export function readIntelHex(text: string, size: number): Uint8Array {
  const flash = new Uint8Array(size).fill(0xff)
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  for (const [i, line] of lines.entries()) {
    const wrong = (what: string) => new Error(`line ${i + 1} of the firmware's .hex file ${what}`)
    if (!/^:([0-9A-F]{2}){5,}$/i.test(line)) throw wrong('is no record')
    const bytes = Buffer.from(line.slice(1), 'hex')
    const [length = 0, high = 0, low = 0, type] = bytes
    if (bytes.length !== length + 5) throw wrong('has another length than it says')
    if (bytes.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) throw wrong('has a wrong sum')
    if (type === 1) {
      if (i !== lines.length - 1) throw wrong('ends a file that goes on')
      return flash
    }
    const address = high * 256 + low
    if (type !== 0 || address + length > size) throw wrong('is not for this chip')
    flash.set(bytes.subarray(4, 4 + length), address)
  }
  throw new Error("the firmware's .hex file has no end")
}
