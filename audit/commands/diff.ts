/** `sandogh audit diff`: two copies of one device's bundle, or the devices of one station side by side. */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { compareCopies } from '../diff/copies.ts'
import { compareDevices } from '../diff/devices.ts'
import { findFolders } from '../read-folders.ts'
import { type ReadStory, readStory } from '../story/read-story.ts'
import { misuse, type Outcome, parseAuthorityKey, parsed } from './inputs.ts'

const OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** No station has more, with a copy of each. */
const MOST = 16

/** Runs the verb. */
export function diff(args: readonly string[]): { outcome: Outcome; json: boolean } {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const key = parseAuthorityKey(values.authority)
  if (positionals.length === 0) throw misuse('diff takes two bundles')
  const found = valueOrThrow(findFolders(positionals)).filter(({ holds }) => holds === 'bundle')
  if (found.length < 2) throw misuse('diff takes two bundles, each once')
  if (found.length > MOST) throw misuse('diff takes two bundles, or those of one station')
  const order = (where: string) => positionals.findIndex((path) => path.replace(/\/+$/, '') === where)
  const columns = found
    .toSorted((a, b) => order(a.where) - order(b.where))
    .map(({ where }) => withDevice(valueOrThrow(readStory(where, key))))
  return { outcome: compared(columns), json: values.json }
}

function compared(columns: readonly Column[]): Outcome {
  const [one, other, ...more] = columns
  if (new Set(columns.map(({ election }) => election)).size > 1)
    throw apart(columns, 'these are not of one election')
  if (one !== undefined && other !== undefined && more.length === 0 && one.device === other.device) {
    const { same, report } = compareCopies([one.read, other.read], one.device)
    return { exitCode: same ? 0 : 1, report }
  }
  const stations = new Set(columns.map(({ station }) => station))
  if (stations.size > 1 || stations.has(undefined))
    throw apart(columns, 'these are not devices of one station')
  if (new Set(columns.map(({ device }) => device)).size < columns.length)
    throw misuse('diff takes two copies of one device, or one bundle of each device')
  const { holds, report } = compareDevices(columns)
  return { exitCode: holds ? 0 : 1, report }
}

interface Column {
  readonly read: ReadStory
  /** As the journal names it; what cannot be read names none, and is asked the package. */
  readonly device: string
  readonly station: string | undefined
  /** Authority and name. */
  readonly election: string
}

/** Whose bundle it says it is: of one that does not hold, too. */
function withDevice(read: ReadStory): Column {
  const { reference, story, where } = read
  const device =
    reference === undefined || story === undefined
      ? undefined
      : deviceOfOrigin(reference.electionPackage.definition, story.first.origin)
  if (reference === undefined || device === undefined) {
    throw new RefusalError({
      code: 'input.no-journal',
      where,
      what: 'package and journal do not say whose bundle it is, so it cannot be held beside another',
      next: 'Verify it: "sandogh audit verify" says what is wrong with it.',
    })
  }
  const { authority, election } = reference.electionPackage.definition
  return { read, device, station: reference.stationOf(device)?.id, election: `${authority}/${election}` }
}

function apart(columns: readonly Column[], why: string): RefusalError {
  const places = columns.map(
    ({ device, station, election }) => `${device} of ${station ?? 'no station'} in ${election}`,
  )
  return new RefusalError({
    code: 'input.apart',
    where: columns[1]?.read.where ?? '',
    what: `${why}: ${places.slice(0, 4).join(', ')}`,
    next: 'Give two copies of one device, or devices of one station.',
  })
}
