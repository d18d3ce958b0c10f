/** Death of a device's program at one of its system calls, by strace(1), and people who are left standing there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { WatchedBench } from '../../simulator/people/bench.ts'

/** Calls that change a file, say that a change is safe, or send bytes over a line. */
export const CALLS = [
  'write',
  'pwrite64',
  'fdatasync',
  'fsync',
  'ftruncate',
  'openat',
  'rename',
  'unlink',
] as const

/** About so many of them a thread makes while officers open, a voter votes, one corrects a slip, from the reject on, and officers close; of the others none. */
export const ABOUT = {
  opening: { write: 2_300, pwrite64: 53, fsync: 10, fdatasync: 3, openat: 2 },
  session: { write: 1_000, pwrite64: 20, fsync: 4, fdatasync: 2 },
  correction: { write: 1_000, pwrite64: 30, fsync: 6, fdatasync: 2 },
  closing: { write: 1_800, pwrite64: 36, fsync: 4, fdatasync: 2, unlink: 1 },
} as const satisfies Readonly<Record<string, Partial<Record<(typeof CALLS)[number], number>>>>

const HEARD_MS = 20

/** The n-th call of that name, from 1 on, on a device's lines and its media. */
export interface AtCall {
  readonly call: (typeof CALLS)[number]
  readonly nth: number
}

/** What people do at whom a device is killed. */
export type Part = keyof typeof ABOUT

/** A call of that part. */
export type AtCallOf<P extends Part> = AtCall & { readonly part: P }

/**
 * Has a running program killed at a call. strace counts the calls of each thread for itself; a program with one thread in libuv's pool makes
 * the calls on its lines there, those on its first medium in its own and those on the second in that one's.
 * @param paths of files and lines; other calls are not counted
 * @returns once it watches; `lift` ends the watching of a program that still lives
 */
export async function setTrap(
  pid: number,
  { call, nth }: AtCall,
  paths: readonly string[],
): Promise<{ lift(): Promise<void> }> {
  const inject = `inject=${call}:signal=SIGKILL:when=${nth}`
  const options = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, ...paths.flatMap((path) => ['-P', path])]
  const strace = spawn('strace', [...options, '-e', inject, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await attached(strace)
  const ended = once(strace, 'exit')
  return {
    lift: async () => {
      strace.kill('SIGINT')
      await ended
      // What it killed last is heard of a moment later.
      await new Promise((resolve) => setTimeout(resolve, HEARD_MS))
    },
  }
}

function attached(strace: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    strace.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('attached')) resolve()
    })
    strace.once('exit', () => reject(new Error(`strace does not watch the device: ${said}`)))
  })
}

/** The bench as people use it who stop, wherever they are in what they do, once the device is dead. */
export function untilDeath<B extends WatchedBench>(bench: B, isDead: () => boolean): B {
  const parts = Object.entries(bench).map(([name, part]) => [name, untilDeathOf(part as object, isDead)])
  return Object.fromEntries(parts) as B
}

function untilDeathOf<T extends object>(part: T, isDead: () => boolean): T {
  return new Proxy(part, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...given: readonly unknown[]) => {
        if (isDead()) return never()
        const result: unknown = value.apply(target, given)
        return result instanceof Promise ? result.then((found) => (isDead() ? never() : found)) : result
      }
    },
  })
}

function never(): Promise<never> {
  return new Promise(() => {})
}
