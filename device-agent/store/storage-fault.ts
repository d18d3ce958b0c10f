/** What of a medium's failures people can be told: errors of the operating system, as they come through SQLite or from a file itself. */
/** How a medium refuses. */
export type StorageFault = 'full' | 'read-only' | 'io-error'

/** SQLite's result codes (sqlite.org/rescode.html) and errno(3), by how they begin. */
const FAULTS: readonly (readonly [code: string, fault: StorageFault])[] = [
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_IOERR', 'io-error'],
  ['SQLITE_CORRUPT', 'io-error'],
  ['SQLITE_CANTOPEN', 'io-error'],
  ['EIO', 'io-error'],
]

/** @returns what a medium answered, now or before; undefined if it is no medium's refusal, but a broken promise of our own code */
export function storageFault(error: unknown): StorageFault | undefined {
  // A medium in a thread of its own says no more than the code.
  if (!(error instanceof Error)) return undefined
  if (!('code' in error) || typeof error.code !== 'string') return storageFault(error.cause)
  const { code } = error
  return FAULTS.find(([begin]) => code.startsWith(begin))?.[1]
}
