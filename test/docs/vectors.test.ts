/**
 * The published test vectors, `docs/vectors/*.json`: made here, held against the files, and each tried on the code that the page describes.
 * After a change that is meant: `npx vitest run test/docs -u`.
 */
import { describe, expect, test } from 'vitest'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { parsePolicy, satisfiedBy } from '../../audit/policy/policy.ts'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { openBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { openForStation, openForTrustees, openSealedTally } from '../../core/bundle/sealed-tally.ts'
import { parseTally } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { checkJournal } from '../../core/journal/check-journal.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { isSoundPublicKey, verifyEd25519 } from '../../core/keys/ed25519.ts'
import { fromBase64, toBase64, toHex } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { openPackage } from '../../core/package/package.ts'
import { type Result, valueOrThrow } from '../../core/result.ts'
import { parseCanonicalBytes, parseCanonicalJson } from '../../core/text/canonical-json.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import { parseVerifierKey } from '../../core/tlog/note.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { published } from './published.ts'
import {
  ballotVectors,
  certificateVectors,
  packageVectors,
  shareVectors,
  tallyVectors,
  vectorStation,
} from './vectors-of-ballots.ts'
import { dayVectors } from './vectors-of-days.ts'
import { canonicalJsonVectors, ed25519Vectors, noteVectors, treeVectors } from './vectors-of-parts.ts'
import { policyVectors } from './vectors-of-policies.ts'

const station = vectorStation()
const { electionPackage } = station
const codeOf = (result: Result<unknown>) => (result.ok ? null : result.error.code)
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const bytes = (text: string) => fromBase64(text) ?? new Uint8Array()

describe('the published vectors of', () => {
  test('canonical JSON', async () => {
    type Sample = { text?: string; hex?: string; code: string | null }
    for (const { text, hex: given, code } of await published<Sample[]>(
      'canonical-json',
      canonicalJsonVectors(),
    )) {
      const parsed =
        text === undefined ? parseCanonicalBytes(hex(given ?? ''), 'x') : parseCanonicalJson(text, 'x')
      expect(codeOf(parsed), text ?? given).toBe(code)
    }
  })

  test('signatures', async () => {
    type Signature = { why: string; key: string; message: string; signature: string; valid: boolean }
    type Table = { signatures: Signature[]; keys: { key: string; sound: boolean }[] }
    const { signatures, keys } = await published<Table>('ed25519', ed25519Vectors())
    for (const { why, key, message, signature, valid } of signatures)
      expect(verifyEd25519(hex(key), hex(message), hex(signature)), why).toBe(valid)
    for (const { key, sound } of keys) expect(isSoundPublicKey(hex(key)), key).toBe(sound)
  })

  test('notes', async () => {
    type Note = { why: string; note: string; log: string | null; witness: string | number }
    type Notes = {
      origin: string
      logKey: string
      witnessKey: string
      size: number
      root: string
      notes: Note[]
    }
    const { origin, logKey, witnessKey, size, root, notes } = await published<Notes>('notes', noteVectors())
    const log = valueOrThrow(parseVerifierKey(logKey))
    const witness = valueOrThrow(parseVerifierKey(witnessKey))
    for (const { why, note, log: logSays, witness: witnessSays } of notes) {
      const head = openCheckpoint(note, { origin, publicKey: log.publicKey })
      expect(codeOf(head), why).toBe(logSays)
      if (head.ok) expect([head.value.size, toBase64(head.value.root)], why).toEqual([size, root])
      const cosignature = openCosignature(note, witness)
      expect(cosignature.ok ? cosignature.value.time : cosignature.error.code, why).toBe(witnessSays)
    }
  })

  test('trees', async () => {
    type Tree = { entries: string[]; leaves: string[]; roots: string[] }
    const { entries, leaves, roots } = await published<Tree>('tree', treeVectors())
    expect(entries.map((entry) => toHex(leafHash(hex(entry))))).toEqual(leaves)
    for (const [size, root] of roots.entries())
      expect(toHex(rootOf(leaves.slice(0, size).map(hex)))).toBe(root)
  })

  test('legal and other days', async () => {
    type Day = { why: string; events: JournalEvent[]; refused: number | null }
    for (const { why, events, refused } of await published<Day[]>('days', dayVectors())) {
      const entries = events.map((event, seq) => encodeEntry(event, seq, Date.UTC(2026, 5, 19, 4, 0, seq)))
      const journal = checkJournal({ entries, where: 'x' })
      const place = /entry (\d+)/.exec(journal.ok ? '' : journal.error.where)?.[1]
      expect(place === undefined ? null : Number(place), why).toBe(refused)
      expect(codeOf(journal), why).toBe(refused === null ? null : 'journal.order')
    }
  })

  test('a package', async () => {
    type Package = {
      authorityKey: string
      text: string
      hash: string
      packages: { why: string; code: string | null; text: string }[]
    }
    const { authorityKey, text, hash, packages } = await published<Package>(
      'package',
      packageVectors(station),
    )
    expect(toBase64(valueOrThrow(openPackage(text, bytes(authorityKey), 'x')).hash)).toBe(hash)
    for (const { why, code, text: bent } of packages)
      expect(codeOf(openPackage(bent, bytes(authorityKey), 'x')), why).toBe(code)
  })

  test('certificates', async () => {
    type Certificates = {
      authorityKey: string
      pollingDay: string
      certificates: { why: string; der: string; code: string | null }[]
    }
    const { authorityKey, pollingDay, certificates } = await published<Certificates>(
      'certificates',
      certificateVectors(station),
    )
    const noon = Date.parse(`${pollingDay}T12:00:00Z`)
    for (const { why, der, code } of certificates)
      expect(codeOf(readCertificate(hex(der), bytes(authorityKey), noon, 'x')), why).toBe(code)
  })

  test('sealed ballots', async () => {
    type Ballot = { why: string; sealed: string; plaintext: string | null; code: string | null }
    type Ballots = { origin: string; packageHash: string; secretKey: string; ballots: Ballot[] }
    const { origin, packageHash, secretKey, ballots } = await published<Ballots>(
      'ballots',
      ballotVectors(station),
    )
    const place = { definition: electionPackage.definition, packageHash: bytes(packageHash), origin }
    for (const { why, sealed, code } of ballots) {
      const opened = openBallot(place, bytes(sealed), hex(secretKey))
      expect('faulty' in opened ? `ballot.${opened.faulty}` : null, why).toBe(code)
    }
  })

  test('a tally', async () => {
    type Tally = Readonly<
      Record<
        | 'origin'
        | 'messageKey'
        | 'tally'
        | 'salt'
        | 'commitment'
        | 'sealed'
        | 'secretKey'
        | 'stationKey'
        | 'plaintext',
        string
      >
    >
    const vector = await published<Tally>('tally', tallyVectors(station))
    const { definition } = electionPackage
    const tally = valueOrThrow(
      parseTally(definition, valueOrThrow(parseCanonicalJson(vector.tally, 'x')), 'x'),
    )
    const salted = { salt: hex(vector.salt), tally }
    expect(toBase64(commitTally(definition, tally, salted.salt))).toBe(vector.commitment)
    const sealed = valueOrThrow(
      openSealedTally(vector.sealed, { definition, messageKey: bytes(vector.messageKey) }, 'x'),
    )
    expect(sealed.origin).toBe(vector.origin)
    expect(openForTrustees(definition, sealed, hex(vector.secretKey))).toEqual(salted)
    expect(openForStation(definition, sealed, hex(vector.stationKey))).toEqual(salted)
    expect(vector.plaintext.startsWith(vector.salt)).toBe(true)
  })

  test('policies', async () => {
    type Taken = { code: null; satisfied: string[][]; unsatisfied: string[][] }
    type Policy = { why: string; text: string } & (Taken | { code: string; place: string })
    for (const vector of await published<Policy[]>('policies', policyVectors())) {
      const policy = parsePolicy(Buffer.from(vector.text), 'policy')
      expect(codeOf(policy), vector.why).toBe(vector.code)
      if (vector.code !== null) {
        expect(policy.ok ? '' : policy.error.where).toBe(`policy ${vector.place}`.trim())
        continue
      }
      const given = valueOrThrow(policy)
      for (const seen of vector.satisfied) expect(satisfiedBy(given, new Set(seen)), vector.why).toBe(true)
      for (const seen of vector.unsatisfied) expect(satisfiedBy(given, new Set(seen)), vector.why).toBe(false)
    }
  })

  test('shares', async () => {
    type Shares = {
      files: string[]
      secretKey: string
      given: { why: string; shares: string[]; code: string | null }[]
    }
    const { secretKey, given } = await published<Shares>('shares', shareVectors(station))
    expect(toBase64(boxPublicKey(hex(secretKey)))).toBe(electionPackage.definition.constituency.electionKey)
    for (const { why, shares, code } of given) {
      const key = rebuildKey(
        shares.map((text, i) => ({ where: `share ${i}`, text })),
        electionPackage,
      )
      expect(codeOf(key), why).toBe(code)
      if (key.ok) expect(toHex(key.value)).toBe(secretKey)
    }
  })
})
