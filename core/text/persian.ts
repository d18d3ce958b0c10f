/** Persian text as it is shown. */

/** ۰: the first digit of the Persian block. */
const PERSIAN_ZERO = 0x06f0

/** ASCII digits as Persian ones; everything else stays. */
export function persianDigits(value: string | number): string {
  return String(value).replace(/[0-9]/g, (digit) => String.fromCharCode(PERSIAN_ZERO + Number(digit)))
}
