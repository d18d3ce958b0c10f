/**
 * A count of many stations, made fast: libsodium signs and seals here, and each station is made by itself from the seed, so that thousands can be
 * written one after another. Every device has 32 ballots or more; heads are cosigned as often as on a day of the demonstration.
 */
import sodium from 'sodium-native'
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { uniform } from '../../core/ballot-box/draw.ts'
import { BATCH_SIZE, POOL_PLACES, sortBallots, spentRoot } from '../../core/ballot-box/pool.ts'
import {
  type BundleFile,
  formatBatches,
  formatJournal,
  formatLeaves,
  formatSpentTags,
  signManifest,
  signTally,
} from '../../core/bundle/bundle.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { ISSUED_FILE, signIssued } from '../../core/bundle/issued.ts'
import { originOf, witnessNameOf } from '../../core/bundle/names.ts'
import { type Ballot, ballotSize, encodeBallot } from '../../core/election/ballot.ts'
import { contestsOfStyle, type Definition } from '../../core/election/definition.ts'
import { addSelections, emptyTally, selectionsOf, tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { concatBytes, fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage, signPackage } from '../../core/package/package.ts'
import type { Random, Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { type LeafTree, leafTree, rootAt } from '../../core/tlog/leaf-tree.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import { holdCeremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { auditDefinition, OPENING } from './fixtures.ts'

export interface CountryWishes {
  readonly seed: string
  readonly stations: number
  readonly devicesEach: number
  /** Of each device; 32 or more. */
  readonly ballots: number
  /** Entries of each journal, about; no fewer than the ballots need. */
  readonly entries: number
  /** The contests, in the place of those of the audit's test station: one style holds all of them. */
  readonly contests?: Definition['contests']
  /** A legal ballot of all contests. */
  readonly draw?: (random: Random) => Ballot
}

export interface Country {
  readonly electionPackage: ElectionPackage
  readonly authorityKey: Uint8Array
  readonly shares: readonly Uint8Array[]
  /** The folders of a station, and the files in each. */
  station(number: number): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>
}

/** Votes of the audit's test station: blank now and then, a list now and then. */
function drawTestBallot(random: Random): Ballot {
  const council = [[], [0, 1], [2], [3, 4], [5], [2, 5], [0, 2, 4]][uniform(7, random)] ?? []
  const village = [[], [0], [1]][uniform(3, random)] ?? []
  return [council, village]
}

/** Makes the package, and gives what makes each station. */
export function makeCountry(wishes: CountryWishes): Country {
  const { seed, stations, devicesEach } = wishes
  const random = seededRandom(seed)
  const authority = fastSigner(sha256(Buffer.from(`authority of ${seed}`)))
  const [witness, executive, supervisory] = [1, 2, 3].map(() => fastSigner(random.bytes(32))) as [
    Signer,
    Signer,
    Signer,
  ]
  const { electionKey, shareHashes, shares } = holdCeremony({ threshold: 3, trustees: 5, random })
  const base = auditDefinition({
    election: 'country-1405',
    electionKey,
    shareHashes,
    devices: [],
    witness,
    executive,
    supervisory,
  })
  const contests = wishes.contests ?? base.contests
  const definition: Definition = {
    ...base,
    contests,
    styles: [{ id: 'all', contests: contests.map(({ id }) => id) }],
    stations: Array.from({ length: stations }, (_, i) => ({
      id: `s-${i + 1}`,
      name: { fa: `شعبهٔ ${i + 1}` },
      devices: Array.from({ length: devicesEach }, (_, d) => `s-${i + 1}-${'abcdefgh'[d]}`),
      authorizationKeys: {
        executive: toBase64(executive.publicKey),
        supervisory: toBase64(supervisory.publicKey),
      },
    })),
  }
  const packageText = signPackage(definition, authority)
  const electionPackage = valueOrThrow(openPackage(packageText, authority.publicKey, 'package.json'))
  const parts = { wishes, electionPackage, packageText, authority, witness, executive, supervisory }
  return {
    electionPackage,
    authorityKey: authority.publicKey,
    shares,
    station: (number) => makeStationFiles(parts, number),
  }
}

interface CountryParts {
  readonly wishes: CountryWishes
  readonly electionPackage: ElectionPackage
  readonly packageText: string
  readonly authority: Signer
  readonly witness: Signer
  readonly executive: Signer
  readonly supervisory: Signer
}

/** A device after its day. */
interface Day {
  readonly id: string
  readonly origin: string
  readonly certificate: Uint8Array
  readonly log: Signer
  readonly message: Signer
  readonly witness: Signer
  readonly entries: readonly Uint8Array[]
  readonly leaves: Uint8Array
  readonly tree: LeafTree
  readonly batches: ReadonlyMap<number, readonly Uint8Array[]>
  readonly tags: readonly Uint8Array[]
  readonly tally: string
  /** Sizes of the journal when officers' cards took it along. */
  readonly carried: readonly number[]
}

function makeStationFiles(parts: CountryParts, number: number) {
  const { wishes, electionPackage, executive, supervisory } = parts
  const station = electionPackage.definition.stations[number]
  if (station === undefined) throw new RangeError(`no station ${number}`)
  const random = seededRandom(`${wishes.seed} station ${number}`)
  const days = station.devices.map((id) => makeDay(id, parts, random))
  const folders = new Map<string, ReadonlyMap<string, Uint8Array>>(
    days.map((day) => [day.id, bundleOf(day, days, parts)]),
  )
  const counts = { issued: wishes.ballots * days.length, returned: 0 }
  const issued = signIssued(
    { packageHash: electionPackage.hash, station: station.id, ...counts },
    { executive, supervisory },
  )
  return folders.set(`${station.id}-check-in`, new Map([[ISSUED_FILE, Buffer.from(issued)]]))
}

function bundleOf(day: Day, days: readonly Day[], { electionPackage, packageText, witness }: CountryParts) {
  const { definition } = electionPackage
  const headOf = (of: Day, size: number, witnesses: readonly Day[]) => {
    const root = rootAt(of.tree, size)
    return witnesses.reduce(
      (note, { id, witness: signer }) => {
        const time = OPENING / 1000 + 60_000
        return addSignatureLine(note, cosign(note, { name: witnessNameOf(definition, id), signer, time }))
      },
      signCheckpoint({ origin: of.origin, size, root }, of.log),
    )
  }
  const neighbours = days.filter(({ id }) => id !== day.id)
  const size = day.entries.length
  const checkpoint = signCheckpoint({ origin: day.origin, size, root: rootAt(day.tree, size) }, day.log)
  const centre = { name: definition.witness.name, signer: witness, time: OPENING / 1000 + 60_100 }
  const files = new Map<BundleFile, Uint8Array>([
    ['package.json', Buffer.from(packageText)],
    ['device-certificate.der', day.certificate],
    ['journal.jsonl', formatJournal(day.entries)],
    ['leaves.bin', formatLeaves([day.leaves])],
    ['checkpoint', Buffer.from(addSignatureLine(checkpoint, cosign(checkpoint, centre)))],
    ['batches.jsonl', formatBatches(day.batches)],
    ['spent-tags.json', formatSpentTags(day.tags)],
    ['tally.json', Buffer.from(day.tally)],
    [
      'cosigned.json',
      formatCosigned({
        certificates: neighbours.map(({ certificate }) => certificate),
        notes: [
          ...(neighbours.length === 0 ? [] : day.carried).map((carried) => headOf(day, carried, neighbours)),
          ...neighbours.flatMap((other) => other.carried.map((carried) => headOf(other, carried, [day]))),
        ],
      }),
    ],
  ])
  const manifest = signManifest(day.origin, files, day.message)
  return new Map<string, Uint8Array>([...files, ['manifest.json', Buffer.from(manifest)]])
}

function makeDay(id: string, parts: CountryParts, random: Random): Day {
  const { wishes, electionPackage, authority } = parts
  const { definition, hash } = electionPackage
  const [tls, log, message, witness] = [1, 2, 3, 4].map(() => fastSigner(random.bytes(32))) as [
    Signer,
    Signer,
    Signer,
    Signer,
  ]
  const certificate = issueCertificate({
    authority,
    authorityName: definition.authority,
    serial: random.bytes(16),
    notBefore: new Date('2026-06-01T00:00:00Z'),
    notAfter: new Date('2026-07-01T00:00:00Z'),
    subject: id,
    role: 'device',
    publicKeySpki: ed25519Spki(tls.publicKey),
    keys: {
      log: toBase64(log.publicKey),
      message: toBase64(message.publicKey),
      witness: toBase64(witness.publicKey),
    },
  })
  const origin = originOf(definition, id, random.bytes(16))
  const entries: Uint8Array[] = []
  const carried: number[] = []
  const append = (event: JournalEvent) => {
    entries.push(encodeEntry(event, entries.length, OPENING + 25_000 * entries.length))
  }
  const officer = (number: number) => toBase64(sha256(Uint8Array.of(number)))
  const officers = { executive: officer(1), supervisory: officer(2) }
  const admit = (role: 'executive' | 'supervisory', purpose: 'opening' | 'closing' | 'leaving') => {
    append({ type: 'officer.admitted', role, certificate: officers[role], purpose })
    carried.push(entries.length)
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
  const peripherals = {
    touchscreen: 'Elo AccuTouch',
    'card-reader': 'GemTwin',
    printer: 'ESC/POS',
    'io-board': 'sandogh-io 1.0',
    display: 'line display',
  }
  append({ type: 'device.started', peripherals, program: PROGRAM })
  admit('executive', 'opening')
  admit('supervisory', 'opening')
  append({ type: 'report.printed', report: 'zero' })
  append({ type: 'polls.opened', ...officers })
  const batches = new Map<number, readonly Uint8Array[]>()
  const seal = (ballots: readonly Uint8Array[]) => {
    const batch = batches.size + 1
    const sorted = sortBallots(ballots)
    batches.set(batch, sorted)
    append({ type: 'batch.sealed', batch, count: sorted.length, root: toBase64(batchRoot(sorted)) })
  }
  const sealed = ballotSealer(electionPackage, origin, random)
  const contests = contestsOfStyle(definition, 'all') ?? []
  const draw = wishes.draw ?? drawTestBallot
  const tags: Uint8Array[] = []
  let [pool, tally, voids]: [Uint8Array[], ReturnType<typeof emptyTally>, number] = [
    [],
    emptyTally(definition),
    0,
  ]
  const ballots: Ballot[] = []
  for (let cast = 1; cast <= wishes.ballots; cast += 1) {
    const ballot = draw(random)
    ballots.push(ballot)
    tags.push(random.bytes(32))
    pool.push(sealed(ballot))
    append({ type: 'ballot.cast', count: cast })
    if (pool.length === POOL_PLACES) {
      seal(pool.slice(0, BATCH_SIZE))
      pool = pool.slice(BATCH_SIZE)
    }
    const due = (wishes.entries * cast) / wishes.ballots
    for (let other = 0; entries.length < due - 12; other += 1) {
      if (cast % 40 === 0 && other === 0) {
        voids += 1
        append({ type: 'slip.voided', count: voids })
      } else if (other % 2 === 0) append({ type: 'card.refused', reason: 'already-used' })
      else append({ type: 'printer.trouble', trouble: 'paper-out' })
    }
  }
  tally = addSelections(
    tally,
    ballots.flatMap((ballot) => selectionsOf(definition, contests, ballot)),
  )
  admit('executive', 'closing')
  admit('supervisory', 'closing')
  seal(pool)
  const salt = random.bytes(32)
  append({
    type: 'polls.closed',
    ...officers,
    casts: wishes.ballots,
    voids,
    batches: batches.size,
    spent: toBase64(spentRoot(tags)),
    tally: toBase64(commitTally(definition, tally, salt)),
  })
  append({ type: 'report.printed', report: 'minutes' })
  admit('executive', 'leaving')
  admit('supervisory', 'leaving')
  admit('executive', 'leaving')
  const released = signTally({ origin, salt, tally: tallyJson(definition, tally) }, message)
  const leaves = concatBytes(...entries.map(leafHash))
  return {
    id,
    origin,
    certificate,
    log,
    message,
    witness,
    entries,
    leaves,
    tree: leafTree(leaves),
    batches,
    tags,
    tally: released,
    carried,
  }
}

/** Sealed ballots as `docs/formats.md` has them, by libsodium. */
function ballotSealer({ definition, hash }: ElectionPackage, origin: string, random: Random) {
  const contests = contestsOfStyle(definition, 'all') ?? []
  const electionKey = fromBase64(definition.constituency.electionKey) ?? new Uint8Array()
  const [ofOrigin, ofStyle] = [sha256(Buffer.from(origin)), sha256(Buffer.from('all'))]
  return (ballot: Ballot): Uint8Array => {
    const id = random.bytes(16)
    const context = sha256(hash, ofOrigin, ofStyle, id)
    const choices = encodeBallot(contests, ballot)
    const plain = concatBytes(Uint8Array.of(1), context, id, Uint8Array.of(0), choices)
    const sealed = new Uint8Array(48 + 50 + ballotSize(contests))
    sodium.crypto_box_seal(sealed, plain, electionKey)
    return sealed
  }
}

/** What of libsodium only this file calls. */
interface Signing {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
}

/** A signer a hundred times as fast as the device's. */
function fastSigner(seed: Uint8Array): Signer {
  const { crypto_sign_seed_keypair, crypto_sign_detached } = sodium as unknown as Signing
  const [publicKey, secretKey] = [new Uint8Array(32), new Uint8Array(64)]
  crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return {
    publicKey,
    sign: (message) => {
      const signature = new Uint8Array(64)
      crypto_sign_detached(signature, message, secretKey)
      return signature
    },
  }
}
