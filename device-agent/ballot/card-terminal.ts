/**
 * By what this device proves to a card that it may write: a key it made itself, its certificate, and the authority's word for whoever
 * signed that. Three files of the home folder:
 *
 * ```
 * card-authority.der      certificate of the key by which this election's cards know terminals
 * card-certificate.tlv    of this device, in the form that cards read
 * card-key.json           its private key, made on the device, readable by it alone
 * ```
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readTerminalCertificate } from '../../core/cards/terminal-certificate.ts'
import { ENROLMENT_FILES } from '../../core/enrolment/files.ts'
import { equalBytes, fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { isP256Scalar, p256KeyFromScalar } from '../../core/keys/p256.ts'
import { ok, type Result } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { CardTerminal } from '../../firmware/card-reader/secure-channel.ts'
import { bytes, certificateFor, json, misfit } from './home-files.ts'

const keyShape = z.strictObject({ version: z.literal(1), key: z.string().length(44) })

/** Where the device's key for cards is. */
export function cardKeyFile(folder: string): string {
  return join(folder, 'card-key.json')
}

/** Writes the device's key for cards, readable by the device alone. */
export function writeCardKey(folder: string, key: Uint8Array): void {
  const file = cardKeyFile(folder)
  writeFileSync(file, canonicalJson({ version: 1, key: toBase64(key) }), { mode: 0o600, flag: 'wx' })
  chmodSync(file, 0o600)
}

/**
 * Reads the three files and checks that they belong together and to this station.
 * @returns a refusal `home.file`, `terminal.certificate`, or what `readCertificate` says of the authority's
 */
export function readCardTerminal(
  folder: string,
  expected: { readonly authorityKey: Uint8Array; readonly station: string },
  day: number,
): Result<CardTerminal> {
  const authorityFile = join(folder, ENROLMENT_FILES.cardAuthority)
  const certificateFile = join(folder, ENROLMENT_FILES.cardCertificate)
  const authorityDer = bytes(authorityFile)
  if (!authorityDer.ok) return authorityDer
  const authority = certificateFor(day, authorityDer.value, expected.authorityKey, authorityFile)
  if (!authority.ok) return authority
  if (authority.value.role !== 'card-authority')
    return misfit(authorityFile, 'this is not the certificate of the card authority')
  const certificate = bytes(certificateFile)
  if (!certificate.ok) return certificate
  const terminal = readTerminalCertificate(
    certificate.value,
    { authorityKey: authority.value.publicKeyRaw, role: 'ballot-device', station: expected.station },
    day,
    certificateFile,
  )
  if (!terminal.ok) return terminal
  const scalar = readCardKey(folder)
  if (!scalar.ok) return scalar
  const key = p256KeyFromScalar(scalar.value)
  if (!equalBytes(key.publicKey, terminal.value.publicKey))
    return misfit(cardKeyFile(folder), `this is not the key that ${ENROLMENT_FILES.cardCertificate} names`)
  return ok({ certificate: certificate.value, key })
}

/** Reads the device's key for cards: a secret scalar. */
export function readCardKey(folder: string): Result<Uint8Array> {
  const file = cardKeyFile(folder)
  const stored = json(file, keyShape)
  if (!stored.ok) return stored
  const scalar = fromBase64(stored.value.key)
  return scalar !== undefined && isP256Scalar(scalar) ? ok(scalar) : misfit(file, 'this is no key for cards')
}
