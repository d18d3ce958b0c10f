/** What processes cost, as the kernel says (proc(5)). */
import { readFileSync } from 'node:fs'

/** Clock ticks a second of every Linux that Node runs on (sysconf(3), _SC_CLK_TCK). */
const TICKS_A_SECOND = 100

/** Processor seconds so far, and resident bytes now. */
export interface Cost {
  readonly cpuSeconds: number
  readonly residentBytes: number
}

/** Of all these processes together; one that is gone costs nothing. */
export function costOf(pids: readonly number[]): Cost {
  const costs = pids.map(costOfOne)
  return {
    cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    residentBytes: costs.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  }
}

function costOfOne(pid: number): Cost {
  try {
    // The name in brackets may hold anything, a bracket too.
    const [, numbers = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const fields = numbers.split(' ')
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    const ticks = Number(fields[11]) + Number(fields[12])
    return { cpuSeconds: ticks / TICKS_A_SECOND, residentBytes: Number(resident ?? 0) * 1_024 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { cpuSeconds: 0, residentBytes: 0 }
    throw error
  }
}
