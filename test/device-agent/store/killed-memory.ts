/** A process that remembers a neighbour's head and ends itself by `kill -9` before any card has it: `node killed-memory.ts <folder>`. */
import { valueOrThrow } from '../../../core/result.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { learned } from './heads.ts'
import { deviceRow, opening, partsFor } from './voting.ts'

const seed = 'killed memory'
const medium = valueOrThrow(Medium.create(process.argv[2] ?? '', deviceRow, seededRandom(seed)))
const parts = partsFor([medium], seed)
const store = DeviceStore.begin(parts, opening)
store.station.keep([learned(4)])
process.kill(process.pid, 'SIGKILL')
