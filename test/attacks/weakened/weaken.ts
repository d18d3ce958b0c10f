/** Makes a weakened build: the program's own sources in a folder of their own, some lines replaced. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Replacement } from './weakenings.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What the attacked parts are made of. */
const AREAS = ['core', 'device-agent/store']

/** The modules that attacks are run against. */
export interface Build {
  readonly authorization: typeof import('../../../core/cards/authorization.ts')
  readonly commitment: typeof import('../../../core/ballot-box/commitment.ts')
  readonly database: typeof import('../../../device-agent/store/database.ts')
  readonly pool: typeof import('../../../core/ballot-box/pool.ts')
  readonly sealedBallot: typeof import('../../../core/ballot-box/sealed-ballot.ts')
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

/** The program with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export function weakenedBuild(replacements: readonly Replacement[]): Promise<Build> {
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
  return load(folder)
}

async function load(root: string): Promise<Build> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const [authorization, commitment, database, pool, sealedBallot, tally, store, medium] = await Promise.all([
    module('core/cards/authorization.ts'),
    module('core/ballot-box/commitment.ts'),
    module('device-agent/store/database.ts'),
    module('core/ballot-box/pool.ts'),
    module('core/ballot-box/sealed-ballot.ts'),
    module('core/election/tally.ts'),
    module('device-agent/store/device-store.ts'),
    module('device-agent/store/medium.ts'),
  ])
  const { DeviceStore } = store
  const { Medium } = medium
  return { authorization, commitment, database, pool, sealedBallot, tally, DeviceStore, Medium }
}
