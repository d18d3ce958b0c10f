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
import { equalBytes, fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { isP256Scalar, p256KeyFromScalar } from '../../core/keys/p256.ts'
import { ok, type Result } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { CardTerminal } from '../../firmware/card-reader/secure-channel.ts'
import { bytes, certificateFor, json, misfit } from './home-files.ts'

const AUTHORITY_FILE = 'card-authority.der'
const CERTIFICATE_FILE = 'card-certificate.tlv'
const KEY_FILE = 'card-key.json'

const keyShape = z.strictObject({ version: z.literal(1), key: z.string().length(44) })

/** Writes the device's key for cards, readable by the device alone, and what was issued for it. */
export function writeCardTerminal(
  folder: string,
  files: { readonly key: Uint8Array; readonly certificate: Uint8Array; readonly authority: Uint8Array },
): void {
  const file = join(folder, KEY_FILE)
  writeFileSync(file, canonicalJson({ version: 1, key: toBase64(files.key) }), { mode: 0o600, flag: 'wx' })
  chmodSync(file, 0o600)
  writeFileSync(join(folder, CERTIFICATE_FILE), files.certificate)
  writeFileSync(join(folder, AUTHORITY_FILE), files.authority)
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
  const [authorityFile, certificateFile, keyFile] = [AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE].map((name) =>
    join(folder, name),
  ) as [string, string, string]
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
  const scalar = readKey(keyFile)
  if (!scalar.ok) return scalar
  const key = p256KeyFromScalar(scalar.value)
  if (!equalBytes(key.publicKey, terminal.value.publicKey))
    return misfit(keyFile, `this is not the key that ${CERTIFICATE_FILE} names`)
  return ok({ certificate: certificate.value, key })
}

function readKey(file: string): Result<Uint8Array> {
  const stored = json(file, keyShape)
  if (!stored.ok) return stored
  const scalar = fromBase64(stored.value.key)
  return scalar !== undefined && isP256Scalar(scalar) ? ok(scalar) : misfit(file, 'this is no key for cards')
}
