/** Mutations of whole files and folders: missing, doubled, exchanged, of another time or election; and such as change nothing. */
import { shuffle } from '../../core/ballot-box/draw.ts'
import { type Content, type Folders, meaningOf, type Original, withFile } from './folders.ts'
import { bundlesIn, checkInOf, type Draw, drawFile, type Mutate, type Mutated } from './mutation.ts'

/** A change of one file: what is there instead, or nothing. */
const ofFile =
  (how: string, content: Content | undefined): Mutate =>
  ({ folders }, draw) => {
    const { folder, name } = drawFile(folders, draw)
    // Without its one file, or with another thing in its place, a folder is still the check-in's by its name inside.
    if (content === undefined && name === 'issued.json') return undefined
    const places = [`${folder}/${name}`]
    // If the one tally is gone, the format's first is missed.
    if (content === undefined && name === 'sealed-tally.json') places.push(`${folder}/tally.json`)
    return { folders: withFile(folders, folder, name, content), what: `${folder}/${name}: ${how}`, places }
  }

const stray: Mutate = ({ folders }, draw) => {
  const folder = draw.of([...folders.keys()])
  const { bytes } = drawFile(folders, draw)
  const name = draw.of([
    'journal.jsonl.bak',
    '.hidden',
    'tally.json ',
    'Journal.jsonl',
    'issued.json.1',
    'نتیجه',
  ])
  return {
    folders: withFile(folders, folder, name, bytes),
    what: `${folder}/${name}: a file more`,
    places: [`${folder}/${name}`],
  }
}

/** Two files of one bundle in each other's place. */
const exchangedWithin: Mutate = ({ folders }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const files = folders.get(folder)
  const [one, other] = draw.two([...(files?.keys() ?? [])])
  const changed = withFile(withFile(folders, folder, one, files?.get(other)), folder, other, files?.get(one))
  return {
    folders: changed,
    what: `${folder}: ${one} and ${other} exchanged`,
    places: [`${folder}/${one}`, `${folder}/${other}`],
  }
}

/** The same file of two bundles in each other's place. */
const exchangedBetween: Mutate = ({ folders }, draw) => {
  const [one, other] = draw.two(bundlesIn(folders))
  const names = [...(folders.get(one)?.keys() ?? [])].filter((name) => folders.get(other)?.has(name))
  const name = draw.of(names)
  const changed = withFile(
    withFile(folders, one, name, folders.get(other)?.get(name)),
    other,
    name,
    folders.get(one)?.get(name),
  )
  return {
    folders: changed,
    what: `${name} of ${one} and ${other} exchanged`,
    places: [`${one}/${name}`, `${other}/${name}`],
  }
}

/** A device's own manifest, or a package, of another time or election is a good one by itself; what stands beside it no longer fits. */
const SIGNED_BY_ITSELF: readonly string[] = ['manifest.json', 'package.json']

function placesOf(folder: string, name: string): readonly string[] {
  return [SIGNED_BY_ITSELF.includes(name) ? `${folder}/` : `${folder}/${name}`]
}

const earlierFile: Mutate = ({ folders, earlier }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const old = earlier.get(folder)
  if (old === undefined) return undefined
  const name = draw.of([...old.keys()].filter((known) => folders.get(folder)?.has(known)))
  return {
    folders: withFile(folders, folder, name, old.get(name)),
    what: `${folder}/${name}: an earlier one`,
    places: placesOf(folder, name),
  }
}

const earlierBundle: Mutate = ({ folders, earlier }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const old = earlier.get(folder)
  return (
    old && {
      folders: new Map([...folders, [folder, old]]),
      what: `${folder}: an earlier bundle`,
      places: [folder],
    }
  )
}

const foreignFile: Mutate = ({ folders, foreign }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const name = draw.of([...foreign.keys()].filter((known) => folders.get(folder)?.has(known)))
  return {
    folders: withFile(folders, folder, name, foreign.get(name)),
    what: `${folder}/${name}: of another election`,
    places: placesOf(folder, name),
  }
}

/** Of two elections the first is audited, and the other one's bundle is in the wrong place. */
const foreignBundle: Mutate = ({ folders, foreign }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const mixed = new Map([...folders, [folder, foreign] as const])
  return { folders: mixed, what: `${folder}: a bundle of another election`, places: bundlesIn(folders) }
}

const doubledBundle: Mutate = ({ folders }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  const name = draw.of([`${folder}-copy`, `0-${folder}`, `zz ${folder}`])
  const files = folders.get(folder) ?? new Map()
  return {
    folders: new Map([...folders, [name, files]]),
    what: `${folder} also as ${name}`,
    places: [folder, name],
  }
}

const missingBundle: Mutate = ({ folders }, draw) => {
  const folder = draw.of(bundlesIn(folders))
  if (checkInOf(folders) === undefined) return undefined
  const rest = new Map(folders)
  rest.delete(folder)
  return { folders: rest, what: `${folder}: missing`, places: ['station '] }
}

const doubledCheckIn: Mutate = ({ folders }) => {
  const folder = checkInOf(folders)
  if (folder === undefined) return undefined
  const name = `${folder}-copy`
  return {
    folders: new Map([...folders, [name, folders.get(folder) ?? new Map()]]),
    what: 'the check-in twice',
    places: [`${name}/issued.json`],
  }
}

/** Folders called otherwise, in another order: nothing that means anything. */
const renamed: Mutate = ({ folders }, draw) => {
  const names = shuffle([...folders.keys()], draw.random)
  const fresh = names.map((_, i) =>
    draw.of([`b-${i}`, names[(i + 1) % names.length] ?? '', `روز ${i}`, `${i}.d`]),
  )
  if (new Set(fresh).size !== fresh.length) return undefined
  const entries = names.map((name, i) => [fresh[i] ?? '', folders.get(name) ?? new Map()] as const)
  return { folders: new Map(entries), what: 'folders called otherwise', places: [] }
}

/** Files written in another order. */
const reordered: Mutate = ({ folders }, draw) => {
  const turned = shuffle([...folders], draw.random).map(
    ([name, files]) => [name, new Map(shuffle([...files], draw.random))] as const,
  )
  return { folders: new Map(turned), what: 'files in another order', places: [] }
}

/** Without the check-in less is known, and what is there holds. */
const withoutCheckIn: Mutate = ({ folders }) => {
  const folder = checkInOf(folders)
  if (folder === undefined) return undefined
  const rest: Map<string, Folders extends ReadonlyMap<string, infer Files> ? Files : never> = new Map(folders)
  rest.delete(folder)
  return { folders: rest, what: 'without the check-in', places: [], isPart: true }
}

/** A lie that is signed by all who must. */
const lie: Mutate = ({ lies }: Original, draw: Draw): Mutated | undefined => {
  if (lies.length === 0) return undefined
  const { about, folders, places } = draw.of(lies)
  return { folders, what: `signed: ${about}`, places }
}

/** Whether a mutation that claims to change something does. */
export function changesMeaning({ folders }: Original, mutated: Mutated): boolean {
  return meaningOf(folders) !== meaningOf(mutated.folders)
}

export const fileMutations: readonly Mutate[] = [
  ofFile('missing', undefined),
  ofFile('empty', new Uint8Array()),
  ofFile('a folder', { is: 'folder' }),
  ofFile('a pipe that nobody writes to', { is: 'pipe' }),
  ofFile('a link to itself', { is: 'link', to: 'checkpoint' }),
  ofFile('a link to a device without end', { is: 'link', to: '/dev/zero' }),
  stray,
  exchangedWithin,
  exchangedBetween,
  exchangedBetween,
  earlierFile,
  earlierFile,
  earlierBundle,
  foreignFile,
  foreignBundle,
  doubledBundle,
  missingBundle,
  doubledCheckIn,
  lie,
  lie,
  lie,
  renamed,
  reordered,
  withoutCheckIn,
]
