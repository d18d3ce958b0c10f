/**
 * A ballot device's home folder: what the technician put there and what the device made itself.
 *
 * ```
 * config.json             which lines, which broker, which touch calibration
 * package.json            the signed election package
 * photos/                 of its candidates
 * certificate.der         of this device
 * centre.der              of the centre
 * authority.der           of the election authority, for TLS; its key must be the one that config.json trusts
 * keys.json               log, message, TLS and witness seeds, made on the device, readable by it alone
 * card-*                  by what it proves to cards that it may write them (`card-terminal.ts`)
 * touch-calibration.json  signed by the device; absent until a technician has calibrated it, and then config.json's calibration holds
 * medium-a/               ballot database and key slots
 * medium-b/               the same once more, on another storage medium: where one is mounted, unless config.json names another folder
 * ```
 */
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { devicesOfStation } from '../../core/election/definition.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import type { DeviceKeys } from '../../core/enrolment/device-request.ts'
import { bytes32 } from '../../core/home-files.ts'
import { type Certificate, isCertificateOf } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { equalBytes, fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../../core/package/package.ts'
import type { Photos } from '../../core/package/photos.ts'
import { checkTimeZone } from '../../core/package/time-zone.ts'
import type { Result } from '../../core/result.ts'
import { ok } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { CardTerminal } from '../../firmware/card-reader/secure-channel.ts'
import { mappingOfEdges, type TouchMapping } from '../../firmware/touchscreen/calibration.ts'
import { checkVoterTexts } from '../../ui/voter-texts.ts'
import { readCardTerminal } from './card-terminal.ts'
import { bytes, certificateFor, json, misfit } from './home-files.ts'
import { readPhotos } from './photos.ts'
import { openTouchCalibration } from './touch-calibration.ts'

const path = z.string().min(1).max(1_000)

/** In the place of a line to a display: a browser shows the screens on this computer's own. */
export const OWN_SCREEN = 'kiosk'

const configShape = z.strictObject({
  version: z.literal(1),
  device: z.string().min(1).max(64),
  station: z.string().min(1).max(64),
  /** Ed25519 key of the election authority, base64: the one thing a device is told to trust. */
  authority: z.string().length(44),
  /** Paths of the serial lines, fixed by udev rules on a device; of the display {@link OWN_SCREEN} where it is this computer's. */
  lines: z.strictObject({ touchscreen: path, cardReader: path, printer: path, ioBoard: path, display: path }),
  /**
   * The national centre's broker, and how long after closing the slots of all devices lie, which `device-agent/sync/slot.ts` spreads; absent on a device
   * without any network.
   */
  broker: z
    .strictObject({
      host: path,
      port: z.int().min(1).max(65_535),
      closingWindowSeconds: z.int().min(0).max(7_200),
    })
    .optional(),
  /** Of a spare: where a medium of another device is once it is put in. */
  oldMedium: path.optional(),
  /** Of a spare that takes both media of another device at once: where the second is. */
  oldSecondMedium: path.optional(),
  /** Where the bundle goes at closing: a memory stick's folder. */
  bundles: path,
  /** The device's folder on its second storage medium, made by the set-up; absent where it is `medium-b` in the home folder. */
  secondMedium: path.optional(),
  /** Raw touch values at the edges of the screen: how the panel was built in, and where it is until it is calibrated. */
  calibration: z
    .strictObject({ left: z.int(), right: z.int(), top: z.int(), bottom: z.int() })
    .refine(({ left, right, top, bottom }) => left !== right && top !== bottom, 'it has no extent'),
})

export type DeviceConfig = z.infer<typeof configShape>

/** What was provisioned, read and checked. */
export interface ProvisionedHome {
  readonly folder: string
  readonly config: DeviceConfig
  readonly electionPackage: ElectionPackage
  /** Exact text of `package.json`, for the bundle. */
  readonly packageText: string
  /** Of the candidates, by hash. */
  readonly photos: Photos
  readonly certificateDer: Uint8Array
  readonly certificate: Certificate
  readonly centre: Certificate
  readonly authorityKey: Uint8Array
  readonly authorityDer: Uint8Array
  readonly seeds: DeviceKeys
  readonly cardTerminal: CardTerminal
}

/** A home folder, read and checked, with all that the device made itself. */
export interface DeviceHome extends ProvisionedHome {
  /** From raw touches to the grid. */
  readonly touchMapping: TouchMapping
}

/** Where the device's own keys are. */
export function seedsFile(folder: string): string {
  return join(folder, 'keys.json')
}

/** Writes the device's own keys, readable by the device alone. */
export function writeSeeds(folder: string, seeds: DeviceKeys): void {
  const file = seedsFile(folder)
  const { log, message, tls, witness } = seeds
  const text = canonicalJson({
    version: 1,
    log: toBase64(log),
    message: toBase64(message),
    tls: toBase64(tls),
    witness: toBase64(witness),
  })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  chmodSync(file, 0o600)
}

/** Where the first medium of a home folder is. */
export function mediumFolder(folder: string): string {
  return join(folder, 'medium-a')
}

/** Where both media are, in the order in which they are written. */
export function mediaFolders({
  folder,
  config,
}: Pick<ProvisionedHome, 'folder' | 'config'>): readonly [string, string] {
  return [mediumFolder(folder), config.secondMedium ?? join(folder, 'medium-b')]
}

/** Where a calibration of the touchscreen is kept. */
export function touchCalibrationFile(folder: string): string {
  return join(folder, 'touch-calibration.json')
}

/** Reads a home folder; the first file that does not fit the others is named. */
export function readHome(folder: string): Result<DeviceHome> {
  const home = readProvisionedHome(folder)
  if (!home.ok) return home
  const touchMapping = readTouchMapping(home.value)
  return touchMapping.ok ? ok({ ...home.value, touchMapping: touchMapping.value }) : touchMapping
}

/** The technician's calibration, or how the panel was built in where it was never calibrated. */
function readTouchMapping({ folder, config, certificate }: ProvisionedHome): Result<TouchMapping> {
  const edges = config.calibration
  const where = touchCalibrationFile(folder)
  if (!existsSync(where)) return ok(mappingOfEdges(edges))
  const text = bytes(where)
  if (!text.ok) return text
  const key = certificate.keys['message']
  if (key === undefined) throw new Error('a device certificate without a message key')
  return openTouchCalibration(text.value.toString('utf8'), { device: config.device, key, edges, where })
}

/** Reads what the technician says of a device. */
export function readConfig(folder: string): Result<DeviceConfig> {
  return json(join(folder, 'config.json'), configShape)
}

/** Reads a home folder but for the calibration of its touchscreen, which may have to be made first. */
export function readProvisionedHome(folder: string): Result<ProvisionedHome> {
  const config = readConfig(folder)
  if (!config.ok) return config
  const authorityKey = fromBase64(config.value.authority)
  if (authorityKey?.length !== 32)
    return misfit(join(folder, 'config.json'), 'authority is not a key of 32 bytes')
  const packageText = bytes(join(folder, 'package.json'))
  if (!packageText.ok) return packageText
  const electionPackage = openPackage(
    packageText.value.toString('utf8'),
    authorityKey,
    join(folder, 'package.json'),
  )
  if (!electionPackage.ok) return electionPackage
  // Issued for the polling day; this computer's clock may be wrong, and is told so where people can read it.
  const day = pollingNoon(electionPackage.value.definition)
  const zone = checkTimeZone(electionPackage.value.definition, join(folder, 'package.json'))
  if (!zone.ok) return zone
  const texts = checkVoterTexts(electionPackage.value.definition, join(folder, 'package.json'))
  if (!texts.ok) return texts
  const photos = readPhotos(folder, electionPackage.value.definition)
  if (!photos.ok) return photos
  const certificateFile = join(folder, 'certificate.der')
  const certificateDer = bytes(certificateFile)
  if (!certificateDer.ok) return certificateDer
  const certificate = certificateFor(day, certificateDer.value, authorityKey, certificateFile)
  if (!certificate.ok) return certificate
  const centreFile = join(folder, 'centre.der')
  const centreDer = bytes(centreFile)
  if (!centreDer.ok) return centreDer
  const centre = certificateFor(day, centreDer.value, authorityKey, centreFile)
  if (!centre.ok) return centre
  const authorityFile = join(folder, 'authority.der')
  const authorityDer = bytes(authorityFile)
  if (!authorityDer.ok) return authorityDer
  if (!isCertificateOf(authorityDer.value, authorityKey)) {
    return misfit(authorityFile, 'this is not a certificate of the authority that config.json trusts')
  }
  const seeds = readSeeds(folder)
  if (!seeds.ok) return seeds
  const { device, station } = config.value
  const own = electionPackage.value.definition.stations.find(({ id }) => id === station)
  if (own === undefined || !devicesOfStation(own).includes(device))
    return misfit(join(folder, 'config.json'), `the package has no device ${device} at ${station}`)
  if (certificate.value.role !== 'device' || certificate.value.subject !== device) {
    return misfit(certificateFile, `this is not the certificate of device ${device}`)
  }
  if (!areKeysOf(seeds.value, certificate.value)) {
    return misfit(seedsFile(folder), 'these are not the keys that certificate.der names')
  }
  if (centre.value.role !== 'centre') return misfit(centreFile, 'this is not the certificate of the centre')
  const cardTerminal = readCardTerminal(folder, { authorityKey, station }, day)
  if (!cardTerminal.ok) return cardTerminal
  return ok({
    folder,
    config: config.value,
    electionPackage: electionPackage.value,
    packageText: packageText.value.toString('utf8'),
    photos: photos.value,
    certificateDer: certificateDer.value,
    certificate: certificate.value,
    centre: centre.value,
    authorityKey,
    authorityDer: authorityDer.value,
    seeds: seeds.value,
    cardTerminal: cardTerminal.value,
  })
}

/** Another device's keys would vote all day and sign a bundle that nobody takes. */
function areKeysOf(seeds: DeviceKeys, { keys, publicKeyRaw }: Certificate): boolean {
  const isKeyOf = (seed: Uint8Array, key: Uint8Array | undefined) =>
    key !== undefined && equalBytes(signerFromSeed(seed).publicKey, key)
  return (
    isKeyOf(seeds.log, keys['log']) &&
    isKeyOf(seeds.message, keys['message']) &&
    isKeyOf(seeds.witness, keys['witness']) &&
    isKeyOf(seeds.tls, publicKeyRaw)
  )
}

const seedsShape = z.strictObject({
  version: z.literal(1),
  log: bytes32,
  message: bytes32,
  tls: bytes32,
  witness: bytes32,
})

/** Reads the device's own keys: secrets. */
export function readSeeds(folder: string): Result<DeviceKeys> {
  const read = json(seedsFile(folder), seedsShape)
  if (!read.ok) return read
  const { log, message, tls, witness } = read.value
  return ok({ log, message, tls, witness })
}
