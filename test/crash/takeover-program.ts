/**
 * A program that takes over from the media of a device that died, as a spare does, says that it has, and then how it ended:
 * `node takeover-program.ts <root of the build> <home folder> <file to say it in> <medium> <other medium>`
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHome } from '../device-agent/store/home.ts'
import { takeOverFrom } from './takeover-steps.ts'

const [root = '', home = '', told = '', ...media] = process.argv.slice(2)
const build = {
  ...(await import(join(root, 'device-agent/store/dead-medium.ts'))),
  ...(await import(join(root, 'device-agent/store/dead-media.ts'))),
  ...(await import(join(root, 'device-agent/ballot/takeover/take-over.ts'))),
}

const store = takeOverFrom(build, openHome(home), media)
if (store.ok) {
  appendFileSync(told, '.')
  store.value.close()
}
process.stdout.write(store.ok ? 'taken over' : store.error.code)
