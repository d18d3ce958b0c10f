/** Makes a weakened build: the program's own sources in a folder of their own, some lines replaced. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { WEAKENED } from '../../adversary/weakened/builds.ts'
import { type CodesBuild, loadCodes } from '../../codes/build.ts'
import { type BoothBuild, boothBuild } from '../../device-agent/ballot/booth.ts'
import type { Replacement } from './weakenings.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What the attacked parts are made of, and the generator that some of the adversary test's weakened builds draw from. */
const AREAS = [
  'core',
  'device-agent',
  'firmware',
  'fleet',
  'provisioning',
  'ui',
  'simulator',
  'test/adversary/weakened',
]

/** The modules that attacks are run against. */
export interface Build {
  readonly authorization: typeof import('../../../core/cards/authorization.ts')
  readonly commitment: typeof import('../../../core/ballot-box/commitment.ts')
  readonly database: typeof import('../../../device-agent/store/database.ts')
  readonly document: typeof import('../../../ui/paper/document.ts')
  readonly pool: typeof import('../../../core/ballot-box/pool.ts')
  readonly sealedBallot: typeof import('../../../core/ballot-box/sealed-ballot.ts')
  readonly slip: typeof import('../../../ui/paper/slip.ts')
  readonly tally: typeof import('../../../core/election/tally.ts')
  readonly DeviceStore: typeof import('../../../device-agent/store/device-store.ts').DeviceStore
  readonly Medium: typeof import('../../../device-agent/store/medium.ts').Medium
}

/** The program as it is. */
export function realBuild(): Promise<Build> {
  return load(ROOT)
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The program with these lines replaced. */
export function weakenedBuild(replacements: readonly Replacement[]): Promise<Build> {
  return load(weakenedFolder(replacements))
}

/** The program's sources with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
function weakenedFolder(replacements: readonly Replacement[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-'))
  folders.push(folder)
  for (const area of AREAS) cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, line, by } of replacements) {
    const parts = readFileSync(join(folder, file), 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
    writeFileSync(join(folder, file), parts.join(by))
  }
  return folder
}

/** The technician's calibration, and what a device makes of it. */
export interface TouchBuild {
  readonly calibrate: typeof import('../../../device-agent/ballot/calibrate.ts').calibrate
  readonly readHome: typeof import('../../../device-agent/ballot/home.ts').readHome
  readonly Fingers: typeof import('../../../device-agent/ballot/fingers.ts').Fingers
}

/** The modules of the touchscreen's calibration, as they are or with these lines replaced. */
export async function touchBuild(replacements: readonly Replacement[] = []): Promise<TouchBuild> {
  const root = replacements.length === 0 ? ROOT : weakenedFolder(replacements)
  const module = (file: string) => import(/* @vite-ignore */ join(root, 'device-agent/ballot', file))
  const [{ calibrate }, { readHome }, { Fingers }] = await Promise.all([
    module('calibrate.ts'),
    module('home.ts'),
    module('fingers.ts'),
  ])
  return { calibrate, readHome, Fingers }
}

/** How a device reads its home folder, as it is or with these lines replaced. */
export async function homeBuild(
  replacements: readonly Replacement[] = [],
): Promise<Pick<TouchBuild, 'readHome'>> {
  const root = replacements.length === 0 ? ROOT : weakenedFolder(replacements)
  return import(/* @vite-ignore */ join(root, 'device-agent/ballot/home.ts'))
}

/** Both sides of the cards' dialogue. */
export interface CardsBuild {
  readonly claimVoterCard: typeof import('../../../device-agent/ballot/session/voter-card.ts').claimVoterCard
  readonly admitOfficer: typeof import('../../../device-agent/ballot/polls/officer-card.ts').admitOfficer
  readonly CardDesk: typeof import('../../../device-agent/check-in/cards/desk.ts').CardDesk
  readonly VoterCard: typeof import('../../../simulator/cards/voter-card.ts').VoterCard
  readonly OfficerCard: typeof import('../../../simulator/cards/officer-card.ts').OfficerCard
}

/** Device, desk and cards, as they are or with these lines replaced. */
export async function cardsBuild(replacements: readonly Replacement[] = []): Promise<CardsBuild> {
  const root = replacements.length === 0 ? ROOT : weakenedFolder(replacements)
  const files = [
    'device-agent/ballot/session/voter-card.ts',
    'device-agent/ballot/polls/officer-card.ts',
    'device-agent/check-in/cards/desk.ts',
    'simulator/cards/voter-card.ts',
    'simulator/cards/officer-card.ts',
  ]
  const modules = await Promise.all(files.map((file) => import(/* @vite-ignore */ join(root, file))))
  return Object.assign({}, ...modules)
}

/** How a package is looked at before it is signed, as it is or with these lines replaced. */
export async function provisioningBuild(
  replacements: readonly Replacement[] = [],
): Promise<Pick<typeof import('../../../provisioning/package/check-screens.ts'), 'checkScreens'>> {
  const root = replacements.length === 0 ? ROOT : weakenedFolder(replacements)
  return import(/* @vite-ignore */ join(root, 'provisioning/package/check-screens.ts'))
}

/** The national centre. */
export interface CentreBuild {
  readonly takeMessage: typeof import('../../../fleet/collector/take-messages.ts').takeMessage
  readonly decideOn: typeof import('../../../fleet/collector/take-messages.ts').decideOn
  readonly status: typeof import('../../../fleet/status/command.ts').status
  readonly startEngine: typeof import('../../../fleet/collector/engine.ts').startEngine
  readonly openCentreStore: typeof import('../../../fleet/store/store.ts').openCentreStore
  readonly resultOf: typeof import('../../../fleet/results/results.ts').resultOf
  readonly result: typeof import('../../../fleet/results/command.ts').result
}

/** The centre, as it is or with these lines replaced. */
export async function centreBuild(replacements: readonly Replacement[] = []): Promise<CentreBuild> {
  const root = replacements.length === 0 ? ROOT : weakenedFolder(replacements)
  const module = (file: string) => import(/* @vite-ignore */ join(root, 'fleet', file))
  const modules = await Promise.all(
    [
      'collector/take-messages.ts',
      'status/command.ts',
      'collector/engine.ts',
      'store/store.ts',
      'results/results.ts',
      'results/command.ts',
    ].map(module),
  )
  return Object.assign({}, ...modules)
}

/** What is brought to the centre by hand, with these lines replaced. */
export function importBuild(
  replacements: readonly Replacement[],
): Promise<typeof import('../../../fleet/import/command.ts')> {
  return import(/* @vite-ignore */ join(weakenedFolder(replacements), 'fleet/import/command.ts'))
}

/** What a device says to the centre, and when. */
export interface SayingBuild {
  readonly slotMs: typeof import('../../../device-agent/sync/slot.ts').slotMs
  readonly startSync: typeof import('../../../device-agent/sync/sync.ts').startSync
  readonly encodeStatus: typeof import('../../../core/messages/status.ts').encodeStatus
}

/** The same with these lines replaced. */
export async function sayingBuild(replacements: readonly Replacement[]): Promise<SayingBuild> {
  const root = weakenedFolder(replacements)
  const files = ['device-agent/sync/slot.ts', 'device-agent/sync/sync.ts', 'core/messages/status.ts']
  const modules = await Promise.all(files.map((file) => import(/* @vite-ignore */ join(root, file))))
  return Object.assign({}, ...modules)
}

/** From a code to its screens, its slip and its record, as it is or with these lines replaced. */
export function codesBuild(replacements: readonly Replacement[] = []): Promise<CodesBuild> {
  return loadCodes(replacements.length === 0 ? ROOT : weakenedFolder(replacements))
}

/** A voter's session with its screens, as they are or with these lines replaced. */
export function voterBuild(replacements: readonly Replacement[] = []): Promise<BoothBuild> {
  return boothBuild(replacements.length === 0 ? ROOT : weakenedFolder(replacements))
}

async function load(root: string): Promise<Build> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const [
    authorization,
    commitment,
    database,
    document,
    pool,
    sealedBallot,
    slip,
    tally,
    { DeviceStore },
    { Medium },
  ] = await Promise.all([
    module('core/cards/authorization.ts'),
    module('core/ballot-box/commitment.ts'),
    module('device-agent/store/database.ts'),
    module('ui/paper/document.ts'),
    module('core/ballot-box/pool.ts'),
    module('core/ballot-box/sealed-ballot.ts'),
    module('ui/paper/slip.ts'),
    module('core/election/tally.ts'),
    module('device-agent/store/device-store.ts'),
    module('device-agent/store/medium.ts'),
  ])
  return {
    authorization,
    commitment,
    database,
    document,
    pool,
    sealedBallot,
    slip,
    tally,
    DeviceStore,
    Medium,
  }
}

/** A build that the adversary test keeps, by its name there. */
export function adversaryBuild(name: keyof typeof WEAKENED): Promise<Build> {
  const { edits } = WEAKENED[name] ?? { edits: [] }
  if (edits.length === 0) throw new Error(`the adversary test has no weakened build ${name}`)
  const sources = AREAS.slice(0, 2).flatMap((area) =>
    readdirSync(join(ROOT, area), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ file: join(area, file), source: readFileSync(join(ROOT, area, file), 'utf8') })),
  )
  return weakenedBuild(
    edits.map(({ text, instead }) => {
      const found = sources.filter(({ source }) => source.includes(text))
      if (found[0] === undefined || found.length > 1)
        throw new Error(`in ${found.length} files, not in one: ${text}`)
      return { file: found[0].file, line: text, by: instead }
    }),
  )
}
