/** Sets a provisioned device up for its election: media, first journal entry. Once; a ballot database is never made anew. */
import { mkdirSync } from 'node:fs'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64, toHex } from '../../core/keys/hash.ts'
import type { Clock, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok } from '../../core/result.ts'
import { DeviceStore, type StoreParts } from '../store/device-store.ts'
import { Medium } from '../store/medium.ts'
import { type DeviceHome, mediumFolder } from './home.ts'

/** Name and version of this program, as the journal gives it. */
const SOFTWARE = 'sandogh ballot 0.1.0'
const JOURNAL_ID_BYTES = 16

/** Makes the media and begins the journal under a new random name. Refused where a ballot database already is. */
export function setUpStore(home: DeviceHome, clock: Clock, random: Random): Result<DeviceStore> {
  const { definition, hash } = home.electionPackage
  const { device } = home.config
  const origin = `${definition.authority}/${definition.election}/device/${device}/${toHex(random.bytes(JOURNAL_ID_BYTES))}`
  const folder = mediumFolder(home.folder)
  mkdirSync(folder, { recursive: true })
  const medium = Medium.create(
    folder,
    { origin, package: toBase64(hash), certificate: home.certificateDer },
    random,
  )
  if (!medium.ok) return medium
  return ok(
    DeviceStore.begin(storeParts(home, medium.value, clock, random), {
      version: 1,
      origin,
      certificate: toBase64(home.certificate.fingerprint),
      package: toBase64(hash),
      software: SOFTWARE,
      random: random.kind,
    }),
  )
}

/** Opens the store of a device that was set up before, after every row was checked. */
export function resumeStore(home: DeviceHome, clock: Clock, random: Random): Result<DeviceStore> {
  const medium = Medium.open(mediumFolder(home.folder), random)
  if (!medium.ok) return medium
  return DeviceStore.resume(storeParts(home, medium.value, clock, random))
}

function storeParts(home: DeviceHome, medium: Medium, clock: Clock, random: Random): StoreParts {
  return {
    media: [medium],
    electionPackage: home.electionPackage,
    logSigner: signerFromSeed(home.seeds.log),
    messageSigner: signerFromSeed(home.seeds.message),
    clock,
    random,
  }
}
