/**
 * Builds the pages of every area with Vite, each into a folder of its own under `dist/web/`. An area whose sources are what they were is not
 * built again. Devices in service carry built pages; only here Vite is known.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The areas that have pages: where their sources are, and which files there are pages. */
const AREAS = {
  ballot: { folder: 'device-agent/ballot/web', pages: ['index.html'] },
  station: { folder: 'demo/web', pages: ['officers.html', 'bench.html'] },
} as const satisfies Readonly<Record<string, { readonly folder: string; readonly pages: readonly string[] }>>
export type PageArea = keyof typeof AREAS

/** What any page may be made of beside its own folder; of npm's packages the lock file tells. */
const SHARED = ['ui', 'core', 'demo/build-pages.ts', 'package-lock.json']

/** Beside the built pages: what they were built from. */
const INPUTS = 'inputs.sha256'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The folder of an area's built pages. */
export function pagesFolder(area: PageArea): string {
  return join(ROOT, 'dist/web', area)
}

/** Builds what of these areas is not there or no longer fits its sources. Several processes may do so at once. */
export async function buildPages(areas = Object.keys(AREAS) as readonly PageArea[]): Promise<void> {
  for (const area of areas) {
    const inputs = digestOf([AREAS[area].folder, ...SHARED])
    if (!isBuiltFrom(area, inputs)) await build(area, inputs)
  }
}

/** Into a folder aside, which takes the place of the one before in one step: nobody is ever served half a page. */
async function build(area: PageArea, inputs: string): Promise<void> {
  const { build: buildWithVite } = await import('vite')
  const { folder, pages } = AREAS[area]
  const root = join(ROOT, folder)
  const aside = `${pagesFolder(area)}.${process.pid}`
  await buildWithVite({
    configFile: false,
    root,
    base: './',
    mode: 'production',
    logLevel: 'warn',
    publicDir: false,
    // Whatever this process is run for: pages are the same.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      outDir: aside,
      emptyOutDir: true,
      // The pages' policy allows files of their own origin and nothing that is written in place.
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: { input: pages.map((page) => join(root, page)) },
    },
  })
  writeFileSync(join(aside, INPUTS), inputs)
  const before = `${aside}.before`
  try {
    // Another process may have been faster; what it made may be in use.
    if (isBuiltFrom(area, inputs)) return
    if (existsSync(pagesFolder(area))) renameSync(pagesFolder(area), before)
    renameSync(aside, pagesFolder(area))
  } finally {
    for (const left of [aside, before]) rmSync(left, { recursive: true, force: true })
  }
}

function isBuiltFrom(area: PageArea, inputs: string): boolean {
  const file = join(pagesFolder(area), INPUTS)
  return existsSync(file) && readFileSync(file, 'utf8') === inputs
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesUnder)) {
    const bytes = readFileSync(join(ROOT, path))
    hash.update(`${path}\n${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** A file itself; of a folder all files in it, sorted. */
function filesUnder(path: string): readonly string[] {
  if (/\.[a-z]+$/.test(path)) return [path]
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort()
}

if (import.meta.main) await buildPages()
