/** A provisioned ballot device for tests of its store: home folder and media, gone when the test file is done. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { authorityCertificate } from '../../../core/keys/certificate.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { type DeviceHome, readHome, writeSeeds } from '../../../device-agent/ballot/home.ts'
import type { StoreParts } from '../../../device-agent/store/device-store.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import { issueCentreCertificate } from '../../../provisioning/enrolment/certificates.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation, OPENING } from '../../audit/fixtures.ts'

/** The same list of stations and keys, but other ballots: what was redesigned after the devices were loaded. */
export const otherPackage: ElectionPackage = makeStation('store', {
  casts: [0, 0],
  election: 'redesigned',
}).electionPackage

import { atLeastOne, device, deviceRow, opening, partsFor, type StoreBuild, station } from './voting.ts'

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
