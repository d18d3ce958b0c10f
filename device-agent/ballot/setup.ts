/**
 * Sets a provisioned device up for its election: media, first journal entry. Once; a ballot database is never made anew. Everything is
 * written into a folder beside, `medium-a.part`, and gets its name when it is complete and on the disk: a set-up that was interrupted
 * leaves nothing that a device would start with, and is simply repeated.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_ID_BYTES, originOf } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Clock, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { sync } from '../durable-file.ts'
import { DeviceStore, type FoundBox, type StoreParts } from '../store/device-store.ts'
import { Medium } from '../store/medium.ts'
import { type DeviceHome, mediumFolder } from './home.ts'

/** Name and version of this program, as the journal gives it. */
const SOFTWARE = 'sandogh ballot 0.1.0'

/**
 * Makes the media and begins the journal under a new random name.
 * @param program SHA-256 over the list of the program's files, base64
 * @param found of a spare: what it goes on with
 * @returns a refusal: `store.spare` of a spare with nothing to go on with, `store.exists` where a medium already is, `store.set-up`
 * where the folder cannot be written, and those of {@link resumeStore}, which reads everything back.
 */
export function setUpStore(
  home: DeviceHome,
  clock: Clock,
  random: Random,
  program: string,
  found?: FoundBox,
): Result<DeviceStore> {
  if (found === undefined && isSpare(home)) {
    return refuse(
      'store.spare',
      home.folder,
      'this device is a spare: it votes only in the place of a device that died',
      'Start it with "sandogh device run" and put in the medium of the device that died.',
    )
  }
  const folder = mediumFolder(home.folder)
  if (existsSync(folder)) {
    return refuse(
      'store.exists',
      folder,
      'this device was set up already',
      'A ballot database is never made anew: start the device with "sandogh device run".',
    )
  }
  const part = `${folder}.part`
  try {
    rmSync(part, { recursive: true, force: true })
    mkdirSync(part, { mode: 0o700 })
    const made = makeMedium(part, home, clock, random, { program, found })
    if (!made.ok) return made
    for (const name of readdirSync(part)) sync(join(part, name))
    sync(part)
    renameSync(part, folder)
    sync(home.folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // What the disk or SQLite answered; anything else is our own mistake.
    if (!/^(E[A-Z]+$|SQLITE_)/.test(code)) throw error
    return refuse(
      'store.set-up',
      part,
      `it cannot be written (${code})`,
      'Nothing was set up: see that the disk is there, writable and not full, then set the device up again.',
    )
  }
  return resumeStore(home, clock, random)
}

/** Whether the package lists this device as a spare. */
export function isSpare({
  electionPackage,
  config,
}: Pick<DeviceHome, 'electionPackage' | 'config'>): boolean {
  return placeOf(electionPackage.definition, config.device, undefined) === undefined
}

/** A medium whose journal has its first entry; closed again, so that its files are complete. */
function makeMedium(
  folder: string,
  home: DeviceHome,
  clock: Clock,
  random: Random,
  { program, found }: { readonly program: string; readonly found: FoundBox | undefined },
): Result<void> {
  const { definition, hash } = home.electionPackage
  const { device } = home.config
  const origin = originOf(definition, device, random.bytes(JOURNAL_ID_BYTES))
  const medium = Medium.create(
    folder,
    { origin, package: toBase64(hash), certificate: home.certificateDer },
    random,
  )
  if (!medium.ok) return medium
  const parts = storeParts(home, medium.value, clock, random)
  const opening = {
    version: 1 as const,
    origin,
    certificate: toBase64(home.certificate.fingerprint),
    package: toBase64(hash),
    software: SOFTWARE,
    program,
    random: random.kind,
  }
  const store =
    found === undefined ? DeviceStore.begin(parts, opening) : DeviceStore.takeOver(parts, opening, found)
  store.close()
  return ok(undefined)
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
    witnessSigner: signerFromSeed(home.seeds.witness),
    authorityKey: home.authorityKey,
    clock,
    random,
  }
}
