/**
 * What a picture says of itself in its first bytes: PNG (W3C PNG, third edition), JPEG (ITU-T T.81) or WebP (RFC 9649). Known by its bytes, never
 * by its name, and only if it ends as its format says, so that a file cut short is none.
 */

export interface Picture {
  readonly type: 'image/webp' | 'image/png' | 'image/jpeg'
  /** In pixels. */
  readonly width: number
  readonly height: number
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** The last chunk: no data, `IEND`, its CRC. */
const PNG_END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]

/** The picture that these bytes are; undefined for anything else. */
export function readPicture(bytes: Uint8Array): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return readPng(bytes, view) ?? readJpeg(view) ?? readWebp(bytes, view)
  } catch (error) {
    // A DataView refuses to read beyond its end.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Signature, length and `IHDR`, then width and height. */
function readPng(bytes: Uint8Array, view: DataView): Picture | undefined {
  if (!hasBytes(bytes, 0, PNG_SIGNATURE) || !hasBytes(bytes, bytes.length - PNG_END.length, PNG_END))
    return undefined
  return hasText(bytes, 12, 'IHDR')
    ? { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
    : undefined
}

/** Segments of marker and length until a frame begins (SOF: C0 to CF but for DHT, JPG and DAC): precision, height, width. */
function readJpeg(view: DataView): Picture | undefined {
  if (view.getUint16(0) !== 0xffd8 || view.getUint16(view.byteLength - 2) !== 0xffd9) return undefined
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at)
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    }
    if (marker < 0xffc0 || marker === 0xffda) return undefined
  }
}

/** `RIFF`, the length of the rest, `WEBP`, and a first chunk that says how large the picture is. */
function readWebp(bytes: Uint8Array, view: DataView): Picture | undefined {
  if (
    !hasText(bytes, 0, 'RIFF') ||
    !hasText(bytes, 8, 'WEBP') ||
    view.getUint32(4, true) !== bytes.length - 8
  )
    return undefined
  const size = (width: number, height: number): Picture => ({ type: 'image/webp', width, height })
  if (hasText(bytes, 12, 'VP8X')) {
    return size(
      1 + (view.getUint32(24, true) & 0xff_ffff),
      1 + view.getUint16(27, true) + 0x1_0000 * view.getUint8(29),
    )
  }
  if (hasText(bytes, 12, 'VP8L') && view.getUint8(20) === 0x2f) {
    const packed = view.getUint32(21, true)
    return size(1 + (packed & 0x3fff), 1 + ((packed >> 14) & 0x3fff))
  }
  if (hasText(bytes, 12, 'VP8 ') && hasBytes(bytes, 23, [0x9d, 0x01, 0x2a])) {
    return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  }
  return undefined
}

function hasBytes(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte)
}

function hasText(bytes: Uint8Array, at: number, expected: string): boolean {
  return [...expected].every((letter, i) => bytes[at + i] === letter.charCodeAt(0))
}
