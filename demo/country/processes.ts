/** What processes cost and what they may have, as the kernel says (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of every Linux that Node runs on (sysconf(3), _SC_CLK_TCK). */
const TICKS_A_SECOND = 100

/** Processor seconds so far, and resident bytes now; what processes share is counted once. */
export interface Cost {
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** Of all these processes and their children together; one that is gone costs nothing. */
export function costOf(pids: readonly number[]): Cost {
  const costs = withChildren(pids).map(costOfOne)
  return {
    cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    residentBytes: costs.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  }
}

/** What was spent, or added, between two looks. */
export function difference(before: Cost, after: Cost): Cost {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    residentBytes: after.residentBytes - before.residentBytes,
  }
}

/** How many files and connections a process may have open, however it asks; Node asks for all of them. */
export function mostOpenFiles(): number {
  const [, hard = ''] = /^Max open files +\S+ +(\S+)/m.exec(read('/proc/self/limits')) ?? []
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

function costOfOne(pid: number): Cost {
  const fields = statOf(pid)
  // Proportional: a page that several processes have is a part of each.
  const resident = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  return { cpuSeconds: ticks / TICKS_A_SECOND, residentBytes: Number(resident ?? 0) * 1_024 }
}

function withChildren(pids: readonly number[]): readonly number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const parentOf = new Map(all.map((pid) => [pid, Number(statOf(pid)[1])]))
  const found = new Set(pids)
  for (const pid of found) for (const [child, parent] of parentOf) if (parent === pid) found.add(child)
  return [...found]
}

/** The fields behind the name; none of a process that is gone. */
function statOf(pid: number): readonly string[] {
  // The name in brackets may hold anything, a bracket too.
  return /\) (.*)$/s.exec(read(`/proc/${pid}/stat`))?.[1]?.split(' ') ?? []
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return ''
    throw error
  }
}
