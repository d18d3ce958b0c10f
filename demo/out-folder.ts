/** The folder of outputs: made by a demonstration, and emptied by the next one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RefusalError } from '../core/result.ts'

/** Tells the next demonstration that it may empty this folder. */
const MARK = '.sandogh-demo'
const MADE = 'made by "sandogh demo", emptied by its next run\n'

/** Empties a folder that an earlier run made, or makes one; anything else is not touched. @returns its full path */
export function prepareFolder(given: string): string {
  const out = resolve(given)
  const mark = join(out, MARK)
  try {
    makeFolder(out)
    const owner = ownerOf(mark)
    if (owner !== undefined)
      throw otherFolder(out, `another demonstration is running in it (process ${owner})`)
    emptyFolder(out, mark)
    writeFileSync(mark, `${MADE}in use by process ${process.pid}\n`)
    return out
  } catch (error) {
    if (error instanceof RefusalError) throw error
    const { code } = error as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' || code === 'ENOTDIR'
    const what = isFile ? 'a file is in the way' : `it cannot be written (${code})`
    throw otherFolder(out, what)
  }
}

/** The demonstration in this folder has ended: the next one may empty it. */
export function leaveFolder(out: string): void {
  const mark = join(out, MARK)
  if (existsSync(mark)) writeFileSync(mark, MADE)
}

/** The process that still uses the folder of that mark, if any. */
function ownerOf(mark: string): number | undefined {
  if (!existsSync(mark)) return undefined
  const [, text] = /^in use by process ([1-9][0-9]*)$/m.exec(readFileSync(mark, 'utf8')) ?? []
  const pid = Number(text)
  return text !== undefined && pid !== process.pid && isRunning(pid) ? pid : undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A folder and those above it. Node's own `recursive` never returns where a file system, such as /proc, refuses with ENOENT. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path)
}

function emptyFolder(out: string, mark: string): void {
  const found = readdirSync(out)
  if (found.length > 0 && !existsSync(mark)) {
    throw otherFolder(out, 'this folder holds something that no demonstration made, and is left as it is')
  }
  for (const name of found) rmSync(join(out, name), { recursive: true, force: true })
}

function otherFolder(out: string, what: string): RefusalError {
  return new RefusalError({
    code: 'demo.out',
    where: out,
    what,
    next: 'Name a folder that is new or empty: --out <folder>.',
  })
}
