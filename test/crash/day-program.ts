/**
 * A program that sets a device up in its home folder, keeps a scripted day, and says after each step that the step is done. A step that throws
 * is its last, as the device's own program would stop; what was thrown is its last word:
 * `node day-program.ts <root of the build> <home folder> <file to say it in> <ballots> <seed>`
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { clock, Voters } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { STOPPED, scriptedDay } from './scripted-day.ts'

const [root = '', folder = '', told = '', ballots = '', seed = ''] = process.argv.slice(2)
const { setUpStore }: Pick<typeof import('../../device-agent/ballot/setup.ts'), 'setUpStore'> = await import(
  join(root, 'device-agent/ballot/setup.ts')
)

const say = () => appendFileSync(told, '.')
try {
  const store = valueOrThrow(setUpStore(openHome(folder), clock, seededRandom(`device of ${seed}`), PROGRAM))
  say()
  const voters = new Voters(seed)
  for (const { does } of scriptedDay(Number(ballots))) {
    does(store, voters)
    say()
  }
  store.close()
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = STOPPED
}
