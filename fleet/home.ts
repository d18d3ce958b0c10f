/**
 * The centre's home folder: what provisioning put there, and every process of the centre reads.
 *
 * ```
 * centre.json             the centre's name, and the one key it is told to trust: the authority's
 * package.json            the signed election package
 * authority.der           of the election authority, for TLS
 * certificates/<name>.der of the centre, whose name it is, and of each further collector
 * keys.json               seeds, readable by the centre alone: who it is on TLS (by name), what signs receipts and answers, and what collectors
 *                         that share the messages know of each other
 * ```
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { devicesOfStation } from '../core/election/definition.ts'
import { pollingNoon } from '../core/election/polling-time.ts'
import { bytes32, homeFiles } from '../core/home-files.ts'
import {
  certificatePem,
  ed25519PrivateKeyPem,
  isCertificateOf,
  readCertificate,
} from '../core/keys/certificate.ts'
import { signerFromSeed } from '../core/keys/ed25519.ts'
import { equalBytes, toBase64, toHex } from '../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../core/package/package.ts'
import type { Signer } from '../core/ports.ts'
import { ok, type Result } from '../core/result.ts'
import { canonicalJson } from '../core/text/canonical-json.ts'
import type { TlsIdentity } from './broker/broker.ts'

const { bytes, json, misfit } = homeFiles(
  (file) => readFileSync(file),
  "Give the centre's home folder as provisioning made it: --home <folder>.",
)

/** What a home folder is made of. */
export interface CentreMaterial {
  readonly name: string
  readonly authorityKey: Uint8Array
  readonly authorityDer: Uint8Array
  readonly packageText: string
  /** The centre's own and those of further collectors, by the certificate's subject. */
  readonly identities: Readonly<
    Record<string, { readonly certificate: Uint8Array; readonly seed: Uint8Array }>
  >
  readonly witnessSeed: Uint8Array
  readonly messageSeed: Uint8Array
  /** 32 random bytes. */
  readonly groupSecret: Uint8Array
}

/** A home folder, read and checked. */
export interface CentreHome {
  readonly folder: string
  /** Subject of the certificate that brokers show to devices. */
  readonly name: string
  readonly authorityKey: Uint8Array
  readonly package: ElectionPackage
  /** By the certificate's subject; {@link name} is one of them. */
  readonly identities: ReadonlyMap<string, TlsIdentity>
  readonly witness: { readonly name: string; readonly signer: Signer }
  readonly messageSigner: Signer
  /** Under this name collectors share messages; only they may know it. */
  readonly group: string
}

/** Writes a home folder; the seeds readable by its owner alone. */
export function writeCentreHome(folder: string, material: CentreMaterial): void {
  const { name, authorityKey, authorityDer, packageText, identities } = material
  const certificates = join(folder, 'certificates')
  mkdirSync(certificates, { recursive: true })
  writeFileSync(
    join(folder, 'centre.json'),
    canonicalJson({ version: 1, name, authority: toBase64(authorityKey) }),
  )
  writeFileSync(join(folder, 'package.json'), packageText)
  writeFileSync(join(folder, 'authority.der'), authorityDer)
  for (const [subject, { certificate }] of Object.entries(identities)) {
    writeFileSync(join(certificates, `${subject}.der`), certificate)
  }
  const keys = canonicalJson({
    version: 1,
    witness: toBase64(material.witnessSeed),
    message: toBase64(material.messageSeed),
    group: toBase64(material.groupSecret),
    tls: Object.fromEntries(
      Object.entries(identities).map(([subject, { seed }]) => [subject, toBase64(seed)]),
    ),
  })
  const file = join(folder, 'keys.json')
  writeFileSync(file, keys, { mode: 0o600 })
  chmodSync(file, 0o600)
}

/** As certificates for TLS write it; a file is named by it. */
const hostName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/)
const centreShape = z.strictObject({ version: z.literal(1), name: hostName, authority: bytes32 })
const keysShape = z.strictObject({
  version: z.literal(1),
  witness: bytes32,
  message: bytes32,
  group: bytes32,
  tls: z.record(hostName, bytes32),
})

/**
 * Reads a home folder; the first file that does not fit the others is named.
 * @param nowMs by when certificates are judged, for who connects by them; else they have to be good on polling day, for disputes last longer
 */
export function readCentreHome(folder: string, nowMs?: number): Result<CentreHome> {
  const file = (name: string) => join(folder, name)
  const centre = json(file('centre.json'), centreShape)
  if (!centre.ok) return centre
  const keys = json(file('keys.json'), keysShape)
  if (!keys.ok) return keys
  const { name, authority: authorityKey } = centre.value
  const packageText = bytes(file('package.json'))
  if (!packageText.ok) return packageText
  const electionPackage = openPackage(packageText.value.toString('utf8'), authorityKey, file('package.json'))
  if (!electionPackage.ok) return electionPackage
  const { definition } = electionPackage.value
  const authorityDer = bytes(file('authority.der'))
  if (!authorityDer.ok) return authorityDer
  if (!isCertificateOf(authorityDer.value, authorityKey)) {
    return misfit(file('authority.der'), 'this is not a certificate of the authority that centre.json trusts')
  }
  const witness = signerFromSeed(keys.value.witness)
  if (toBase64(witness.publicKey) !== definition.witness.key) {
    return misfit(file('keys.json'), 'the witness key is not the one whose receipts this election takes')
  }
  const messageSigner = signerFromSeed(keys.value.message)
  const identities = new Map<string, TlsIdentity>()
  for (const [subject, seed] of Object.entries(keys.value.tls)) {
    const where = file(`certificates/${subject}.der`)
    const der = bytes(where)
    if (!der.ok) return der
    const certificate = readCertificate(der.value, authorityKey, nowMs ?? pollingNoon(definition), where)
    if (!certificate.ok) return certificate
    const { keys: named, publicKeyRaw, role } = certificate.value
    if (certificate.value.subject !== subject || role !== 'centre') {
      return misfit(where, `this is not the certificate of the centre's ${subject}`)
    }
    if (!equalBytes(signerFromSeed(seed).publicKey, publicKeyRaw)) {
      return misfit(where, 'its key is not the one in keys.json')
    }
    if (subject === name && !equalBytes(named['message'] ?? new Uint8Array(), messageSigner.publicKey)) {
      return misfit(where, 'it names another key for answers than keys.json has')
    }
    identities.set(subject, {
      key: ed25519PrivateKeyPem(seed),
      cert: certificatePem(der.value),
      ca: certificatePem(authorityDer.value),
    })
  }
  if (!identities.has(name)) return misfit(file('keys.json'), `it has no TLS key of ${name}`)
  // A broker that knows its clients by name alone would take the one for the other.
  const twice = definition.stations.flatMap(devicesOfStation).find((device) => identities.has(device))
  if (twice !== undefined) return misfit(file('keys.json'), `a device of the election is called ${twice} too`)
  return ok({
    folder,
    name,
    authorityKey,
    package: electionPackage.value,
    identities,
    witness: { name: definition.witness.name, signer: witness },
    messageSigner,
    group: toHex(keys.value.group),
  })
}
