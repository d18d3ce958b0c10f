/** The programs of device and centre, as they are or with lines replaced: each promise is shown to hang on a line. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const AREAS = ['core', 'device-agent', 'firmware', 'fleet', 'ui', 'bin', 'command.ts', 'package-lock.json']
/** What some of the command's areas need besides. */
const COMMAND = ['demo', 'provisioning', 'simulator']

/** The programs that a station and a centre run. */
export interface Build {
  readonly startAgent: typeof import('../../../device-agent/ballot/agent.ts').startAgent
  readonly readHome: typeof import('../../../device-agent/ballot/home.ts').readHome
  readonly setUpStore: typeof import('../../../device-agent/ballot/setup.ts').setUpStore
  readonly startCentre: typeof import('../../../fleet/centre.ts').startCentre
}

/** One replacement in one file. */
export interface Replacement {
  readonly file: string
  readonly line: string
  readonly by: string
}

/** A card's word on this device's own journal is not looked at. */
export const blindToOwnHead: Replacement = {
  file: 'device-agent/witness/exchange.ts',
  line: 'if (head.device !== device) continue',
  by: 'if (head.device !== device || head.root.length === 32) continue',
}

/** A neighbour's head is not compared with the one known of the same size. */
export const blindToOtherHead: Replacement = {
  file: 'device-agent/witness/exchange.ts',
  line: "? 'known' : 'forked'",
  by: "? 'known' : 'known'",
}

/** A certificate is taken whichever device it names. */
export const blindToSubject: Replacement = {
  file: 'device-agent/ballot/home.ts',
  line: "certificate.value.role !== 'device' || certificate.value.subject !== device",
  by: "certificate.value.role !== 'device'",
}

/** The centre asks for entries again but does not show the device what it signed before. */
export const centreShowsNothing: Replacement = {
  file: 'fleet/collector/take-entries.ts',
  line: '...(own !== undefined && { held: own }) } }',
  by: '...(own === undefined && { held: "" }) } }',
}

/** The centre takes a second journal of a device as it took the first. */
export const blindToSecondJournal: Replacement = {
  file: 'fleet/collector/take-entries.ts',
  line: 'journal === undefined ? held.journalsOf(device) : []',
  by: 'journal === undefined ? held.journalsOf(device).slice(0, 0) : []',
}

/** The programs as they are. */
export function realBuild(): Promise<Build> {
  return load(ROOT)
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The programs with these lines replaced. */
export function weakenedBuild(...replacements: readonly Replacement[]): Promise<Build> {
  return load(weakenedSources(...replacements))
}

/** The folder of sources with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export function weakenedSources(...replacements: readonly Replacement[]): string {
  return weakenedCopy(AREAS, replacements)
}

/** The same with the one command. @returns the folder */
export function weakenedCommand(...replacements: readonly Replacement[]): string {
  return weakenedCopy([...AREAS, ...COMMAND], replacements)
}

function weakenedCopy(areas: readonly string[], replacements: readonly Replacement[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-day-'))
  folders.push(folder)
  for (const area of areas) cpSync(join(ROOT, area), join(folder, area), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, line, by } of replacements) {
    const parts = readFileSync(join(folder, file), 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
    writeFileSync(join(folder, file), parts.join(by))
  }
  return folder
}

async function load(root: string): Promise<Build> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const { startAgent } = await module('device-agent/ballot/agent.ts')
  const { readHome } = await module('device-agent/ballot/home.ts')
  const { setUpStore } = await module('device-agent/ballot/setup.ts')
  const { startCentre } = await module('fleet/centre.ts')
  return { startAgent, readHome, setUpStore, startCentre }
}
