/**
 * What a medium's answer means, decided in one place: errors of the operating system, as they come through SQLite or from a file itself. What
 * stands here is a medium's failure: the medium counts no more, and where it was the last, people are told in these words. What does not (a
 * constraint that we broke, a wrong call, memory or descriptors that ran out) is no medium's fault: no medium is dropped, the program stops.
 */

/** How a medium refuses. */
export type StorageFault = 'full' | 'read-only' | 'io-error'

/** Of the error of a medium that has not answered in time (`worker-medium.ts`). */
export const SILENT = 'ETIMEDOUT'

/** Names of errno(3), SQLite's primary result codes (sqlite.org/rescode.html), and how libuv names an errno that it does not know. */
const FAULTS: Readonly<Record<StorageFault, readonly string[]>> = {
  full: ['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG'],
  'read-only': ['SQLITE_READONLY', 'SQLITE_PERM', 'EROFS', 'EACCES', 'EPERM'],
  'io-error': [
    ...['SQLITE_IOERR', 'SQLITE_CORRUPT', 'SQLITE_CANTOPEN', 'SQLITE_NOTADB', 'SQLITE_PROTOCOL'],
    // Another program holds it, however long it was waited for.
    ...['SQLITE_BUSY', 'EBUSY', 'EAGAIN', 'ETXTBSY'],
    // The device, or the bus that it is on.
    ...['EIO', 'ENODEV', 'ENXIO', 'EREMOTEIO', 'ENODATA', 'EPROTO', 'EILSEQ', 'EOVERFLOW', SILENT],
    // What was mounted there is not there any more, or is another thing.
    ...['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ELOOP', 'EMLINK', 'ENAMETOOLONG', 'EXDEV'],
    // Of file systems that are somewhere else.
    ...['ENOTCONN', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ESHUTDOWN', 'EHOSTDOWN'],
    ...['EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH', 'ENOTSUP', 'ENOSYS'],
    // ESTALE, EUCLEAN, EBADMSG, ENOMEDIUM and what else a file system may say.
    'Unknown system error',
  ],
}

const KNOWN: ReadonlyMap<string, StorageFault> = new Map(
  Object.entries(FAULTS).flatMap(([fault, codes]) => codes.map((code) => [code, fault as StorageFault])),
)
/** A code without what extends it: `SQLITE_IOERR_READ`, `Unknown system error -116`. */
const BASE = /^(SQLITE_[A-Z]+|E[A-Z0-9]+$|Unknown system error)/

/** @returns what a medium answered, now or before; undefined if it is no medium's refusal, but a broken promise of our own code */
export function storageFault(error: unknown): StorageFault | undefined {
  // A medium in a thread of its own says no more than the code.
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  return code === undefined ? storageFault(error.cause) : KNOWN.get(BASE.exec(code)?.[0] ?? '')
}

/** What a medium answered, as a reason to drop it; undefined if the error is not a medium's but our own mistake. */
export function lossOf(error: unknown): 'failed' | 'silent' | undefined {
  if (storageFault(error) === undefined) return undefined
  return codeOf(error as Error) === SILENT ? 'silent' : 'failed'
}

/** Which of two errors decides what people are told, and whether anything that the system shows is believed: an error of the disk before all others. */
export function graver(error: unknown, other: unknown): unknown {
  const weight = (of: unknown) => GRAVITY.indexOf(storageFault(of))
  return weight(other) > weight(error) ? other : error
}

const GRAVITY: readonly (StorageFault | undefined)[] = [undefined, 'full', 'read-only', 'io-error']

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
