/** The witness's program with lines replaced: each promise of it is shown to hang on a line, and its test to be able to fail. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Replacement } from '../../attacks/weakened/weakenings.ts'

const ROOT = join(import.meta.dirname, '../../..')
const AREAS = ['core', 'device-agent', 'firmware', 'ui']
const EXCHANGE = 'device-agent/witness/exchange.ts'
const MEMORY = 'device-agent/store/station-memory.ts'
const VERIFY = 'device-agent/witness/verify-head.ts'

/** The parts that remember and exchange heads. */
export interface WitnessBuild {
  readonly exchange: typeof import('../../../device-agent/witness/exchange.ts')
  readonly stationHeads: typeof import('../../../device-agent/witness/station-heads.ts')
  readonly verifyHead: typeof import('../../../device-agent/witness/verify-head.ts').verifyHead
  readonly StationMemory: typeof import('../../../device-agent/store/station-memory.ts').StationMemory
  readonly findHeadsProblem: typeof import('../../../device-agent/store/station-memory.ts').findHeadsProblem
  readonly DeviceStore: typeof import('../../../device-agent/store/device-store.ts').DeviceStore
  readonly Medium: typeof import('../../../device-agent/store/medium.ts').Medium
  readonly meetNeighbours: typeof import('../../../device-agent/ballot/polls/card-witness.ts').meetNeighbours
}

/** Whatever lines stand under a neighbour's head stay there. */
export const carriesEveryLine: Replacement = {
  file: EXCHANGE,
  line: 'const note = withLinesOf(head.note, keys)',
  by: 'const note = keys.length > 0 ? head.note : ""',
}

/** What cannot be read back is stored all the same. */
export const storesAnything: readonly Replacement[] = [
  {
    file: MEMORY,
    line: 'return judgeRow(encodeRow(head), this.#neighbours, this.#owner).ok',
    by: 'return head.note.length > 0',
  },
  {
    file: MEMORY,
    line: 'if (!judged.ok) continue',
    by: 'if (!judged.ok) { this.#onEach((medium) => medium.storeHeads([bytes])); continue }',
  },
]

/** Lines under an own head count with whatever certificates are on the card. */
export const believesTheCardsCertificates: Replacement = {
  file: EXCHANGE,
  line: 'const witnesses = [...known.values()].map(',
  by: 'const witnesses = neighbours.map(',
}

/** A head is held against former meetings alone. */
export const forgetsWithinTheMeeting: Replacement = {
  file: EXCHANGE,
  line: 'const before = known.get(device)',
  by: 'const before = remembered.neighbours.get(device)',
}

/** The card takes along what it brought, whatever is known beside. */
export const carriesOnlyWhatCame: Replacement = {
  file: EXCHANGE,
  line: 'return copy === undefined ? head : cosigned(',
  by: 'return copy === undefined ? neighbours.find((each) => each.device === device)?.head ?? head : cosigned(',
}

/** A proof that does not hold is taken for none. */
export const overlooksFailingProofs: Replacement = {
  file: EXCHANGE,
  line: "return holds ? 'goes-on' : 'inconsistent'",
  by: "return holds ? 'goes-on' : 'unproved'",
}

/** One malformed head spoils the card. */
export const allOrNothing: Replacement = {
  file: 'device-agent/witness/station-heads.ts',
  line: 'const heads = given.flatMap(',
  by: 'const heads = given.some((each) => parseHead(each) === undefined) ? [] : given.flatMap(',
}

/** A bundle gets every note there is. */
export const uncappedNotes: Replacement = {
  file: MEMORY,
  line: '[...notes.values()].slice(-MAX_NOTES)',
  by: '[...notes.values()].slice(-MAX_NOTES * 64)',
}

/** The closing entry is taken without proof that it stands in the journal. */
export const unprovedClosing: Replacement = {
  file: VERIFY,
  line: 'return parsed.ok && isIn ? parsed.value : undefined',
  by: 'return parsed.ok && isIn !== undefined ? parsed.value : undefined',
}

/** Any entry that stands in the journal is taken for the closing one. */
export const anyEntryCloses: Replacement = {
  file: VERIFY,
  line: "if (closing?.type !== 'polls.closed')",
  by: "if (closing === undefined || !('casts' in closing || 'count' in closing))",
}

/** One officer's word is enough to declare a device dead. */
export const oneOfficerDeclares: Replacement = {
  file: 'core/journal/day-rules.ts',
  line: `if (polls !== 'finished') return 'polls were not closed for good'
  if (one?.certificate === other?.certificate || one?.role === other?.role) return ONE_OFFICER`,
  by: "if (polls !== 'finished' || one === other) return ONE_OFFICER",
}

/** A declaration may name any device. */
export const anyStationDeclares: Replacement = {
  file: VERIFY,
  line: 'if (declared === undefined || !declared.every(isNeighbour))',
  by: 'if (declared === undefined || isNeighbour === undefined)',
}

/** Devices of every station are heard. */
export const anyStation: Replacement = {
  file: VERIFY,
  line: "role !== 'device' || !listed ||",
  by: "role !== 'device' ||",
}

/** A device may sign heads of another one's journal. */
export const anySubject: Replacement = {
  file: VERIFY,
  line: 'if (device !== subject)',
  by: 'if (device.length === 0)',
}

/** The card is told before the disk. */
export const toldBeforeRemembered: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/polls/card-witness.ts',
    line: 'store.station.keep([...exchanged.learned, ...exchanged.seen])',
    by: '',
  },
  {
    file: 'device-agent/ballot/polls/card-witness.ts',
    line: "return { is: written.ok ? 'met' : 'unreadable' }",
    by: `store.station.keep([...exchanged.learned, ...exchanged.seen])
  return { is: written.ok ? 'met' : 'unreadable' }`,
  },
]

/** The program as it is. */
export const realBuild: WitnessBuild = await load(ROOT)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The program with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export function weakenedBuild(...replacements: readonly Replacement[]): Promise<WitnessBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-witness-'))
  folders.push(folder)
  for (const area of AREAS) cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, line, by } of replacements) {
    const parts = readFileSync(join(folder, file), 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
    writeFileSync(join(folder, file), parts.join(by))
  }
  return load(folder)
}

async function load(root: string): Promise<WitnessBuild> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const { verifyHead } = await module(VERIFY)
  const { StationMemory, findHeadsProblem } = await module(MEMORY)
  const { DeviceStore } = await module('device-agent/store/device-store.ts')
  const { Medium } = await module('device-agent/store/medium.ts')
  const { meetNeighbours } = await module('device-agent/ballot/polls/card-witness.ts')
  return {
    exchange: await module(EXCHANGE),
    stationHeads: await module('device-agent/witness/station-heads.ts'),
    verifyHead,
    StationMemory,
    findHeadsProblem,
    DeviceStore,
    Medium,
    meetNeighbours,
  }
}
