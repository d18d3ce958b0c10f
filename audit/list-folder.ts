/**
 * What lies in a folder, and under which names. On a disk names are bytes, in a report text: what is not plain text is told in a spelling in which
 * nothing of it is lost and nothing of it works on a terminal, and is refused.
 */
import { readdirSync, statSync } from 'node:fs'
import { ok, type Result, refuse } from '../core/result.ts'

/** A name as it is told. */
export interface WrittenName {
  /** Each byte that is no part of a plain character is `\x` and two hexadecimal digits. */
  readonly name: string
  readonly isPlain: boolean
}

/** What lies in a folder; links are not followed. */
export interface Inside extends WrittenName {
  readonly is: 'file' | 'folder' | 'other'
}

const CONTROL = /\p{Cc}/u
/** What Node hands on in the place of bytes of a command line that are not UTF-8. */
const REPLACEMENT = '\ufffd'

/** All that lies in a folder, by its name as it is told. @returns a refusal `input.*` if it cannot be listed */
export function listFolder(path: string): Result<readonly Inside[]> {
  try {
    if (!statSync(path).isDirectory()) {
      return refuse('input.no-folder', path, 'this is no folder', 'Name the folder of a bundle.')
    }
    const entries = readdirSync(path, { withFileTypes: true, encoding: 'buffer' }).map((entry): Inside => {
      const is = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other'
      return { ...writtenName(entry.name), is }
    })
    return ok(entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${code})`
    return refuse('input.unreadable', path, what, 'Check its name.')
  }
}

/** The name that these bytes are: plain if they are UTF-8 without control characters. */
export function writtenName(bytes: Uint8Array): WrittenName {
  const text = plainText(bytes)
  if (text !== undefined) return { name: text, isPlain: true }
  let name = ''
  for (let at = 0; at < bytes.length; ) {
    const size = [1, 2, 3, 4].find((length) => plainText(bytes.subarray(at, at + length)) !== undefined) ?? 0
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
    name += size === 0 ? `\\x${byte}` : plainText(bytes.subarray(at, at + size))
    at += Math.max(size, 1)
  }
  return { name, isPlain: false }
}

/** A path of the command line, whose bytes may have been lost before it came here: then it is not plain. */
export function givenName(path: string): WrittenName {
  const { name, isPlain } = writtenName(Buffer.from(path))
  return { name, isPlain: isPlain && !path.includes(REPLACEMENT) }
}

function plainText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
  return Buffer.from(text).equals(bytes) && !CONTROL.test(text) ? text : undefined
}
