/**
 * Sets a provisioned device up for its election: media, first journal entry. Once; a ballot database is never made anew. Everything is
 * written into folders beside, `medium-a.part` and `medium-b.part`, and these get their names when both are complete and on the disk: a set-up
 * that was interrupted leaves nothing that a device would start with, or all of it but one name, and is simply repeated.
 */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { JOURNAL_ID_BYTES, originOf } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Clock, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { bootId } from '../boot.ts'
import { removeFolder, sync } from '../durable-file.ts'
import { type Acknowledged, DeviceStore, type FoundBox, type StoreParts } from '../store/device-store.ts'
import { type AllMedia, absentMedium, Media, type StoreMedium, silentMedium } from '../store/media.ts'
import { Medium } from '../store/medium.ts'
import { type Probed, probeMedia } from '../store/probe.ts'
import { lossOf, storageFault } from '../store/storage-fault.ts'
import { DEADLINES, WorkerMedium } from '../store/worker-medium.ts'
import { type DeviceHome, mediaFolders } from './home.ts'
import { checkSecondDisk } from './second-disk.ts'

/** Name and version of this program, as the journal gives it. */
const SOFTWARE = 'sandogh ballot 0.1.0'

/**
 * Makes the media and begins the journal under a new random name.
 * @param program SHA-256 over the list of the program's files, base64
 * @param found of a spare: what it goes on with
 * @returns a refusal: `store.spare` of a spare with nothing to go on with, `store.one-disk` where the second medium is on the disk of the first, `store.exists` where a medium already is, `store.set-up`
 * where a folder cannot be written, and those of {@link resumeStore}, which reads everything back.
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
  const disks = checkSecondDisk(home)
  if (!disks.ok) return disks
  const [first, second] = mediaFolders(home)
  const parts = [`${first}.part`, `${second}.part`] as const
  let place = parts[0]
  try {
    const isNamed = isHalfNamed(lookAt(home))
    const there = [first, second].find(existsSync)
    if (there !== undefined && !isNamed) return alreadySetUp(there)
    if (!isNamed) {
      for (const part of parts) {
        place = part
        removeFolder(part)
        mkdirSync(part, { mode: 0o700 })
      }
      const made = makeMedia(parts, home, clock, random, { program, found })
      if (!made.ok) return made
      for (const part of parts) {
        place = part
        for (const name of readdirSync(part)) sync(join(part, name))
        sync(part)
        sync(dirname(part))
      }
      renameSync(parts[0], first)
      sync(dirname(first))
    }
    place = parts[1]
    nameSecond(home)
  } catch (error) {
    // What the disk or SQLite answered; anything else is our own mistake.
    if (lossOf(error) === undefined) throw error
    return refuse(
      'store.set-up',
      place,
      `it cannot be written (${(error as Error & { readonly code: string }).code})`,
      'Nothing was set up: see that both media are there, writable and not full, then set the device up again.',
    )
  }
  return resumeStore(home, clock, random, lookAt(home))
}

/** A technician who sets a device up waits for its media. */
function lookAt(home: DeviceHome): MediaFound {
  const [first, second] = mediaFolders(home)
  const found = (folder: string): Probed => ({
    is: 'answered',
    isThere: existsSync(folder),
    isPartThere: existsSync(`${folder}.part`),
  })
  return [found(first), found(second)]
}

/** Interrupted between the two names: both media were complete before the first had its own. */
function isHalfNamed([first, second]: MediaFound): boolean {
  return (
    first.is === 'answered' &&
    second.is === 'answered' &&
    first.isThere &&
    !second.isThere &&
    second.isPartThere
  )
}

function nameSecond(home: DeviceHome): void {
  const [, second] = mediaFolders(home)
  renameSync(`${second}.part`, second)
  sync(dirname(second))
}

function alreadySetUp(folder: string) {
  return refuse(
    'store.exists',
    folder,
    'this device was set up already',
    'A ballot database is never made anew: start the device with "sandogh device run".',
  )
}

/** Whether the package lists this device as a spare. */
export function isSpare({
  electionPackage,
  config,
}: Pick<DeviceHome, 'electionPackage' | 'config'>): boolean {
  return placeOf(electionPackage.definition, config.device, undefined) === undefined
}

/** Nothing lies where the media would be. What does not answer may be one. */
export function isEmptyPlace(found: MediaFound): boolean {
  return found.every((place) => place.is === 'answered' && !place.isThere)
}

/** Media whose journal has its first entry; closed again, so that their files are complete. Throws what a medium answers that cannot be written. */
function makeMedia(
  folders: readonly string[],
  home: DeviceHome,
  clock: Clock,
  random: Random,
  { program, found }: { readonly program: string; readonly found: FoundBox | undefined },
): Result<void> {
  const { definition, hash } = home.electionPackage
  const { device } = home.config
  const now = clock.now()
  const stopped: Clock = {
    now: () => now,
    elapsed: () => clock.elapsed(),
    after: (ms, callback) => clock.after(ms, callback),
  }
  const origin = originOf(definition, device, random.bytes(JOURNAL_ID_BYTES))
  const row = { origin, package: toBase64(hash), certificate: home.certificateDer }
  const opening = {
    version: 1 as const,
    origin,
    certificate: toBase64(home.certificate.fingerprint),
    package: toBase64(hash),
    software: SOFTWARE,
    program,
    random: random.kind,
  }
  for (const folder of folders) {
    const medium = Medium.create(folder, row, random)
    if (!medium.ok) return medium
    // Each for itself, by a stopped clock: the same entries on both, and neither is left behind where it cannot be written.
    const parts = storeParts(home, [medium.value], stopped, random)
    const store =
      found === undefined ? DeviceStore.begin(parts, opening) : DeviceStore.takeOver(parts, opening, found)
    store.close()
  }
  return ok(undefined)
}

/** What there is at a start where the media should be, in their order. */
export type MediaFound = readonly [first: Probed, second: Probed]

/**
 * Opens the store of a device that was set up before, after every row was checked. The first medium is written in this thread, the second in one of its own, with a deadline; one that does not
 * answer at all is not touched, and is lost.
 * @returns a refusal also where no medium takes what a start writes, or its folder the end of a set-up that was interrupted ({@link refusedBy})
 */
export function resumeStore(
  home: DeviceHome,
  clock: Clock,
  random: Random,
  found: MediaFound = probeMedia(mediaFolders(home)),
  acknowledged?: Acknowledged,
): Result<DeviceStore> {
  const [first, second] = mediaFolders(home)
  try {
    if (isHalfNamed(found)) nameSecond(home)
    const media = [
      found[0].is === 'silent' ? silentMedium(first) : openFirst(first, random),
      found[1].is === 'silent' ? silentMedium(second) : new WorkerMedium(second, DEADLINES),
    ] as const
    return resumeOrLetGo(storeParts(home, media, clock, random), acknowledged)
  } catch (error) {
    return refusedBy(home, error)
  }
}

/** What the last medium answered that could have been gone on with, as a refusal. Throws what is no medium's fault. */
export function refusedBy(home: DeviceHome, error: unknown) {
  const fault = storageFault(error)
  if (fault === undefined) throw error
  return refuse(
    `store.${fault}`,
    mediaFolders(home).join(' and '),
    `neither takes what a start writes (${(error as Error).message})`,
    'Switch the device off and on once, with both media in their places; if that does not help, call a technician.',
  )
}

/** Nothing that was opened stays open where there is no store. */
function resumeOrLetGo(parts: StoreParts, acknowledged: Acknowledged | undefined): Result<DeviceStore> {
  let isResumed = false
  try {
    const store = DeviceStore.resume(parts, acknowledged)
    isResumed = store.ok
    return store
  } finally {
    if (!isResumed) new Media(parts.media, parts.boot).close()
  }
}

function openFirst(folder: string, random: Random): StoreMedium {
  const opened = Medium.open(folder, random)
  return opened.ok ? opened.value : absentMedium(folder, opened.error)
}

function storeParts(home: DeviceHome, media: AllMedia, clock: Clock, random: Random): StoreParts {
  return {
    media,
    electionPackage: home.electionPackage,
    logSigner: signerFromSeed(home.seeds.log),
    messageSigner: signerFromSeed(home.seeds.message),
    witnessSigner: signerFromSeed(home.seeds.witness),
    authorityKey: home.authorityKey,
    boot: bootId(),
    clock,
    random,
  }
}
