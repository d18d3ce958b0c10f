/** A day whose device is killed at a system call, judged with both media and with either alone. */
import { cpSync } from 'node:fs'
import { openHome } from '../device-agent/store/home.ts'
import { acknowledgedSteps, stepsOfLost } from './begun-day.ts'
import { findBroken } from './judge.ts'
import { countCalls, type Day, faultAtCall, GONE, type OneMedium, record } from './strace.ts'
import type { Call } from './strace-log.ts'

/** A system call at which a day can be killed. */
export type Killing = Pick<Call, 'name' | 'n'>

/**
 * Every system call on a medium that changes it or syncs it, in order. The n-th of a name is that of the thread which comes to it first: a start looks at each medium in a thread that only
 * reads and syncs, so that the first few syncs of the thread that writes are none of these; but a process that is killed at a sync leaves what one leaves that is killed at its next write.
 */
export function killingsOf(day: Day, watched: OneMedium): readonly Killing[] {
  if (day.takesRoom)
    return [...countCalls(day, watched)].flatMap(([name, count]) =>
      Array.from({ length: count }, (_, i) => ({ name, n: i + 1 })),
    )
  const calls = record(day, watched).calls.filter(({ act }) => act.is !== 'done')
  return [...new Map(calls.map(({ name, n }) => [`${name} ${n}`, { name, n }])).values()]
}

/** @returns what a day leaves broken that is killed there, in words; undefined if nothing */
export function killedDay(day: Day, watched: OneMedium, { name, n }: Killing): string | undefined {
  const where = `${watched} medium, ${name} ${n}`
  const { folder, done, status, remove } = faultAtCall(day, watched, 'SIGKILL', name, n)
  try {
    if (status !== null) return `${where}: the program was not killed`
    for (const gone of GONE) {
      const copy = `${folder} judged, ${gone} gone`
      cpSync(folder, copy, { recursive: true })
      const left = { home: openHome(copy), done: acknowledgedSteps(day, done, gone), gone }
      const broken = findBroken({ ...day, ...left, leftAt: stepsOfLost(day) })
      if (broken !== undefined)
        return `killed, ${where}${gone === undefined ? '' : `, the ${gone} medium gone`}: ${broken}`
    }
    return undefined
  } finally {
    remove()
  }
}
