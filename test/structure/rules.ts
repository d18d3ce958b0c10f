/** The rules of the house: which folder may know which. Each is held on every reference that `references.ts` finds. */
import { posix } from 'node:path'
import type { Reference } from './references.ts'

/** Which areas an area may import, beside itself. Absent from another's list: never. */
const AREAS: Readonly<Record<string, readonly string[] | 'anything'>> = {
  core: [],
  ui: ['core'],
  firmware: ['core'],
  simulator: ['core'],
  // Its page is in `dist`, built.
  'device-agent': ['core', 'firmware', 'ui', 'dist'],
  provisioning: ['core', 'ui'],
  fleet: ['core', 'ui'],
  registration: ['core', 'ui'],
  audit: ['core', 'ui'],
  demo: 'anything',
  test: 'anything',
}

const COMMAND = 'command.ts'
/** Says what npm brought; a device hashes it with its own files. */
const LOCK = 'package-lock.json'
/** What the firmware of a chip is released as: no code, and what an emulated chip is flashed with. */
const RELEASED_HEX = /^firmware\/.*\.hex$/
const SEEDED = 'simulator/seeded-random.ts'
/** The one file of the audit that talks to a peripheral: a trustee's card in a reader. */
const SHARE_CARDS = 'audit/open/share-cards.ts'
/** Folders whose files run in a browser too. */
const FREE_OF_NODE = ['core/election/', 'core/text/']
/** The one file of `ui` that loads parts of Node, and the folder that draws on paper with it. */
const FONTS = 'ui/fonts.ts'
const PAPER = 'ui/paper/'
/** Programs of which a device installs one. */
const PROGRAMS = ['device-agent/ballot/', 'device-agent/check-in/'] as const
const DRAWERS_FOR_EVERYTHING = /^(utils?|helpers?|common|shared|misc)$/

/**
 * What breaks the rules, a sentence each, sorted.
 * @param files text by path, and the references that `referencesOf` finds in them
 */
export function findViolations(
  files: ReadonlyMap<string, string>,
  references: readonly Reference[],
): readonly string[] {
  const code = [...files.keys()].filter((path) => /\.tsx?$/.test(path))
  const found = [
    ...[...files.keys()].flatMap(checkName),
    ...code.flatMap(checkPlace),
    ...references.flatMap(checkReference),
    ...checkReach(code, references),
  ]
  return [...new Set(found)].sort()
}

/** The npm packages that a file loads with everything it imports, sorted. What is imported for its types alone is not loaded. */
export function npmPackagesOf(entry: string, references: readonly Reference[]): readonly string[] {
  const reached = reach(entry, graphOf(references.filter(isAtRunTime)))
  const names = references
    .filter(({ from, how }) => how !== 'type' && reached.has(from))
    .flatMap(({ to }) => (to.is === 'npm' ? [to.name] : []))
  return [...new Set(names)].sort()
}

function checkName(path: string): string[] {
  const bad = path.split('/').find((part) => DRAWERS_FOR_EVERYTHING.test(part.replace(/\..*/, '')))
  return bad === undefined ? [] : [`${path}: a name that says nothing of what is in it (${bad})`]
}

function checkPlace(path: string): string[] {
  const known = path.includes('/') ? Object.hasOwn(AREAS, areaOf(path)) : isAtTop(path)
  return known ? [] : [`${path}: this folder is no area of the house`]
}

function isAtTop(path: string): boolean {
  return path === COMMAND || path === 'vitest.config.ts'
}

/** The rules that one reference shows by itself. */
function checkReference({ from, line, how, to }: Reference): string[] {
  const area = areaOf(from)
  const says = (what: string) => [`${from}:${line}: ${what}`]
  // Tests start what they like by computed paths; they are in no program.
  if (to.is === 'unknown') return area === 'test' ? [] : says(`refers to ${to.what}`)
  if (isNodeFreeFile(from) && to.is === 'node') return says(`uses node:${to.name} where a browser has none`)
  if (area === 'ui' && from !== FONTS && to.is === 'node') return says(`uses node:${to.name} beside ${FONTS}`)
  if (to.is !== 'file' || (to.path === LOCK && area === 'device-agent')) return []
  if (area === 'simulator' && RELEASED_HEX.test(to.path)) return []
  const target = areaOf(to.path)
  if (from === COMMAND) {
    if (how === 'dynamic' ? /^([a-z-]+|demo\/country)\/cli\.ts$/.test(to.path) : target === 'core') return []
    return says(
      `refers to ${to.path}; it loads only the cli.ts of an area or of the country, and only when it is named`,
    )
  }
  const allowed = AREAS[area]
  if (allowed === 'anything' || allowed === undefined) return []
  const isForCards = from === SHARE_CARDS && /^firmware\/(card-reader|link)\//.test(to.path)
  if (isAtTop(from) || (target !== area && !allowed.includes(target) && !isForCards)) {
    const may = allowed.length === 0 ? 'nothing of ours outside it' : [...allowed, 'itself'].join(', ')
    return says(`refers to ${to.path}; ${area} may know ${may}`)
  }
  if (isInWeb(from) && !isForWeb(from, to.path)) {
    return says(`refers to ${to.path}; web may know ui, core/election and core/text`)
  }
  return []
}

/** The rules on everything that a file brings with it. */
function checkReach(code: readonly string[], references: readonly Reference[]): string[] {
  const all = graphOf(references)
  const running = graphOf(references.filter(isAtRunTime))
  const usesNode = new Set(references.flatMap(({ from, to }) => (to.is === 'node' ? [from] : [])))
  return code.flatMap((path) => {
    const found: string[] = []
    if (!mayBeSeeded(path) && reach(path, all).has(SEEDED)) found.push(`${path} reaches ${SEEDED}`)
    if (isNodeFreeFile(path) || isInWeb(path) || (path.startsWith('ui/') && !isPaper(path))) {
      const through = [...reach(path, running)].find((reached) => usesNode.has(reached))
      if (through !== undefined) found.push(`${path} reaches ${through}, which needs Node`)
    }
    const [ballot, checkIn] = PROGRAMS
    const other = path.startsWith(ballot) ? checkIn : path.startsWith(checkIn) ? ballot : undefined
    const met = other && [...reach(path, all)].find((reached) => reached.startsWith(other))
    if (met !== undefined) found.push(`${path} reaches ${met}; a device installs one of the two`)
    return found
  })
}

/** What each file refers to. */
type Graph = ReadonlyMap<string, readonly string[]>

function graphOf(references: readonly Reference[]): Graph {
  const graph = new Map<string, string[]>()
  for (const { from, to } of references) {
    if (to.is !== 'file') continue
    const known = graph.get(from)
    if (known === undefined) graph.set(from, [to.path])
    else known.push(to.path)
  }
  return graph
}

/** A file and all it refers to, step by step. */
function reach(entry: string, graph: Graph): ReadonlySet<string> {
  const reached = new Set([entry])
  for (const path of reached) for (const target of graph.get(path) ?? []) reached.add(target)
  return reached
}

function isAtRunTime({ how }: Reference): boolean {
  return how !== 'type'
}

/** Simulations and tests may be seeded; the one command loads a demonstration or the simulator when it is named. */
function mayBeSeeded(path: string): boolean {
  return [SEEDED, COMMAND, 'simulator/cli.ts'].includes(path) || ['demo', 'test'].includes(areaOf(path))
}

function isNodeFreeFile(path: string): boolean {
  return FREE_OF_NODE.some((folder) => path.startsWith(folder))
}

function isPaper(path: string): boolean {
  return path === FONTS || path.startsWith(PAPER)
}

function isInWeb(path: string): boolean {
  return posix.dirname(path).split('/').includes('web')
}

function isForWeb(from: string, path: string): boolean {
  const own = from.slice(0, from.indexOf('/web/') + 5)
  return path.startsWith(own) || path.startsWith('ui/') || isNodeFreeFile(path)
}

/** The first folder of a path; of a file at the top nothing. */
function areaOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : AREAS[path] === undefined ? '' : path
}
