/** The audit with lines replaced: each promise of it is shown to hang on a line, and its test to be able to fail. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { main } from '../../../audit/cli.ts'
import type { compareStatements } from '../../../audit/open/compare.ts'
import type { openStation } from '../../../audit/open/open-station.ts'
import type { verifyCount } from '../../../audit/verify/verify-count.ts'

const ROOT = join(import.meta.dirname, '../../..')
const AREAS = ['core', 'ui', 'audit']

/** One replacement in one file. */
export interface Replacement {
  readonly file: string
  readonly line: string
  readonly by: string
}

/** Heads of one size are not compared with each other. */
export const blindToTwoHeads: Replacement = {
  file: 'audit/verify/contradiction.ts',
  line: 'if (other !== undefined && !equalBytes(other.root, head.root)) return fork(head, other)',
  by: 'if (other !== undefined && head.root.length !== 32) return fork(head, other)',
}

/** Heads that neighbours hold are not compared with the journal. */
export const blindToOtherRoots: Replacement = {
  file: 'audit/verify/contradiction.ts',
  line: 'if (root !== undefined && !equalBytes(root, head.root)) return fork(head, bundle)',
  by: 'if (root !== undefined && head.root.length !== 32) return fork(head, bundle)',
}

/** A device may be there as often as it likes, and all of it is verified. */
export const blindToCrowds: Replacement = {
  file: 'audit/verify/verify-count.ts',
  line: '.filter((same) => same.length > MAX_BUNDLES_OF_A_DEVICE)',
  by: '.filter((same) => same.length < 0)',
}

/** Totals of small devices in a bundle are not looked for. */
export const blindToSmallDevices: Replacement = {
  file: 'audit/verify/release.ts',
  line: 'if (small !== undefined && told !== undefined) {',
  by: 'if (small !== undefined && told !== undefined && bundles.length === 0) {',
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Texts stand in pages as they are. */
export const blindToMarkup: Replacement = {
  file: 'audit/printed/markup.ts',
  line: 'return escapeText(String(gap))',
  by: 'return String(gap)',
}

/** What is not seen in a text is left as it is. */
export const blindToControls: Replacement = {
  file: 'core/text/drawable.ts',
  line: 'const isUnshown = unshownCharacter(character) !== undefined',
  by: 'const isUnshown = unshownCharacter(character) === text',
}

/** `verifyCount` with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export async function weakenedVerifyCount(replacements: readonly Replacement[]): Promise<typeof verifyCount> {
  return (await weakenedVerification(replacements)).verifyCount
}

/** How counts are verified, with these lines replaced. */
export function weakenedVerification(
  replacements: readonly Replacement[],
): Promise<typeof import('../../../audit/verify/verify-count.ts')> {
  return weakenedModule(replacements, 'audit/verify/verify-count.ts')
}

/** How stations are opened, with these lines replaced. */
export async function weakenedOpenStation(replacements: readonly Replacement[]): Promise<typeof openStation> {
  return (await weakenedModule(replacements, 'audit/open/open-station.ts')).openStation
}

/** How orders are drawn, with these lines replaced. */
export function weakenedDraw(
  replacements: readonly Replacement[],
): Promise<typeof import('../../../core/ballot-box/draw.ts')> {
  return weakenedModule(replacements, 'core/ballot-box/draw.ts')
}

/** How random bytes are taken from the system, with these lines replaced. */
export function weakenedRandom(
  replacements: readonly Replacement[],
): Promise<typeof import('../../../audit/system-random.ts')> {
  return weakenedModule(replacements, 'audit/system-random.ts')
}

/** How ballots are sealed and opened, with these lines replaced. */
export function weakenedBallots(
  replacements: readonly Replacement[],
): Promise<typeof import('../../../core/ballot-box/sealed-ballot.ts')> {
  return weakenedModule(replacements, 'core/ballot-box/sealed-ballot.ts')
}

/** The comparison of statements with these lines replaced. */
export async function weakenedCompare(
  replacements: readonly Replacement[],
): Promise<typeof compareStatements> {
  return (await weakenedModule(replacements, 'audit/open/compare.ts')).compareStatements
}

/** The command line with these lines replaced. */
export async function weakenedMain(replacements: readonly Replacement[]): Promise<typeof main> {
  return (await weakenedModule(replacements, 'audit/cli.ts')).main
}

async function weakenedModule(replacements: readonly Replacement[], path: string) {
  return import(/* @vite-ignore */ join(weakenedFolder(replacements), path))
}

/** A folder with the audit, these lines replaced. */
export function weakenedFolder(replacements: readonly Replacement[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-audit-'))
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
