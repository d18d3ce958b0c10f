/**
 * A program that sets a device up in its home folder and keeps a scripted day, or takes one up again that was begun, and says after each step that the step is done. A step that throws
 * is its last, as the device's own program would stop; what was thrown is its last word:
 * `node day-program.ts <root of the build> <home folder> <file to say it in> <ballots> <seed> <set-up or restart> [<medium that is lost> [takes-room]]`
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { clock, Voters } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { isOneMedium, LOST_AT, resumeToLose } from './lost-medium.ts'
import { dayInRoom, restOfDay, STOPPED, scriptedDay } from './scripted-day.ts'

const [root = '', folder = '', told = '', ballots = '', seed = '', begins = '', loses, room] =
  process.argv.slice(2)
const { setUpStore, resumeStore }: typeof import('../../device-agent/ballot/setup.ts') = await import(
  join(root, 'device-agent/ballot/setup.ts')
)

const say = () => appendFileSync(told, '.')
try {
  const [home, random] = [openHome(folder), seededRandom(`device of ${seed}`)]
  const isRestart = begins === 'restart'
  const losing = isOneMedium(loses) ? await resumeToLose(root, home, seed, loses) : undefined
  const begin = () =>
    valueOrThrow(isRestart ? resumeStore(home, clock, random) : setUpStore(home, clock, random, PROGRAM))
  const store = losing?.store ?? begin()
  say()
  const voters = new Voters(seed)
  // Those before voted before.
  for (let cast = 0; cast < store.day.casts; cast += 1) voters.vote({ cast: () => undefined })
  const takesRoom = room === 'takes-room' || undefined
  const whole = takesRoom ? dayInRoom : scriptedDay
  const steps = isRestart
    ? restOfDay(Number(ballots), takesRoom)
    : whole(Number(ballots)).map(({ does }) => does)
  for (const [i, does] of steps.entries()) {
    if (i === LOST_AT) losing?.lose()
    does(store, voters)
    say()
  }
  store.close()
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = STOPPED
}
