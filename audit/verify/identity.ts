/** Whose bundle or database this is, and that journal, certificate and package belong together. */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import type { Day } from '../../core/journal/day.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import type { Reference } from './reference.ts'

/** What a device's certificate says of it. */
export interface DeviceIdentity {
  readonly device: string
  /** Absent of a spare: which one it is the journal that it took over tells. */
  readonly station?: string
  /** Ed25519, 32 bytes each. */
  readonly logKey: Uint8Array
  readonly messageKey: Uint8Array
  /** Absent in a certificate of before devices witnessed each other. */
  readonly witnessKey?: Uint8Array
  /** Base64 of SHA-256 of the certificate. */
  readonly fingerprint: string
}

/** A device in its place of a station. */
export interface PlacedIdentity extends DeviceIdentity {
  readonly station: string
  /** The device in whose place of the station it voted: itself, unless it is a spare. */
  readonly standsFor: string
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/** Reads a device's certificate, which must have been good at noon (UTC) of the polling day: an audit may come years later. */
export function readIdentity(
  der: Uint8Array,
  { authorityKey, electionPackage, stationOf, isSpare }: Reference,
  where: string,
): Result<DeviceIdentity> {
  const noon = Date.parse(`${electionPackage.definition.pollingDay}T12:00:00Z`)
  const certificate = readCertificate(der, authorityKey, noon, where)
  if (!certificate.ok) return certificate
  const { subject, role, keys, fingerprint } = certificate.value
  const { log, message, witness } = keys
  const station = stationOf(subject)
  if (role !== 'device' || log === undefined || message === undefined) {
    return refuse('bundle.certificate', where, 'this is not the certificate of a ballot device', KEEP)
  }
  if (station === undefined && !isSpare(subject)) {
    return refuse('bundle.certificate', where, `the package has no device ${subject}`, KEEP)
  }
  return ok({
    device: subject,
    ...(station !== undefined && { station: station.id }),
    logKey: log,
    messageKey: message,
    ...(witness !== undefined && { witnessKey: witness }),
    fingerprint: toBase64(fingerprint),
  })
}

/** Whether a journal is that device's, under that package: its origin has the form that `docs/formats.md` gives. */
export function checkIdentity(
  day: Day,
  { device, fingerprint }: DeviceIdentity,
  { definition, hash }: ElectionPackage,
  where: string,
): Result<void> {
  const bad = (what: string) => refuse('bundle.binding', where, what, KEEP)
  if (day.packageHash !== toBase64(hash)) return bad('the journal was begun for another election package')
  if (day.certificate !== fingerprint) return bad('the journal was begun under another certificate')
  if (deviceOfOrigin(definition, day.origin) !== device)
    return bad(`its origin is not one of device ${device}`)
  return ok(undefined)
}

/**
 * The centre's receipt on a checkpoint.
 * @returns its time, seconds since 1970; undefined if there is none, as on a device without a link; a refusal if it does not verify
 */
export function readReceipt(
  note: string,
  { definition }: ElectionPackage,
  where: string,
): Result<number | undefined> {
  const { name, key } = definition.witness
  const publicKey = fromBase64(key) ?? new Uint8Array()
  const cosignature = openCosignature(note, { name, publicKey })
  if (cosignature.ok) return ok(cosignature.value.time)
  return cosignature.error.code === 'note.unsigned' ? ok(undefined) : fail({ ...cosignature.error, where })
}
