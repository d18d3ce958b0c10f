/**
 * A provisioned ballot device for tests of its store: home folder, media, voters who vote by a seed and a count kept beside, by hand. Package
 * and keys are those of the audit's test station: two contests, lists, two ballot styles.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { uniform } from '../../../core/ballot-box/draw.ts'
import { authorityCertificate } from '../../../core/keys/certificate.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { writeCardTerminal } from '../../../device-agent/ballot/card-terminal.ts'
import { type DeviceHome, readHome, writeSeeds } from '../../../device-agent/ballot/home.ts'
import type { DeviceStore, OpeningOfficers, StoreParts } from '../../../device-agent/store/device-store.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import { issueCentreCertificate } from '../../../provisioning/enrolment/certificates.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { makeStation, OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { StationCards } from '../../fixtures/station-cards.ts'

export const station = makeStation('store', { casts: [0, 0] })
export const device = station.devices[0] as TestDevice
export const cards = new StationCards('store', station)
export const clock = new VirtualClock(OPENING)
export const officers: OpeningOfficers = {
  executive: toBase64(sha256(Uint8Array.of(1))),
  supervisory: toBase64(sha256(Uint8Array.of(2))),
}

/** The same list of stations and keys, but other ballots: what was redesigned after the devices were loaded. */
export const otherPackage: ElectionPackage = makeStation('store', {
  casts: [0, 0],
  election: 'redesigned',
}).electionPackage

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A new empty folder, gone when the test file is done. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-store-test-'))
  folders.push(folder)
  return folder
}

/** A copy of a folder as it is on the disk now: what `kill -9` at this instant leaves, or the power cut. */
export function imageOf(folder: string): string {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** The day key as officers' cards would give it: a fresh copy, for the store wipes the one it was given. */
export function dayKey(): Uint8Array {
  return new Uint8Array(32).fill(7)
}

/** Everything the store needs beside its media. */
export function partsFor(media: StoreParts['media'], seed: string): StoreParts {
  return {
    media,
    electionPackage: station.electionPackage,
    logSigner: signerFromSeed(device.keys.log),
    messageSigner: signerFromSeed(device.keys.message),
    witnessSigner: signerFromSeed(device.keys.witness),
    authorityKey: station.authority.publicKey,
    clock,
    random: seededRandom(seed),
  }
}

function atLeastOne([first, ...others]: readonly Medium[]): StoreParts['media'] {
  if (first === undefined) throw new Error('a store without a medium')
  return [first, ...others]
}

/** The row of table device. */
export const deviceRow = {
  origin: device.origin,
  package: toBase64(station.electionPackage.hash),
  certificate: device.certificate,
}

/** The first entry. */
export const opening = {
  version: 1 as const,
  origin: device.origin,
  certificate: toBase64(sha256(device.certificate)),
  package: deviceRow.package,
  software: 'sandogh test',
  program: PROGRAM,
  random: 'seeded, not secret' as const,
}

/** The classes under test: the real ones, or those of a weakened build. */
export interface StoreBuild {
  readonly DeviceStore: typeof DeviceStore
  readonly Medium: typeof Medium
}

/** Makes media in new folders and begins a journal on all of them. */
export function beginOn(build: StoreBuild, count: number, seed: string) {
  const made = Array.from({ length: count }, newFolder)
  const random = seededRandom(`media of ${seed}`)
  const media = made.map((folder) => valueOrThrow(build.Medium.create(folder, deviceRow, random)))
  const parts = partsFor(atLeastOne(media), seed)
  return { folders: made, store: build.DeviceStore.begin(parts, opening) }
}

/** Takes a journal up again, as a device does at every start. */
export function resumeOn(build: StoreBuild, from: readonly string[], overrides: Partial<StoreParts> = {}) {
  const random = seededRandom(`resumed ${from.join()}`)
  const media: Medium[] = []
  for (const folder of from) {
    const medium = build.Medium.open(folder, random)
    if (!medium.ok) return medium
    media.push(medium.value)
  }
  const parts = partsFor(atLeastOne(media), `resumed ${from.join()}`)
  const resumed = build.DeviceStore.resume({ ...parts, ...overrides })
  if (!resumed.ok) for (const medium of media) medium.close()
  return resumed
}

/** Opens the polls on an empty pool. */
export function openPolls(store: DeviceStore): void {
  valueOrThrow(store.preparePool(dayKey()))
  store.append({ type: 'report.printed', report: 'zero' })
  store.openPolls(officers)
}

/** What voters of the test station mean: by contest, the positions of candidates and of the list. */
const COUNCIL = [[], [0, 1], [2], [3, 4], [5], [2, 5], [0, 2, 4]] as const
const VILLAGE = [[], [0], [1]] as const

/** Voters one after another, and what they meant, counted without any code of the project. */
export class Voters {
  readonly #random
  /** By contest: blank, valid, then each option. */
  readonly shadow = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  readonly nonces: Uint8Array[] = []

  constructor(seed: string) {
    this.#random = seededRandom(`voters of ${seed}`)
  }

  /** One voter votes and is counted here if the store did not throw. */
  vote(store: DeviceStore): void {
    const council = [...(COUNCIL[uniform(COUNCIL.length, this.#random)] ?? [])]
    const village = [...(VILLAGE[uniform(VILLAGE.length, this.#random)] ?? [])]
    const city = uniform(7, this.#random) === 0
    const nonce = this.#random.bytes(16)
    if (city) store.cast('city', [council], nonce)
    else store.cast('both', [council, village], nonce)
    this.nonces.push(nonce)
    this.#count(0, council)
    if (!city) this.#count(1, village)
  }

  #count(contest: 0 | 1, choice: readonly number[]): void {
    const counts = this.shadow[contest] as number[]
    const add = (at: number) => {
      counts[at] = (counts[at] ?? 0) + 1
    }
    add(choice.length === 0 ? 0 : 1)
    for (const option of choice) add(2 + option)
  }
}

/** A home folder as a technician leaves it, without a database yet. */
export function makeHome(folder = newFolder(), of = device, bundles = join(folder, 'bundles')): string {
  const { authority, random, electionPackage, packageText } = station
  const { definition } = electionPackage
  const notBefore = new Date('2026-06-01T00:00:00Z')
  const notAfter = new Date('2026-07-01T00:00:00Z')
  const centre = issueCentreCertificate(
    {
      subject: 'centre.example',
      tls: signerFromSeed(random.bytes(32)).publicKey,
      message: signerFromSeed(random.bytes(32)).publicKey,
    },
    definition,
    { authority, notBefore, notAfter, random },
  )
  const authorityDer = authorityCertificate({
    authority,
    authorityName: definition.authority,
    serial: Uint8Array.of(1),
    notBefore,
    notAfter,
  })
  writeSeeds(folder, of.keys)
  writeFileSync(join(folder, 'package.json'), packageText)
  writeFileSync(join(folder, 'certificate.der'), of.certificate)
  writeFileSync(join(folder, 'centre.der'), valueOrThrow(centre))
  writeFileSync(join(folder, 'authority.der'), authorityDer)
  const { scalar: key, certificate } = cards.terminal('ballot-device')
  writeCardTerminal(folder, { key, certificate, authority: cards.authorityDer() })
  const line = '/dev/null'
  const config = {
    version: 1,
    device: of.id,
    station: 's-1',
    authority: toBase64(authority.publicKey),
    lines: { touchscreen: line, cardReader: line, printer: line, ioBoard: line, display: line },
    bundles,
    calibration: { left: 0, right: 4095, top: 0, bottom: 4095 },
  }
  writeFileSync(join(folder, 'config.json'), canonicalJson(config))
  mkdirSync(bundles, { recursive: true })
  return folder
}

/** The home, read on the morning of the polling day. */
export function openHome(folder: string): DeviceHome {
  return valueOrThrow(readHome(folder, OPENING))
}
