/** A process that sets a device up and ends itself by `kill -9` where the medium would get its name: `node killed-setup.ts <home folder>`. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { valueOrThrow } from '../../../core/result.ts'
import { readHome } from '../../../device-agent/ballot/home.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { systemRandom } from '../../../device-agent/system.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { PROGRAM } from '../../fixtures/program.ts'

/** The certificates of the test station hold on that day. */
const clock = new VirtualClock(Date.parse('2026-06-19T04:00:00Z'))

fs.renameSync = () => {
  process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()
const home = valueOrThrow(readHome(process.argv[2] ?? ''))
valueOrThrow(setUpStore(home, clock, systemRandom, PROGRAM))
