/** The audit with lines replaced: each promise of it is shown to hang on a line, and its test to be able to fail. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { verifyCount } from '../../../audit/verify/verify-count.ts'

const ROOT = join(import.meta.dirname, '../../..')
const AREAS = ['core', 'audit']

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

/** `verifyCount` with these lines replaced. Throws if a line is not there exactly once: then the weakening shows nothing. */
export async function weakenedVerifyCount(replacements: readonly Replacement[]): Promise<typeof verifyCount> {
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
  const module = await import(/* @vite-ignore */ join(folder, 'audit/verify/verify-count.ts'))
  return module.verifyCount
}
