/** A process that takes over and ends itself by `kill -9` at the medium's name: `node killed-takeover.ts <home> <medium> before|after`. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { valueOrThrow } from '../../../core/result.ts'
import { takeOver } from '../../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium } from '../../../device-agent/store/dead-media.ts'
import { readDeadMedium } from '../../../device-agent/store/dead-medium.ts'
import { systemRandom } from '../../../device-agent/system.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { openHome } from './home.ts'
import { checks, people } from './spare.ts'
import { clock, dayKey } from './voting.ts'

const [folder = '', medium = '', when] = process.argv.slice(2)
const rename = fs.renameSync
fs.renameSync = (...names) => {
  if (when === 'after') rename(...names)
  process.kill(process.pid, 'SIGKILL')
}
syncBuiltinESMExports()
const dead = valueOrThrow(readDeadMedium(medium, join(folder, 'takeover.part'), checks))
takeOver(openHome(folder), valueOrThrow(chooseMedium([dead])), dayKey(), people, {
  clock,
  random: systemRandom,
  program: PROGRAM,
})
