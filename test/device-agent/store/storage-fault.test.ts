import { join } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { describe, expect, test } from 'vitest'
import { lossOf, storageFault } from '../../../device-agent/store/storage-fault.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'

const answer = (code: string) => Object.assign(new Error('x'), { code })
/** sqlite.org/rescode.html, with some of what extends them. */
const SQLITE = [
  ...[
    'ABORT',
    'AUTH',
    'BUSY',
    'BUSY_SNAPSHOT',
    'CANTOPEN',
    'CANTOPEN_ISDIR',
    'CONSTRAINT',
    'CONSTRAINT_TRIGGER',
  ],
  ...[
    'CORRUPT',
    'CORRUPT_VTAB',
    'EMPTY',
    'ERROR',
    'FORMAT',
    'FULL',
    'INTERNAL',
    'INTERRUPT',
    'IOERR',
    'IOERR_FSYNC',
  ],
  ...['LOCKED', 'MISMATCH', 'MISUSE', 'NOLFS', 'NOMEM', 'NOTADB', 'NOTFOUND', 'PERM', 'PROTOCOL', 'RANGE'],
  ...['READONLY', 'READONLY_DBMOVED', 'SCHEMA', 'TOOBIG'],
].map((name) => `SQLITE_${name}`)
const ALL = [
  ...SQLITE,
  ...[...getSystemErrorMap().values()].map(([name]) => name),
  'Unknown system error -117',
]

/** What drops a medium and is told as our own bug, or the other way round. */
const differingIn = (
  build: Pick<typeof import('../../../device-agent/store/storage-fault.ts'), 'lossOf' | 'storageFault'>,
) =>
  ALL.filter(
    (code) => (build.lossOf(answer(code)) === undefined) !== (build.storageFault(answer(code)) === undefined),
  )

describe('what a medium answers', () => {
  test('is told in words whenever a medium is dropped for it, and the other way round', () => {
    expect(differingIn({ lossOf, storageFault })).toEqual([])
  })

  test('is told as our own bug, and drops a medium for ours, in a build that drops it for whatever has a code', async () => {
    const root = weakenedSources({
      file: 'device-agent/store/storage-fault.ts',
      line: '  if (storageFault(error) === undefined) return undefined\n',
      by: '  if (!(error instanceof Error) || codeOf(error) === undefined) return undefined\n',
    })
    const weakened = await import(/* @vite-ignore */ join(root, 'device-agent/store/storage-fault.ts'))
    expect(differingIn(weakened)).toEqual(expect.arrayContaining(['SQLITE_CONSTRAINT', 'SQLITE_MISUSE']))
  })

  test.each([
    ['ETIMEDOUT', 'silent', 'io-error'],
    ['ENODEV', 'failed', 'io-error'],
    ['ENXIO', 'failed', 'io-error'],
    ['ENOENT', 'failed', 'io-error'],
    ['ENOTCONN', 'failed', 'io-error'],
    ['Unknown system error -116', 'failed', 'io-error'],
    ['SQLITE_NOTADB', 'failed', 'io-error'],
    ['SQLITE_BUSY', 'failed', 'io-error'],
    ['SQLITE_IOERR_SHORT_READ', 'failed', 'io-error'],
    ['EACCES', 'failed', 'read-only'],
    ['SQLITE_READONLY_DBMOVED', 'failed', 'read-only'],
    ['EDQUOT', 'failed', 'full'],
  ] as const)('%s: the medium is dropped as %s, and told as %s where it was the last', (code, loss, told) => {
    expect([lossOf(answer(code)), storageFault(answer(code))]).toEqual([loss, told])
  })

  test.each([
    ...['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT', 'SQLITE_MISUSE', 'SQLITE_RANGE', 'SQLITE_ERROR'],
    ...[
      'SQLITE_NOMEM',
      'SQLITE_LOCKED',
      'EBADF',
      'EINVAL',
      'EFAULT',
      'ENOMEM',
      'EMFILE',
      'ENFILE',
      'ERR_INVALID_ARG_TYPE',
    ],
  ])('%s is our own mistake: no medium is dropped for it', (code) => {
    expect([lossOf(answer(code)), storageFault(answer(code))]).toEqual([undefined, undefined])
  })

  test('is known through the errors that were made of it', () => {
    const later = new Error('an earlier write failed', { cause: answer('SQLITE_FULL') })
    expect(storageFault(later)).toBe('full')
    expect(storageFault(new Error('ours'))).toBeUndefined()
  })
})
