/** What serves, drives and shows a display, with lines replaced: each promise is shown to hang on a line. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Replacement } from '../end-to-end/weakened/build.ts'
import { type DisplayBuild, loadDisplay, ROOT } from './display-build.ts'

/** What the page and its server are made of. */
const SOURCES = ['core', 'device-agent', 'firmware', 'ui', 'demo/build-pages.ts', 'package-lock.json']

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The programs with these lines replaced, the page built anew. Throws if a line is not there exactly once: then the weakening shows nothing. */
export async function weakenedDisplay(...replacements: readonly Replacement[]): Promise<DisplayBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-display-'))
  folders.push(folder)
  mkdirSync(join(folder, 'demo'))
  for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, line, by } of replacements) {
    const parts = readFileSync(join(folder, file), 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`${file} has this line ${parts.length - 1} times: ${line}`)
    writeFileSync(join(folder, file), parts.join(by))
  }
  return loadDisplay(folder)
}
