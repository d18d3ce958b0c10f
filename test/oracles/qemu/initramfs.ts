/** The root file system of a guest that lives in memory: Debian's files as a cpio archive (the "newc" form, Documentation/driver-api/early-userspace). */
import { readFileSync } from 'node:fs'

/** A file of the guest, by its path there without the first slash. */
export interface GuestFile {
  readonly path: string
  /** Contents, or the path of a file of this machine. */
  readonly contents: Uint8Array | { readonly of: string }
  readonly executable: boolean
}

const DIRECTORY = 0o040_755
const FILE = 0o100_644
const PROGRAM = 0o100_755

/** The archive, with every folder that the files need. */
export function initramfs(files: readonly GuestFile[], folders: readonly string[]): Buffer {
  const all = new Set(folders)
  for (const { path } of files) {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth += 1) all.add(parts.slice(0, depth).join('/'))
  }
  const entries = [...all].sort().map((folder) => entry(folder, DIRECTORY, Buffer.alloc(0)))
  for (const { path, contents, executable } of files) {
    const bytes = contents instanceof Uint8Array ? contents : readFileSync(contents.of)
    entries.push(entry(path, executable ? PROGRAM : FILE, bytes))
  }
  return Buffer.concat([...entries, entry('TRAILER!!!', 0, Buffer.alloc(0))])
}

/** Magic, thirteen numbers of eight hexadecimal digits, the name with its zero, the contents; both filled up to four bytes. */
function entry(name: string, mode: number, contents: Uint8Array): Buffer {
  const size = Buffer.byteLength(name) + 1
  const numbers = [0, mode, 0, 0, 1, 0, contents.length, 0, 0, 0, 0, size, 0]
  const head = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([filled(Buffer.from(head)), filled(contents)])
}

function filled(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
