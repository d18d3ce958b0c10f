/**
 * The folder of the office that enrols devices; it stays where the authority's keys are kept.
 *
 * ```
 * office.json             seeds of the authority and of the card authority, readable by the office alone
 * package.json, photos/   the signed election package
 * authority.der           of the election authority, for TLS
 * centre.der              of the national centre
 * card-authority.der      of the key by which this election's cards know terminals
 * ```
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { pollingNoon } from '../core/election/polling-time.ts'
import { ENROLMENT_FILES } from '../core/enrolment/files.ts'
import { bytes32, homeFiles } from '../core/home-files.ts'
import { isCertificateOf, type Role, readCertificate } from '../core/keys/certificate.ts'
import { signerFromSeed } from '../core/keys/ed25519.ts'
import { equalBytes, toBase64 } from '../core/keys/hash.ts'
import { isP256Scalar, type P256Key, p256KeyFromScalar } from '../core/keys/p256.ts'
import { type ElectionPackage, openPackage } from '../core/package/package.ts'
import { collectPhotos, PHOTO_FOLDER, type Photos } from '../core/package/photos.ts'
import type { Signer } from '../core/ports.ts'
import { ok, type Result } from '../core/result.ts'
import { canonicalJson } from '../core/text/canonical-json.ts'
import { photosIn } from './package/photos.ts'

const OFFICE_FILE = 'office.json'

const { bytes, json, misfit } = homeFiles(
  (file) => readFileSync(file),
  "Give the office's folder as the provisioning of this election made it: --office <folder>.",
)

/** What an office's folder is made of. */
export interface OfficeMaterial {
  readonly authoritySeed: Uint8Array
  readonly cardAuthorityScalar: Uint8Array
  readonly packageText: string
  /** Bytes by file name. */
  readonly photos: ReadonlyMap<string, Uint8Array>
  readonly authorityDer: Uint8Array
  readonly centreDer: Uint8Array
  readonly cardAuthorityDer: Uint8Array
}

/** An office's folder, read and checked. */
export interface Office {
  readonly authority: Signer
  readonly cardAuthority: P256Key
  readonly electionPackage: ElectionPackage
  readonly packageText: string
  readonly photos: Photos
  readonly authorityDer: Uint8Array
  readonly centreDer: Uint8Array
  readonly cardAuthorityDer: Uint8Array
}

/** Writes an office's folder; the seeds readable by its owner alone. */
export function writeOffice(folder: string, material: OfficeMaterial): void {
  mkdirSync(join(folder, PHOTO_FOLDER), { recursive: true, mode: 0o700 })
  const file = join(folder, OFFICE_FILE)
  const seeds = {
    version: 1,
    authority: toBase64(material.authoritySeed),
    cardAuthority: toBase64(material.cardAuthorityScalar),
  }
  writeFileSync(file, canonicalJson(seeds), { mode: 0o600 })
  chmodSync(file, 0o600)
  writeFileSync(join(folder, ENROLMENT_FILES.package), material.packageText)
  for (const [name, photo] of material.photos) writeFileSync(join(folder, PHOTO_FOLDER, name), photo)
  writeFileSync(join(folder, ENROLMENT_FILES.authority), material.authorityDer)
  writeFileSync(join(folder, ENROLMENT_FILES.centre), material.centreDer)
  writeFileSync(join(folder, ENROLMENT_FILES.cardAuthority), material.cardAuthorityDer)
}

const officeShape = z.strictObject({ version: z.literal(1), authority: bytes32, cardAuthority: bytes32 })

/** Reads an office's folder; the first file that does not fit the others is named. */
export function readOffice(folder: string): Result<Office> {
  const file = (name: string) => join(folder, name)
  const seeds = json(file(OFFICE_FILE), officeShape)
  if (!seeds.ok) return seeds
  const authority = signerFromSeed(seeds.value.authority)
  if (!isP256Scalar(seeds.value.cardAuthority))
    return misfit(file(OFFICE_FILE), 'cardAuthority is no key for cards')
  const cardAuthority = p256KeyFromScalar(seeds.value.cardAuthority)
  const text = bytes(file(ENROLMENT_FILES.package))
  if (!text.ok) return text
  const packageText = text.value.toString('utf8')
  const electionPackage = openPackage(packageText, authority.publicKey, file(ENROLMENT_FILES.package))
  if (!electionPackage.ok) return electionPackage
  const { definition } = electionPackage.value
  const photos = collectPhotos(definition, photosIn(file(PHOTO_FOLDER)), file(PHOTO_FOLDER))
  if (!photos.ok) return photos
  const authorityDer = bytes(file(ENROLMENT_FILES.authority))
  if (!authorityDer.ok) return authorityDer
  if (!isCertificateOf(authorityDer.value, authority.publicKey))
    return misfit(
      file(ENROLMENT_FILES.authority),
      `this is not a certificate of the authority of ${OFFICE_FILE}`,
    )
  const certificateOf = (name: string, role: Role) => {
    const der = bytes(file(name))
    if (!der.ok) return der
    const read = readCertificate(der.value, authority.publicKey, pollingNoon(definition), file(name))
    if (!read.ok) return read
    return read.value.role === role
      ? ok({ der: der.value, key: read.value.publicKeyRaw })
      : misfit(file(name), `this is a certificate of a ${read.value.role}, not of a ${role}`)
  }
  const centre = certificateOf(ENROLMENT_FILES.centre, 'centre')
  if (!centre.ok) return centre
  const cards = certificateOf(ENROLMENT_FILES.cardAuthority, 'card-authority')
  if (!cards.ok) return cards
  if (!equalBytes(cards.value.key, cardAuthority.publicKey))
    return misfit(file(ENROLMENT_FILES.cardAuthority), `its key is not the one in ${OFFICE_FILE}`)
  return ok({
    authority,
    cardAuthority,
    electionPackage: electionPackage.value,
    packageText,
    photos: photos.value,
    authorityDer: authorityDer.value,
    centreDer: centre.value.der,
    cardAuthorityDer: cards.value.der,
  })
}
