/** A head is believed only as its device signed it: each field bent in turn, and each guard once more with it taken away. */
import { describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { inclusionProof, leafHash, rootOf } from '../../../core/tlog/tree.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import type { HeadChecks } from '../../../device-agent/witness/verify-head.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { checks, definition, enrolledAgain, first, second, third } from './walk.ts'
import {
  anyEntryCloses,
  anyStation,
  anySubject,
  realBuild,
  unprovedClosing,
  type WitnessBuild,
  weakenedBuild,
} from './weakened.ts'

/** A whole journal's head with its closing entry. */
function headOf({ entries, origin, keys, certificate }: TestDevice): Closed {
  const leaves = entries.map(leafHash)
  const seq = entries.findIndex((entry) => Buffer.from(entry).includes('"type":"polls.closed"'))
  const checkpoint = { origin, size: entries.length, root: rootOf(leaves) }
  return {
    certificate,
    note: signCheckpoint(checkpoint, signerFromSeed(keys.log)),
    closing: { entry: entries[seq] as Uint8Array, proof: inclusionProof(leaves, seq), seq },
    proofs: [],
  }
}

type Closed = StationHead & Required<Pick<StationHead, 'closing'>>

function verdict(head: StationHead, { verifyHead }: WitnessBuild = realBuild, against: HeadChecks = checks) {
  const verified = verifyHead(head, against, 'card')
  return verified.ok ? 'believed' : verified.error.code
}

const whole = headOf(first)
const withClosing = (closing: Partial<Closed['closing']>): Closed => ({
  ...whole,
  closing: { ...whole.closing, ...closing },
})

test('a head as it was signed says of its journal what stands there', () => {
  const verified = realBuild.verifyHead(whole, checks, 'card')
  expect(verified).toMatchObject({
    ok: true,
    value: { device: first.id, origin: first.origin, size: first.entries.length, closedWith: 40 },
  })
})

/** The same election on another day than its certificates are for. */
const heldOn = (pollingDay: string) => ({ ...checks.definition, pollingDay })

describe('the closing entry', () => {
  const text = Buffer.from(whole.closing.entry).toString('utf8')
  const fewer = Buffer.from(text.replace('"casts":40', '"casts":39'))
  const { proof, seq } = whole.closing
  const bent = proof.map((hash, i) => (i === 0 ? hash.toReversed() : hash))

  test.each([
    ['with other counts', withClosing({ entry: fewer })],
    ['with a bent proof', withClosing({ proof: bent })],
    ['with a shorter proof', withClosing({ proof: proof.slice(1) })],
    ['with a longer proof', withClosing({ proof: [...proof, new Uint8Array(32)] })],
    ['with another number', withClosing({ seq: seq - 1 })],
    ["of another device's journal", { ...whole, closing: headOf(second).closing }],
    ['that is no entry', withClosing({ entry: Buffer.from('{}') })],
  ])('%s is not believed', (_, head) => {
    expect(verdict(head)).toBe('heads.closing')
  })

  test('with other counts would be believed if its proof were not asked for', async () => {
    expect(verdict(withClosing({ entry: fewer }), await weakenedBuild(unprovedClosing))).toBe('believed')
  })

  const leaves = first.entries.map(leafHash)
  const cast = first.entries.findIndex((entry) => Buffer.from(entry).includes('"type":"ballot.cast"'))
  const castInstead = withClosing({
    entry: first.entries[cast] as Uint8Array,
    proof: inclusionProof(leaves, cast),
    seq: cast,
  })

  test('that is a ballot cast, with a good proof, ends no journal', () => {
    expect(verdict(castInstead)).toBe('heads.closing')
  })

  test('that is a ballot cast would end it if the type were not asked', async () => {
    expect(verdict(castInstead, await weakenedBuild(anyEntryCloses))).toBe('believed')
  })
})

describe('the device', () => {
  const [s1] = definition.stations
  if (s1 === undefined) throw new Error('a station is needed')
  const twoStations = {
    ...checks,
    definition: {
      ...definition,
      stations: [
        { ...s1, devices: [first.id] },
        { ...s1, id: 's-2', devices: [second.id, third.id] },
      ],
    },
  }

  test('of another station says nothing here', () => {
    expect(verdict(headOf(second), realBuild, twoStations)).toBe('heads.station')
    expect(verdict(headOf(second), realBuild, { ...twoStations, station: 's-2' })).toBe('believed')
    expect(verdict(whole, realBuild, twoStations)).toBe('believed')
  })

  test('of another station would be heard if the station were not asked', async () => {
    expect(verdict(headOf(second), await weakenedBuild(anyStation), twoStations)).toBe('believed')
  })

  /** The second device signs a head of the first one's journal with its own key, and shows its own certificate. */
  const usurped = headOf({ ...first, keys: second.keys, certificate: second.certificate })

  test('that signs a head of a neighbour is not believed', () => {
    expect(verdict(usurped)).toBe('heads.journal')
  })

  test('that signs a head of a neighbour would be if the certificate could name any device', async () => {
    expect(verdict(usurped, await weakenedBuild(anySubject))).toBe('believed')
  })
})

describe('certificate and signature', () => {
  const other = { ...checks, authorityKey: signerFromSeed(third.keys.log).publicKey }
  const name = whole.note.split('\n')[0] ?? ''

  test.each<[string, StationHead, HeadChecks, string]>([
    ['by another authority', whole, other, 'certificate.'],
    ['before its time', whole, { ...checks, definition: heldOn('2020-01-01') }, 'certificate.'],
    ['after its time', whole, { ...checks, definition: heldOn('2030-01-01') }, 'certificate.'],
    ['of a later enrolment', { ...whole, certificate: enrolledAgain(first).certificate }, checks, 'note.'],
    [
      'with a note of another size',
      { ...whole, note: whole.note.replace(/\n\d+\n/, '\n3\n') },
      checks,
      'note.',
    ],
    ['without signature', { ...whole, note: whole.note.replace(/^— .*\n/m, '') }, checks, 'note.'],
    [
      'of another election',
      { ...whole, note: whole.note.replaceAll(name, `x${name}`) },
      checks,
      'heads.journal',
    ],
  ])('%s are not believed', (_, head, against, code) => {
    expect(verdict({ ...head, proofs: [] }, realBuild, against)).toMatch(
      new RegExp(`^${code}|^heads.closing`),
    )
    const { closing, ...open } = head
    expect(verdict(open, realBuild, against)).toContain(code)
    expect(closing).toBeDefined()
  })
})
