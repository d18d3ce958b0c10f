/** What serves, drives and shows a display, as it is or with lines replaced: each promise is shown to hang on a line. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Replacement } from '../end-to-end/weakened/build.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What the page and its server are made of. */
const SOURCES = ['core', 'device-agent', 'firmware', 'ui', 'demo/build-pages.ts', 'package-lock.json']

/** The programs on both ends of a display's line. */
export interface DisplayBuild {
  readonly connectDisplay: typeof import('../../device-agent/ballot/display.ts').connectDisplay
  readonly readPageFiles: typeof import('../../device-agent/ballot/page/page-files.ts').readPageFiles
  readonly serveDisplay: typeof import('../../device-agent/ballot/page/display-server.ts').serveDisplay
  readonly startKiosk: typeof import('../../device-agent/ballot/page/kiosk.ts').startKiosk
  /** The folder of the built page. */
  readonly page: string
}

/** The programs as they are. */
export function realDisplay(): Promise<DisplayBuild> {
  return load(ROOT)
}

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
  return load(folder)
}

async function load(root: string): Promise<DisplayBuild> {
  const module = (path: string) => import(/* @vite-ignore */ join(root, path))
  const { connectDisplay } = await module('device-agent/ballot/display.ts')
  const { readPageFiles } = await module('device-agent/ballot/page/page-files.ts')
  const { serveDisplay } = await module('device-agent/ballot/page/display-server.ts')
  const { startKiosk } = await module('device-agent/ballot/page/kiosk.ts')
  const { buildPages, pagesFolder } = await module('demo/build-pages.ts')
  await buildPages(['ballot'])
  return { connectDisplay, readPageFiles, serveDisplay, startKiosk, page: pagesFolder('ballot') }
}
