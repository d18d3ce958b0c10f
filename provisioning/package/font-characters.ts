/** Which characters a typeface draws: the `cmap` table of its file (OpenType 1.9). */
import { readFileSync } from 'node:fs'
import type { FontFiles } from '../../ui/fonts.ts'

/** The subtable that Vazirmatn has: characters up to U+FFFF, in segments. */
const SEGMENTS = 4
const TABLE_RECORD = 16
const CMAP_RECORD = 8

/** Whether both weights have a glyph for a character. Throws if a file has no such table: nothing can be said of it then. */
export function drawnCharacters({ regular, bold }: FontFiles): (character: string) => boolean {
  const weights = [regular, bold].map(charactersOf)
  const has = (character: string) => weights.every((characters) => characters.has(character))
  // The shaper puts a letter together from its parts where it has no glyph of its own.
  return (character) => has(character) || [...character.normalize('NFD')].every(has)
}

function charactersOf(file: string): ReadonlySet<string> {
  const bytes = readFileSync(file)
  const cmap = cmapOffset(bytes, file)
  for (let i = 0; i < bytes.readUInt16BE(cmap + 2); i += 1) {
    const subtable = cmap + bytes.readUInt32BE(cmap + 4 + i * CMAP_RECORD + 4)
    if (bytes.readUInt16BE(subtable) === SEGMENTS) return segmentsOf(bytes, subtable)
  }
  throw new Error(`the cmap of ${file} has no subtable of format ${SEGMENTS}`)
}

function cmapOffset(bytes: Buffer, file: string): number {
  for (let i = 0; i < bytes.readUInt16BE(4); i += 1) {
    const record = 12 + i * TABLE_RECORD
    if (bytes.toString('latin1', record, record + 4) === 'cmap') return bytes.readUInt32BE(record + 8)
  }
  throw new Error(`there is no cmap in ${file}`)
}

/** Four arrays of a number for each segment: last character, first, delta to the glyph, and where the glyphs stand if not by delta. */
function segmentsOf(bytes: Buffer, subtable: number): ReadonlySet<string> {
  const size = bytes.readUInt16BE(subtable + 6)
  const characters = new Set<string>()
  for (let at = 0; at < size; at += 2) {
    const last = bytes.readUInt16BE(subtable + 14 + at)
    const first = bytes.readUInt16BE(subtable + 16 + size + at)
    const delta = bytes.readUInt16BE(subtable + 16 + 2 * size + at)
    const place = subtable + 16 + 3 * size + at
    const offset = bytes.readUInt16BE(place)
    for (let point = first; point <= last; point += 1) {
      const listed = offset === 0 ? point : bytes.readUInt16BE(place + offset + 2 * (point - first))
      // Glyph 0 is the box for what is missing.
      if (listed !== 0 && (listed + delta) % 0x10000 !== 0) characters.add(String.fromCharCode(point))
    }
  }
  return characters
}
