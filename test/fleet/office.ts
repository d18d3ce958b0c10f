/** An election office for tests: real keys and certificates, and devices whose journals are real. Seeded, so that a run can be repeated. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type MqttClient } from 'mqtt'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { signTally } from '../../core/bundle/bundle.ts'
import {
  addSelections,
  ballotsIn,
  emptyTally,
  sumTallies,
  type Tally,
  tallyJson,
} from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import {
  authorityCertificate,
  certificatePem,
  ed25519PrivateKeyPem,
  ed25519Spki,
  issueCertificate,
} from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import type { EntriesMessage } from '../../core/messages/entries.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Logger, Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { Outbox } from '../../device-agent/sync/outbox.ts'
import { type Centre, type CentreOptions, startCentre } from '../../fleet/centre.ts'
import type { Alarm } from '../../fleet/collector/alarm.ts'
import { type CentreStore, openCentreStore, type Scope } from '../../fleet/store/store.ts'
import { testDefinition } from '../fixtures/definition.ts'
import { PROGRAM } from '../fixtures/program.ts'

const bytesOf = (label: string) => sha256(Buffer.from(label))
export const signerOf = (label: string): Signer => signerFromSeed(bytesOf(label))

/** Certificates of tests are good for long: TLS looks at the real date. */
export const YEARS = {
  notBefore: new Date('2020-01-01T00:00:00Z'),
  notAfter: new Date('2049-01-01T00:00:00Z'),
}

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} }

const authority = signerOf('authority')
export const authorityKey = authority.publicKey
export const witness = { name: 'centre.example/witness', signer: signerOf('witness') }
export const messageSigner = signerOf('centre message')

const definition = testDefinition({
  stations: testDefinition().stations.map((station) => ({ ...station, spares: ['device-8', 'device-9'] })),
  witness: { name: witness.name, key: toBase64(witness.signer.publicKey) },
})
export const election: ElectionPackage = { definition, hash: sha256(Buffer.from(canonicalJson(definition))) }

export const authorityDer = authorityCertificate({
  authority,
  authorityName: 'council.example',
  serial: Uint8Array.of(1),
  ...YEARS,
})

/** A certificate by the authority with its TLS key. */
export function identity(
  subject: string,
  role: 'device' | 'centre' | 'executive',
  keys: Record<string, Signer>,
  issuer: Signer = authority,
  valid = YEARS,
) {
  const der = issueCertificate({
    authority: issuer,
    authorityName: 'council.example',
    subject,
    publicKeySpki: ed25519Spki(signerOf(`tls ${subject}`).publicKey),
    role,
    keys: Object.fromEntries(Object.entries(keys).map(([use, { publicKey }]) => [use, toBase64(publicKey)])),
    serial: bytesOf(subject).subarray(0, 8),
    ...valid,
  })
  const tls = {
    key: ed25519PrivateKeyPem(bytesOf(`tls ${subject}`)),
    cert: certificatePem(der),
    ca: certificatePem(authorityDer),
  }
  return { der, tls }
}

export const CENTRE = 'centre.example'
export const centreTls = identity(CENTRE, 'centre', { message: messageSigner }).tls

/** A device with its journal, which is its outbox too. */
export class TestDevice implements Outbox {
  readonly deviceId: string
  readonly origin: string
  readonly certificate: Uint8Array
  readonly tls: ReturnType<typeof identity>['tls']
  readonly logSigner: Signer
  readonly logKey: Uint8Array
  readonly messageSigner: Signer
  readonly entries: Uint8Array[] = []
  readonly #roots: Uint8Array[] = []
  readonly #notes = new Map<number, string>()
  readonly receipts = new Map<number, string>()
  waitingTally: string | undefined
  #frontier: Frontier = emptyFrontier()

  /**
   * @param journal another text makes another journal of the same device
   * @param claims what a device that lies says instead: whose journal it is, and of which package
   */
  constructor(
    deviceId: string,
    journal = `journal ${deviceId}`,
    claims: { readonly name?: string; readonly package?: Uint8Array; readonly certificate?: Uint8Array } = {},
  ) {
    this.deviceId = deviceId
    this.logSigner = signerOf(`log ${deviceId}`)
    this.logKey = this.logSigner.publicKey
    this.messageSigner = signerOf(`message ${deviceId}`)
    const { der, tls } = identity(deviceId, 'device', { log: this.logSigner, message: this.messageSigner })
    this.certificate = der
    this.tls = tls
    const { authority: name, election: id } = definition
    this.origin = `${name}/${id}/device/${claims.name ?? deviceId}/${toHex(bytesOf(journal).subarray(0, 16))}`
    this.append({
      type: 'journal.opened',
      version: 1,
      origin: this.origin,
      certificate: toBase64(sha256(claims.certificate ?? der)),
      package: toBase64(claims.package ?? election.hash),
      software: 'test 1',
      program: PROGRAM,
      random: 'seeded, not secret',
    })
  }

  append(event: JournalEvent, atMs = Date.parse('2026-06-19T08:00:00Z')): this {
    const bytes = encodeEntry(event, this.entries.length, atMs)
    this.entries.push(bytes)
    this.#frontier = appendLeaf(this.#frontier, leafHash(bytes))
    this.#roots.push(frontierRoot(this.#frontier))
    return this
  }

  /** Appends that many refused cards: harmless entries, each as good as any other. */
  appendMany(count: number): this {
    for (let i = 0; i < count; i += 1) this.append({ type: 'card.refused', reason: 'unreadable' })
    return this
  }

  /** Closes with those votes, 63 at most, and leaves the signed tally waiting. */
  close(tally: Tally = votes(32)): this {
    const casts = tally[0] === undefined ? 0 : ballotsIn(tally[0])
    const hash = toBase64(bytesOf('some hash'))
    const officers = {
      executive: toBase64(bytesOf('executive')),
      supervisory: toBase64(bytesOf('supervisory')),
    }
    this.append({ type: 'report.printed', report: 'zero' })
    this.append({ type: 'polls.opened', ...officers })
    for (let count = 1; count <= casts; count += 1) this.append({ type: 'ballot.cast', count })
    if (casts > 0) this.append({ type: 'batch.sealed', batch: 1, count: casts, root: hash })
    this.append({
      type: 'polls.closed',
      ...officers,
      casts,
      voids: 0,
      batches: casts > 0 ? 1 : 0,
      spent: hash,
      tally: this.commitment(tally),
    })
    this.waitingTally = this.signedTally(tally)
    return this
  }

  signedTally(tally: Tally): string {
    const salt = bytesOf(`salt ${this.deviceId}`)
    return signTally({ origin: this.origin, salt, tally: tallyJson(definition, tally) }, this.messageSigner)
  }

  /** Of the closing entry, base64. */
  commitment(tally: Tally): string {
    return toBase64(commitTally(definition, tally, bytesOf(`salt ${this.deviceId}`)))
  }

  /** The message of entries `from` to `size`. */
  message(from: number, size: number): EntriesMessage {
    const { origin, certificate } = this
    const entries = this.entries.slice(from, size)
    return { origin, certificate, from, entries, checkpoint: this.note(size) }
  }

  receipted(): number {
    return Math.max(0, ...this.receipts.keys())
  }

  journalFrom(from: number) {
    return {
      entries: this.entries.slice(from),
      checkpoint: this.note(this.entries.length),
      size: this.entries.length,
    }
  }

  /** Signed when it is first asked for, because signing is slow; a signature is the same whenever it is made (RFC 8032). */
  note(size: number): string {
    const known = this.#notes.get(size)
    if (known !== undefined) return known
    const root = this.#roots[size - 1]
    if (root === undefined) throw new RangeError(`no checkpoint of size ${size}`)
    const note = signCheckpoint({ origin: this.origin, size, root }, this.logSigner)
    this.#notes.set(size, note)
    return note
  }

  checkpointAt(size: number): string | undefined {
    return size >= 1 && size <= this.entries.length ? this.note(size) : undefined
  }

  tally(): string | undefined {
    return this.waitingTally
  }

  storeReceipt(size: number, line: string): void {
    this.receipts.set(size, line)
  }

  clearTally(): void {
    this.waitingTally = undefined
  }
}

/** What a transaction holds that is about any device of these tests. */
export const everyDevice: readonly Scope[] = [
  { name: 'station-1', devices: ['device-1', 'device-2', 'device-3', 'device-8', 'device-9'] },
  ...['device-4', 'spare-9'].map((device) => ({ name: `device ${device}`, devices: [device] })),
]

/** One valid ballot with one choice. */
export function oneVote(option = 0): Tally {
  return votes(1, option)
}

/** So many valid ballots, each with that one choice. */
export function votes(count: number, option = 0): Tally {
  const ballot = addSelections(emptyTally(definition), [
    { contest: 0, mark: 'valid' },
    { contest: 0, mark: option },
  ])
  return sumTallies(definition, new Array<Tally>(count).fill(ballot))
}

/** A folder of its own for each test, with what it takes to run a centre on it. */
export class Office {
  readonly folder = mkdtempSync(join(tmpdir(), 'sandogh-'))
  readonly storePath = join(this.folder, 'centre.sqlite')
  readonly alarms: Alarm[] = []
  readonly #closing: (() => unknown)[] = []

  /** Runs before the folder is removed, last first. */
  later(close: () => unknown): void {
    this.#closing.push(close)
  }

  async openStore(): Promise<CentreStore> {
    const store = valueOrThrow(await openCentreStore(this.storePath))
    this.later(() => store.close())
    return store
  }

  async startCentre(store: CentreStore, overrides: Partial<CentreOptions> = {}): Promise<Centre> {
    const centre = await startCentre({
      host: '127.0.0.1',
      port: 0,
      tls: centreTls,
      name: CENTRE,
      package: election,
      authorityKey,
      store,
      witness,
      messageSigner,
      clock: realClock,
      logger: silentLogger,
      onAlarm: (alarm) => this.alarms.push(alarm),
      ...overrides,
    })
    this.later(() => centre.close())
    return centre
  }

  /** A plain MQTT client; resolves when it is connected. */
  async client(port: number, tls: object, clientId: string): Promise<MqttClient> {
    const client = connect(`mqtts://127.0.0.1:${port}`, {
      ...tls,
      servername: CENTRE,
      clientId,
      protocolVersion: 4,
      reconnectPeriod: 0,
    })
    this.later(() => client.endAsync(true))
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
      client.once('close', () => reject(new Error('closed')))
    })
    return client
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
