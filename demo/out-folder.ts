/** The folder of outputs: made by a demonstration, and emptied by the next one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { RefusalError } from '../core/result.ts'

/** Whose folder it is: what tells the next run that it may empty it, and what it leaves there. */
interface Owner {
  readonly mark: string
  readonly command: string
  readonly keeps: readonly string[]
}

const DEMONSTRATION: Owner = { mark: '.sandogh-demo', command: 'sandogh demo', keeps: [] }

/** Empties a folder that an earlier run made, or makes one; anything else is not touched. @returns its full path */
export function prepareFolder(given: string, owner: Owner = DEMONSTRATION): string {
  const out = resolve(given)
  const mark = join(out, owner.mark)
  try {
    makeFolder(out)
    const user = userOf(mark)
    if (user !== undefined) throw otherFolder(out, `another demonstration is running in it (process ${user})`)
    emptyFolder(out, mark, owner.keeps)
    writeFileSync(mark, `${made(owner)}in use by process ${process.pid}\n`)
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
export function leaveFolder(out: string, owner: Owner = DEMONSTRATION): void {
  const mark = join(out, owner.mark)
  if (existsSync(mark)) writeFileSync(mark, made(owner))
}

function made({ command }: Owner): string {
  return `made by "${command}", emptied by its next run\n`
}

/** The process that still uses the folder of that mark, if any. */
function userOf(mark: string): number | undefined {
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

function emptyFolder(out: string, mark: string, keeps: readonly string[]): void {
  const found = readdirSync(out)
  if (found.length > 0 && !existsSync(mark)) {
    throw otherFolder(out, 'this folder holds something that no demonstration made, and is left as it is')
  }
  for (const name of found.filter((each) => !keeps.includes(each)))
    rmSync(join(out, name), { recursive: true, force: true })
}

function otherFolder(out: string, what: string): RefusalError {
  return new RefusalError({
    code: 'demo.out',
    where: out,
    what,
    next: 'Name a folder that is new or empty: --out <folder>.',
  })
}
