/**
 * A program that takes over from the media of a device that died, as a spare does, and says how that ended:
 * `node takeover-program.ts <root of the build> <home folder> <medium> <other medium>`
 */
import { join } from 'node:path'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { checks, people } from '../device-agent/store/spare.ts'
import { clock, dayKey } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'

const [root = '', home = '', ...media] = process.argv.slice(2)
const [{ readDeadMedium }, { chooseMedium }, { takeOver }]: [
  Pick<typeof import('../../device-agent/store/dead-medium.ts'), 'readDeadMedium'>,
  Pick<typeof import('../../device-agent/store/dead-media.ts'), 'chooseMedium'>,
  Pick<typeof import('../../device-agent/ballot/takeover/take-over.ts'), 'takeOver'>,
] = await Promise.all([
  import(join(root, 'device-agent/store/dead-medium.ts')),
  import(join(root, 'device-agent/store/dead-media.ts')),
  import(join(root, 'device-agent/ballot/takeover/take-over.ts')),
])

function end(): string {
  const read = []
  for (const medium of media) {
    const dead = readDeadMedium(medium, join(home, 'takeover.part'), checks)
    if (!dead.ok) return dead.error.code
    read.push(dead.value)
  }
  const found = chooseMedium(read)
  if (!found.ok) return found.error.code
  const tools = { clock, random: seededRandom(home), program: PROGRAM }
  const store = takeOver(openHome(home), found.value, dayKey(), people, tools)
  if (!store.ok) return store.error.code
  store.value.close()
  return 'taken over'
}

process.stdout.write(end())
