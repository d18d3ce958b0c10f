/**
 * A whole small station for tests, made through core alone with seeded random numbers: a package with two contests, lists and two ballot
 * styles, a key ceremony, enrolled devices, a legal day on each, bundles and the check-in's count. No device program is needed.
 */
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { uniform } from '../../core/ballot-box/draw.ts'
import { addToPool, emptyPool, sortBallots, spentRoot } from '../../core/ballot-box/pool.ts'
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { stationSheetKey } from '../../core/bundle/sealed-tally.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle, type Definition } from '../../core/election/definition.ts'
import { addSelections, selectionsOf, type Tally } from '../../core/election/tally.ts'
import { type DeviceKeys, makeDeviceKeys, requestEnrolment } from '../../core/enrolment/device-request.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage, signPackage } from '../../core/package/package.ts'
import type { Random, Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { holdCeremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { enrolDevice } from '../../provisioning/enrolment/enrolment.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VOTER_LANGUAGES } from '../../ui/strings/voter/languages.ts'
import { PROGRAM } from '../fixtures/program.ts'

/** When the polls open, milliseconds since 1970. */
export const OPENING = Date.parse('2026-06-19T04:30:00Z')

/** One device's day, with everything needed to build it again with something changed. */
export interface TestDevice {
  readonly id: string
  readonly origin: string
  readonly keys: DeviceKeys
  readonly certificate: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly batches: ReadonlyMap<number, readonly Uint8Array[]>
  readonly tags: readonly Uint8Array[]
  readonly tally: Tally
  readonly salt: Uint8Array
}

export interface TestStation {
  readonly random: Random
  readonly authority: Signer
  readonly witness: Signer
  readonly executive: Signer
  readonly supervisory: Signer
  readonly packageText: string
  readonly electionPackage: ElectionPackage
  readonly shares: readonly Uint8Array[]
  /** Under which the devices' sealed tallies are sealed for the reporting one. */
  readonly stationKey: Uint8Array
  readonly devices: readonly TestDevice[]
  /** Enrolled, and nothing more: no entry was written. */
  readonly spares: readonly TestDevice[]
}

/** What a test may want to be other than usual. */
export interface Wishes {
  readonly election?: string
  /** In place of Tehran's. */
  readonly timeZone?: string
  /** In place of the election's title in Persian and English. */
  readonly title?: string
  /** In place of the languages that voters have: a package that does not change with their texts. No device takes it if texts lack. */
  readonly languages?: Definition['languages']
  /** Ballots of each device. */
  readonly casts?: readonly number[]
  /** Ids of the station's spares. */
  readonly spares?: readonly string[]
  /** Takes the place of a sealed ballot on its way into the pool. */
  readonly replaceSealed?: (sealed: Uint8Array, device: number, cast: number) => Uint8Array
  /** Takes the place of a spent authorization's tag. */
  readonly replaceTag?: (tag: Uint8Array, cast: number) => Uint8Array
  /** Seconds by which a device's clock is wrong when it writes an entry. */
  readonly clock?: (device: number, seq: number) => number
  /** Changes a device's tally after the count, before it is committed to. */
  readonly falsify?: (tally: Tally, device: number) => Tally
}

/** The definition of the test station; keys are placed by {@link makeStation}. */
export function auditDefinition(parts: {
  readonly election: string
  readonly electionKey: string
  readonly shareHashes: readonly string[]
  readonly devices: readonly string[]
  readonly witness: Signer
  readonly executive: Signer
  readonly supervisory: Signer
}): Definition {
  const person = (code: string, list?: string) => ({
    code,
    name: { fa: `نامزد ${code}`, en: `Candidate ${code}` },
    ...(list !== undefined && { list }),
  })
  return {
    version: 1,
    authority: 'council.example',
    election: parts.election,
    title: { fa: 'تمرین شورا', en: 'Council rehearsal' },
    rehearsal: true,
    pollingDay: '2026-06-19',
    timeZone: 'Asia/Tehran',
    constituency: {
      id: 'gy',
      name: { fa: 'حوزهٔ آزمایشی' },
      electionKey: parts.electionKey,
      trustees: { threshold: 3, shareHashes: [...parts.shareHashes] },
    },
    languages: VOTER_LANGUAGES,
    inputs: { pointer: false, keyboard: true },
    contests: [
      {
        id: 'council',
        title: { fa: 'شورای شهر' },
        seats: 2,
        choices: 3,
        mixListAndIndividual: true,
        candidates: [person('101', '901'), person('108', '901'), person('115'), person('122'), person('129')],
        lists: [{ code: '901', name: { fa: 'فهرست سپیده' } }],
      },
      {
        id: 'village',
        title: { fa: 'شورای روستا' },
        seats: 1,
        choices: 1,
        mixListAndIndividual: false,
        candidates: [person('201'), person('208')],
        lists: [],
      },
    ],
    styles: [
      { id: 'both', contests: ['council', 'village'] },
      { id: 'city', contests: ['council'] },
    ],
    stations: [
      {
        id: 's-1',
        name: { fa: 'شعبهٔ یک' },
        devices: [...parts.devices],
        authorizationKeys: {
          executive: toBase64(parts.executive.publicKey),
          supervisory: toBase64(parts.supervisory.publicKey),
        },
      },
    ],
    witness: { name: 'centre.example/witness', key: toBase64(parts.witness.publicKey) },
  }
}

/** Makes the station and its whole day. The same seed and wishes give the same bytes. */
export function makeStation(seed: string, wishes: Wishes = {}): TestStation {
  const random = seededRandom(seed)
  const authority = signerFromSeed(sha256(Buffer.from(`authority of ${seed}`)))
  const [witness, executive, supervisory] = [1, 2, 3].map(() => signerFromSeed(random.bytes(32))) as [
    Signer,
    Signer,
    Signer,
  ]
  const casts = wishes.casts ?? [80, 5]
  const ids = casts.map((_, i) => `d-0${i + 1}`)
  const { electionKey, shareHashes, shares } = holdCeremony({ threshold: 3, trustees: 5, random })
  const usual = auditDefinition({
    election: wishes.election ?? 'rehearsal-1405',
    electionKey,
    shareHashes,
    devices: ids,
    witness,
    executive,
    supervisory,
  })
  const { languages, timeZone, title, spares = [] } = wishes
  const definition: Definition = {
    ...usual,
    ...(languages !== undefined && { languages }),
    ...(timeZone !== undefined && { timeZone }),
    ...(title !== undefined && { title: { fa: title, en: title } }),
    ...(spares.length > 0 && { stations: usual.stations.map((one) => ({ ...one, spares: [...spares] })) }),
  }
  const packageText = signPackage(definition, authority)
  const electionPackage = valueOrThrow(openPackage(packageText, authority.publicKey, 'package.json'))
  const devices = casts.map((count, i) =>
    makeDay(ids[i] ?? '', i, count, electionPackage, authority, random, wishes),
  )
  return {
    random,
    authority,
    witness,
    executive,
    supervisory,
    packageText,
    electionPackage,
    shares,
    stationKey: stationSheetKey(sha256(Buffer.from(`day key of ${seed}`))),
    devices,
    spares: spares.map((id) => {
      const { keys, certificate, origin } = enrol(id, electionPackage, authority, random)
      const nothing = { entries: [], batches: new Map(), tags: [], tally: [], salt: new Uint8Array() }
      return { id, origin, keys, certificate, ...nothing }
    }),
  }
}

function enrol(id: string, { definition }: ElectionPackage, authority: Signer, random: Random) {
  const keys = makeDeviceKeys(random)
  const issuing = {
    authority,
    random,
    notBefore: new Date('2026-06-01T00:00:00Z'),
    notAfter: new Date('2026-07-01T00:00:00Z'),
  }
  const certificate = valueOrThrow(enrolDevice(requestEnrolment(id, keys), definition, issuing, id))
  const origin = `${definition.authority}/${definition.election}/device/${id}/${toHex(random.bytes(16))}`
  return { keys, certificate, origin }
}

function makeDay(
  id: string,
  number: number,
  casts: number,
  electionPackage: ElectionPackage,
  authority: Signer,
  random: Random,
  wishes: Wishes,
): TestDevice {
  const { definition, hash } = electionPackage
  const { keys, certificate, origin } = enrol(id, electionPackage, authority, random)
  const entries: Uint8Array[] = []
  const append = (event: JournalEvent) => {
    const seq = entries.length
    const wrong = wishes.clock?.(number, seq) ?? 0
    entries.push(encodeEntry(event, seq, OPENING + 60_000 * seq + 1000 * wrong))
  }
  const officers = {
    executive: toBase64(sha256(Uint8Array.of(1))),
    supervisory: toBase64(sha256(Uint8Array.of(2))),
  }
  append({
    type: 'journal.opened',
    version: 1,
    origin,
    certificate: toBase64(sha256(certificate)),
    package: toBase64(hash),
    software: 'sandogh 0.1.0',
    program: PROGRAM,
    random: 'seeded, not secret',
  })
  append({ type: 'report.printed', report: 'zero' })
  append({ type: 'polls.opened', ...officers })
  const batches = new Map<number, readonly Uint8Array[]>()
  const tags: Uint8Array[] = []
  const seal = (ballots: readonly Uint8Array[]) => {
    const batch = batches.size + 1
    batches.set(batch, ballots)
    append({ type: 'batch.sealed', batch, count: ballots.length, root: toBase64(batchRoot(ballots)) })
  }
  let pool = emptyPool(definition)
  for (let cast = 0; cast < casts; cast += 1) {
    // One ballot in seven is of the second style.
    const style = cast % 7 === 6 ? 1 : 0
    const styleId = definition.styles[style]?.id ?? ''
    const contests = contestsOfStyle(definition, styleId) ?? []
    const ballot = drawBallot(style, random)
    const place = { definition, packageHash: hash, origin }
    const sealed = sealBallot(place, styleId, ballot, random)
    const tag = random.bytes(32)
    tags.push(wishes.replaceTag?.(tag, cast) ?? tag)
    const added = addToPool(
      pool,
      {
        style,
        sealed: wishes.replaceSealed?.(sealed, number, cast) ?? sealed,
        spent: spentRoot(tags),
        tally: addSelections(pool.tally, selectionsOf(definition, contests, ballot)),
      },
      random,
    )
    pool = added.pool
    append({ type: 'ballot.cast', count: cast + 1 })
    if (added.batch !== undefined) seal(added.batch)
    if (cast === 2) append({ type: 'slip.voided', count: 1 })
    if (cast === 3) append({ type: 'printer.trouble', trouble: 'paper-out' })
  }
  const rest = sortBallots(pool.ballots.flat())
  if (rest.length > 0) seal(rest)
  const salt = random.bytes(32)
  const tally = wishes.falsify?.(pool.tally, number) ?? pool.tally
  append({
    type: 'polls.closed',
    ...officers,
    casts,
    voids: casts > 2 ? 1 : 0,
    batches: batches.size,
    spent: toBase64(spentRoot(tags)),
    tally: toBase64(commitTally(definition, tally, salt)),
  })
  append({ type: 'report.printed', report: 'minutes' })
  return { id, origin, keys, certificate, entries, batches, tags, tally, salt }
}

/** A legal ballot: blank now and then, a list now and then. */
function drawBallot(style: number, random: Random): Ballot {
  const council = [[], [0, 1], [2], [3, 4], [5], [2, 5], [0, 2, 4]][uniform(7, random)] ?? []
  const village = [[], [0], [1]][uniform(3, random)] ?? []
  return style === 0 ? [council, village] : [council]
}
