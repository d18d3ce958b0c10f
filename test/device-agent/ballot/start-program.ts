/**
 * A start of a device's store; says how long it took and what it found, and ends without waiting for whatever hangs:
 * `node start-program.ts <home folder> <deadline of the media, ms>`; with a deadline of 0 no medium is asked before it is touched.
 */
import { writeSync } from 'node:fs'
import { mediaFolders } from '../../../device-agent/ballot/home.ts'
import { resumeStore } from '../../../device-agent/ballot/setup.ts'
import { probeMedia } from '../../../device-agent/store/probe.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { openHome } from '../store/home.ts'
import { clock } from '../store/voting.ts'

const [folder = '', deadline = ''] = process.argv.slice(2)
const home = openHome(folder)
const begun = performance.now()
const there = { is: 'answered', isThere: true, isPartThere: false } as const
const found = deadline === '0' ? ([there, there] as const) : probeMedia(mediaFolders(home), Number(deadline))
const store = resumeStore(home, clock, seededRandom('start'), found)
const entries = store.ok
  ? store.value.entriesFrom(1).map((entry) => JSON.parse(Buffer.from(entry).toString()))
  : []
const said = {
  ms: Math.round(performance.now() - begun),
  refused: store.ok ? undefined : store.error.code,
  told: entries.map(({ type, medium, why }) => `${type} ${medium} ${why}`),
}
writeSync(1, `${JSON.stringify(said)}\n`)
process.kill(process.pid, 'SIGKILL')
