/**
 * What a party that opened a count says of it, signed: what went in, by hashes, and what came out. Two parties who opened the same bundles with
 * verifiers of their own sign two statements that differ in nothing but program and signature. A signed document `audit-result`; its members are
 * in `docs/formats.md`. Nothing in it depends on the names of folders.
 */
import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { tallyJson } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { openDocument, signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { incompleteOf } from '../missing.ts'
import { VERDICTS, verdictOn } from '../verdict.ts'
import { signerOf } from '../verify/reference.ts'
import { sheetWord } from './open-report.ts'

/** This program, as it names itself in a statement. */
export const PROGRAM = 'sandogh audit 0.1.0'
const TYPE = 'audit-result'

const hash = z.string().length(44)
const contests = z.array(z.json()).nullable()
const shape = z.strictObject({
  version: z.literal(1),
  program: z.string().min(1).max(120),
  authority: hash,
  package: hash,
  policy: hash.nullable(),
  programs: z.array(hash),
  lost: z.array(z.string()),
  bundles: z.array(z.strictObject({ device: z.string(), manifest: hash, origin: z.string() })),
  checkIns: z.array(hash),
  verdict: z.enum(VERDICTS),
  findings: z.array(z.strictObject({ code: z.string(), where: z.string(), what: z.string() })),
  stations: z.array(
    z.strictObject({
      station: z.string(),
      devices: z.array(
        z.strictObject({ device: z.string(), ballots: z.int(), equal: z.boolean(), faulty: z.int() }),
      ),
      sheet: z.enum(['equal', 'unequal', 'unchecked']).nullable(),
      sheetContests: contests,
      contests,
    }),
  ),
  contests,
})

/** A statement that was verified: by whom, and what it says. */
export interface Statement {
  readonly where: string
  /** Ed25519 public key, 32 bytes. */
  readonly key: Uint8Array
  readonly payload: z.infer<typeof shape>
}

/** What a count was held against, as bytes. */
interface StatedInputs {
  readonly policy: Uint8Array | undefined
  readonly programs: readonly string[]
  readonly lost: readonly string[]
}

/** Signs what came of opening a count; of one that did not hold before it was opened, its findings. */
export function signStatement(count: AuditedCount, inputs: StatedInputs, signer: Signer): string {
  const { definition, hash: packageHash } = count.electionPackage
  const devices = count.stations.flatMap((station) => station.devices)
  const { opened } = count
  const findings = opened === undefined ? count.findings : opened.findings
  const told = opened?.stations.some((station) => station.tally !== undefined) === true
  const placed = withoutFolders(devices)
  const payload: z.infer<typeof shape> = {
    version: 1,
    program: PROGRAM,
    authority: toBase64(count.authorityKey),
    package: toBase64(packageHash),
    policy: inputs.policy === undefined ? null : toBase64(sha256(inputs.policy)),
    programs: inputs.programs.toSorted(),
    lost: inputs.lost.toSorted(),
    bundles: devices
      .map(({ device, manifest, origin }) => ({ device, manifest, origin }))
      .sort((a, b) => (a.origin < b.origin ? -1 : 1)),
    checkIns: [...count.checkIns],
    verdict: verdictOn(findings, incompleteOf(count)),
    findings: findings.map(({ code, where, what }) => ({ code, where: placed(where), what: placed(what) })),
    stations: (opened?.stations ?? []).map((station) => ({
      station: station.station,
      devices: station.devices.map((device) => ({ ...device })),
      sheet: sheetWord(station),
      sheetContests: station.sheetTally === undefined ? null : contestsOf(definition, station.sheetTally),
      contests: station.tally === undefined ? null : contestsOf(definition, station.tally),
    })),
    contests: opened === undefined || !told ? null : contestsOf(definition, opened.tally),
  }
  return signDocument(TYPE, payload as Json, [signer])
}

/** Reads a statement and verifies the signature of the key that it names itself: whose it is, people compare. */
export function openStatement(text: string, where: string): Result<Statement> {
  const key = signerOf(text)
  const next = 'Give the file that "sandogh audit open --sign" wrote.'
  if (key === undefined)
    return refuse('input.statement', where, 'this is not a signed statement of an audit', next)
  const opened = openDocument(text, { type: TYPE, keys: [key], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success) return refuse('input.statement', where, 'this is not a statement of an audit', next)
  return ok({ where, key, payload: parsed.data })
}

/**
 * The signer of a private key's file: Ed25519, PKCS #8, PEM, as `openssl genpkey -algorithm ed25519` makes it.
 * @returns a refusal `input.key`
 */
export function readSigner(pem: string, where: string): Result<Signer> {
  try {
    const { d } = createPrivateKey(pem).export({ format: 'jwk' })
    const seed = typeof d === 'string' ? Buffer.from(d, 'base64url') : undefined
    if (seed?.length === 32 && isEd25519(pem)) return ok(signerFromSeed(seed))
  } catch {
    // Not a key at all: said below.
  }
  const next = 'Make one: openssl genpkey -algorithm ed25519 -out my-key.pem'
  return refuse('input.key', where, 'this is no private key for Ed25519 in PEM', next)
}

function isEd25519(pem: string): boolean {
  return createPrivateKey(pem).asymmetricKeyType === 'ed25519'
}

function contestsOf(...given: Parameters<typeof tallyJson>): z.infer<typeof contests> {
  return tallyJson(...given) as z.infer<typeof contests>
}

/** Places by the device and not by the folder, which is another in each party's hands. */
function withoutFolders(devices: AuditedCount['stations'][number]['devices']): (text: string) => string {
  return (text) =>
    devices.reduce(
      (placed, { where, device }) =>
        placed === where ? device : placed.replaceAll(`${where}/`, `${device}/`),
      text,
    )
}
