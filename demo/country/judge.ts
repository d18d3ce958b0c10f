/**
 * What the centre's store holds, held against the country as it was made and against what the devices hold. It reads the tables themselves, for the code
 * that wrote them is what is judged; but the sum is what `sandogh centre result` makes of them.
 */
import { openTally } from '../../core/bundle/bundle.ts'
import { parseTally, sumTallies } from '../../core/election/tally.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { resultOf } from '../../fleet/results/results.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import type { Named } from './centre-processes.ts'
import type { CountryFile } from './country-file.ts'
import type { Held } from './light-device.ts'
import { openTables, type Tables } from './tables.ts'

/** What is judged. */
export interface Case {
  readonly file: CountryFile
  readonly electionPackage: ElectionPackage
  /** The centre's database. */
  readonly store: string
  readonly held: readonly Held[]
  /** Every alarm that was raised. */
  readonly named: readonly Named[]
  /** Who attacked, and what the centre must have said of it. */
  readonly attackers: readonly Named[]
  /** Devices of which it may say more than once or something else: theirs were copied. */
  readonly mayBeNamed: (alarm: Named) => boolean
  /** Devices that lost a receipt and an answer, once each, and must have been given both again. */
  readonly doubled: ReadonlySet<string>
  /** Journals that nobody made beforehand, and that may be there: by their device. */
  readonly secondJournals: ReadonlySet<string>
}

/** What was found. */
export interface Verdict {
  /** What does not hold, the first of each kind with how many more there are. */
  readonly problems: readonly string[]
  readonly accepted: number
  readonly receipts: number
  readonly ballots: number
}

interface TallyRow {
  readonly origin: string
  readonly device: string
  readonly message_key: Uint8Array
  readonly document: Buffer
}

/** Looks at everything. */
export async function judge(parts: Case): Promise<Verdict> {
  const problems = new Map<string, { readonly first: string; count: number }>()
  const bad = (kind: string, where: string) => {
    const known = problems.get(kind)
    if (known === undefined) problems.set(kind, { first: where, count: 1 })
    else known.count += 1
  }
  const tables = await openTables(parts.store)
  try {
    await judgeJournals(parts, tables, bad)
    const tallies = await tables.rows<TallyRow>(
      'SELECT origin, device, message_key, document FROM tallies JOIN devices USING (origin) ORDER BY origin',
    )
    const receipts = await judgeReceipts(parts, tables, tallies, bad)
    const accepted = judgeTallies(parts, tallies, bad)
    await judgeSums(parts, bad)
    await judgeNames(parts, tables, bad)
    const said = [...problems].map(([kind, { first, count }]) =>
      count === 1 ? `${kind}: ${first}` : `${kind}: ${first}, and ${count - 1} more`,
    )
    const [blank = 0, valid = 0] = parts.file.shadowSum()
    return { problems: said, accepted, receipts, ballots: blank + valid }
  } finally {
    await tables.close()
  }
}

type Bad = (kind: string, where: string) => void

/** Every device's journal is there, byte for byte, once, and no other that nobody made. */
async function judgeJournals({ file, secondJournals }: Case, tables: Tables, bad: Bad): Promise<void> {
  const stored = new Map(
    (
      await tables.rows<{ readonly origin: string; readonly text: string }>(
        `SELECT origin, ${tables.entriesText} AS text FROM entries GROUP BY origin`,
      )
    ).map(({ origin, text }) => [origin, text]),
  )
  const others = new Map(
    (
      await tables.rows<{ readonly origin: string; readonly device: string }>(
        'SELECT origin, device FROM devices',
      )
    ).map(({ origin, device }) => [origin, device]),
  )
  for (const { origin, id, entries } of file.expected()) {
    if (stored.get(origin) !== entries) bad('the centre does not hold the journal as the device wrote it', id)
    others.delete(origin)
  }
  for (const [origin, device] of others) {
    if (!secondJournals.has(device)) bad('the centre holds a journal that no device wrote', origin)
  }
}

/** Whatever a device holds of the centre is in the store; and it holds all that it was promised. */
async function judgeReceipts(
  { file, held, doubled }: Case,
  tables: Tables,
  tallies: readonly TallyRow[],
  bad: Bad,
): Promise<number> {
  const given = await tables.rows<{
    readonly origin: string
    readonly size: number
    readonly cosignature: string
  }>('SELECT origin, size, cosignature FROM checkpoints')
  const backed = new Set(given.map(({ origin, size, cosignature }) => `${origin} ${size} ${cosignature}`))
  const counted = new Set(tallies.map(({ origin }) => origin))
  const sizes = new Map([...file.expected()].map(({ origin, size, id }) => [origin, { size, id }]))
  let receipts = 0
  for (const { origin, receipts: own, isTallyAnswered, contradicted, lost } of held) {
    const { size = 0, id = origin } = sizes.get(origin) ?? {}
    for (const [at, cosignature] of own) {
      receipts += 1
      if (!backed.has(`${origin} ${at} ${cosignature}`))
        bad('a device holds a receipt that the store does not back', `${id}, size ${at}`)
    }
    if (!own.some(([at]) => at === size)) bad('a device has no receipt for its whole journal', id)
    if (!isTallyAnswered) bad('a device has no answer for its tally', id)
    else if (!counted.has(origin))
      bad('a device holds an answer for a tally that the store does not hold', id)
    if (doubled.has(id) && !(lost.includes('receipt') && lost.includes('answer')))
      bad('a device was to lose a receipt and an answer, and did not', id)
    if (contradicted) bad('an honest device was told that it is not the one', id)
  }
  return receipts
}

/** One tally of each device, the one that it signed. */
function judgeTallies({ file }: Case, tallies: readonly TallyRow[], bad: Bad): number {
  const stored = new Map<string, string[]>()
  for (const { origin, document } of tallies) {
    const known = stored.get(origin)
    if (known === undefined) stored.set(origin, [document.toString()])
    else known.push(document.toString())
  }
  let accepted = 0
  for (const { origin, id, tally } of file.expected()) {
    const [one, another] = stored.get(origin) ?? []
    if (one === undefined) bad('the centre has no tally of a device', id)
    else if (another !== undefined) bad('the centre has two tallies of a device', id)
    else if (one !== tally) bad('the centre has another tally than the device signed', id)
    else accepted += 1
    stored.delete(origin)
  }
  for (const origin of stored.keys()) bad('the centre has a tally of no device', origin)
  return accepted
}

/**
 * The sum that the centre publishes is that of the ballots, which were counted by hand when they were cast, but for those of devices that were copied:
 * these are named and withheld, and nobody else is.
 */
async function judgeSums(
  { file, electionPackage: { definition }, store, attackers }: Case,
  bad: Bad,
): Promise<void> {
  const opened = await openCentreStore(store, 'everything')
  if (!opened.ok) {
    bad('the centre does not open its own database', opened.error.what)
    return
  }
  const centre = opened.value
  const result = await resultOf(definition, centre)
  const held = await centre.tallies()
  await centre.close()
  if (!result.ok) {
    bad('the centre cannot add up', result.error.what)
    return
  }
  const { sum, unknown, stations } = result.value
  const withheld = new Set(stations.flatMap((station) => station.withheld.map(({ device }) => device)))
  const copied = new Set(
    attackers.flatMap(({ device, kind }) =>
      kind === 'equivocation' || kind === 'second-journal' ? [device] : [],
    ),
  )
  for (const device of copied)
    if (!withheld.has(device)) bad('the result counts a device that was copied', device)
  for (const device of withheld) if (!copied.has(device)) bad('the result withholds an honest device', device)
  const left = held
    .filter(({ device }) => withheld.has(device))
    .map(({ document, messageKey, origin }) => {
      const { tally } = valueOrThrow(openTally(document, messageKey, origin))
      return valueOrThrow(parseTally(definition, tally as Json, origin))
    })
  const [contest] = sumTallies(definition, [sum, ...left])
  const counted = contest === undefined ? [] : [contest.blank, contest.valid, ...contest.options]
  const shadow = file.shadowSum()
  const at = shadow.findIndex((votes, place) => votes !== counted[place])
  if (at !== -1 || counted.length !== shadow.length)
    bad('the sum is not that of the ballots', `place ${at}: ${counted[at]} instead of ${shadow[at]}`)
  for (const device of unknown) bad('the result knows a device of no station', device)
  for (const device of stations.flatMap(({ missing }) => missing)) bad('the result misses a device', device)
}

/** Everybody who attacked was named, where people find it later too, and nobody else. */
async function judgeNames({ named, attackers, mayBeNamed }: Case, tables: Tables, bad: Bad): Promise<void> {
  const kept = await tables.rows<Named>('SELECT DISTINCT device, kind FROM alarms')
  const said = new Set(kept.map(({ device, kind }) => `${device} ${kind}`))
  for (const { device, kind } of attackers)
    if (!said.has(`${device} ${kind}`)) bad('an attack was not named', `${device}: ${kind}`)
  const attacks = new Set(attackers.map(({ device, kind }) => `${device} ${kind}`))
  for (const alarm of [...named, ...kept])
    if (!attacks.has(`${alarm.device} ${alarm.kind}`) && !mayBeNamed(alarm))
      bad('the centre raised an alarm over an honest device', `${alarm.device}: ${alarm.kind}`)
}
