/** Word that a neighbour is dead, as it travels with a head on an officer's card: who may say it of whom, and what it takes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import { encodeEntry } from '../../../core/journal/entry.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { inclusionProof, leafHash, rootOf } from '../../../core/tlog/tree.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import type { HeadContent } from '../../../device-agent/witness/verify-head.ts'
import { OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { checks, definition, first, second, third } from './walk.ts'
import {
  anyStation,
  anyStationDeclares,
  oneOfficerDeclares,
  realBuild,
  type WitnessBuild,
  weakenedBuild,
} from './weakened.ts'

type Declared = JournalEvent & { readonly type: 'device.declared_dead' }

const officer = (role: 'executive' | 'supervisory' | 'spare', name: string = role) => ({
  role,
  certificate: toBase64(sha256(Buffer.from(name))),
})
const BOTH = [officer('executive'), officer('supervisory')]
const dead = (device: string, by = BOTH): Declared => ({ type: 'device.declared_dead', device, by })

/** The head of a device's journal with these entries behind its closing. */
function headWith({ entries, origin, keys, certificate }: TestDevice, ...said: readonly JournalEvent[]) {
  const added = said.map((event, i) => encodeEntry(event, entries.length + i, OPENING + 10_000_000))
  const all = [...entries, ...added]
  const leaves = all.map(leafHash)
  const included = (seq: number) => ({
    entry: all[seq] as Uint8Array,
    proof: inclusionProof(leaves, seq),
    seq,
  })
  const end = entries.findIndex((entry) => Buffer.from(entry).includes('"type":"polls.closed"'))
  const head = {
    certificate,
    note: signCheckpoint({ origin, size: all.length, root: rootOf(leaves) }, signerFromSeed(keys.log)),
    closing: included(end),
    dead: added.map((_, i) => included(entries.length + i)),
    proofs: [],
  }
  return { head, included }
}

function said(head: StationHead, build: WitnessBuild = realBuild, against = checks) {
  // As it comes from a card.
  const [read] = build.stationHeads.parseHeads(build.stationHeads.encodeHeads([head])).heads
  if (read === undefined) return 'no head'
  const verified = build.verifyHead(read, against, 'card')
  return verified.ok ? (verified.value as HeadContent).dead : verified.error.code
}

test('is believed of a neighbour, with its proof, as two officers said it', () => {
  expect(said(headWith(first, dead(second.id), dead(third.id)).head)).toEqual([second.id, third.id])
  expect(said(headWith(first).head)).toBe('no head')
})

describe('is not believed', () => {
  const whole = headWith(first, dead(second.id))
  const only = whole.head.dead[0] as (typeof whole.head.dead)[number]
  const another = headWith(second, dead(first.id)).head.dead[0] as typeof only

  test.each<readonly [string, StationHead]>([
    ['of itself', headWith(first, dead(first.id)).head],
    ['of a device of no station', headWith(first, dead('d-99')).head],
    ['twice of one device', headWith(first, dead(second.id), dead(second.id)).head],
    [
      'by one certificate',
      headWith(first, dead(second.id, [officer('executive'), officer('supervisory', 'executive')])).head,
    ],
    ['by one role', headWith(first, dead(second.id, [officer('spare'), officer('spare', 'another')])).head],
    ["from another device's journal", { ...whole.head, dead: [another] }],
    ['without its proof', { ...whole.head, dead: [{ ...only, proof: only.proof.slice(1) }] }],
    ['without the closing before it', (({ closing: _, ...rest }) => rest)(whole.head)],
    ['of another event', { ...whole.head, dead: [whole.head.closing] }],
  ])('%s', (_, head) => {
    expect(said(head)).toBe('heads.dead')
  })

  test('with any byte of its entry or proof changed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 7 }), fc.boolean(), (at, bit, inProof) => {
        const flat = inProof ? Buffer.concat(only.proof) : Buffer.from(only.entry)
        const place = at % flat.length
        flat[place] = (flat[place] ?? 0) ^ (1 << bit)
        const proof = only.proof.map((hash, i) =>
          inProof ? flat.subarray(32 * i, 32 * i + hash.length) : hash,
        )
        const bent = { ...only, proof, ...(!inProof && { entry: flat }) }
        const verified = realBuild.verifyHead({ ...whole.head, dead: [bent] }, checks, 'card')
        expect(verified).toMatchObject({ ok: false, error: { code: 'heads.dead' } })
      }),
      { numRuns: 100 },
    )
  })

  test('by one officer alone; it would be if the rule were not asked', async () => {
    const { head } = headWith(first, dead(second.id, [officer('executive'), officer('executive')]))
    expect(said(head)).toBe('heads.dead')
    expect(said(head, await weakenedBuild(oneOfficerDeclares))).toEqual([second.id])
  })

  test('on the card of another station; it would be if every station were heard', async () => {
    const [station] = definition.stations
    if (station === undefined) throw new Error('no station')
    const elsewhere = {
      ...checks,
      station: 's-9',
      definition: {
        ...definition,
        stations: [...definition.stations, { ...station, id: 's-9', devices: ['e-01'] }],
      },
    }
    expect(said(whole.head, realBuild, elsewhere)).toBe('heads.station')
    expect(said(whole.head, await weakenedBuild(anyStation), elsewhere)).toEqual([second.id])
  })

  test('of a device elsewhere; it would be if nobody asked whose neighbour it is', async () => {
    const { head } = headWith(first, dead('e-01'))
    expect(said(head)).toBe('heads.dead')
    expect(said(head, await weakenedBuild(anyStationDeclares))).toEqual(['e-01'])
  })
})
