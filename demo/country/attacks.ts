/** Messages of whoever means ill, made with the keys that they would have, and what the centre must say of each. */
import { signTally } from '../../core/bundle/bundle.ts'
import { JOURNAL_ID_BYTES, originOf } from '../../core/bundle/names.ts'
import { encodeEntry, parseEntry } from '../../core/journal/entry.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import type { Kind } from '../../core/messages/topic.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { CountryDevice } from './country-file.ts'
import { issuingOf } from './election.ts'
import type { Clone, Forgery } from './fault-plan.ts'

/** A message, and the kind of alarm that it must raise. */
export interface Attack {
  readonly kind: Kind<'up'>
  readonly payload: Uint8Array
  readonly alarm: string
}

/** A device with its journal. */
export interface Victim {
  readonly device: CountryDevice
  readonly entries: readonly Uint8Array[]
}

/** Somebody who has the device's TLS key, and not those by which it signs. @param other whose tally is shown as its own */
export function forged(
  forgery: Forgery,
  { device, entries }: Victim,
  other: CountryDevice,
  seed: string,
  { definition }: ElectionPackage,
): Attack {
  const own = signerFromSeed(sha256(Buffer.from(`forger of ${device.id} in ${seed}`)))
  const { origin, certificate } = device
  const entriesAs = (signer: Signer, der: Uint8Array) =>
    encodeEntriesMessage({
      origin,
      from: 0,
      entries,
      checkpoint: checkpointOf(origin, entries, signer),
      certificate: der,
    })
  switch (forgery) {
    case 'checkpoint-key':
      return { kind: 'entries', payload: entriesAs(own, certificate), alarm: 'forged' }
    case 'certificate': {
      const key = toBase64(own.publicKey)
      const issuing = issuingOf(seed, `forged certificate of ${device.id}`)
      const der = issueCertificate({
        ...issuing,
        authority: own,
        authorityName: definition.authority,
        subject: device.id,
        publicKeySpki: ed25519Spki(own.publicKey),
        role: 'device',
        keys: { log: key, message: key, witness: key },
        serial: Uint8Array.of(1),
      })
      return { kind: 'entries', payload: entriesAs(own, der), alarm: 'forged' }
    }
    case 'tally-key':
      return { kind: 'tally', payload: otherTally(device, own), alarm: 'forged' }
    case 'other-device':
      return { kind: 'tally', payload: Buffer.from(other.tally), alarm: 'forged' }
  }
}

/** The device itself signs other counts than those it committed to. */
export function lied({ device }: Victim): Attack {
  return {
    kind: 'tally',
    payload: otherTally(device, signerFromSeed(device.messageSeed)),
    alarm: 'other-tally',
  }
}

/** A copy of the device, keys and all. */
export function cloned(clone: Clone, { device, entries }: Victim, electionPackage: ElectionPackage): Attack {
  const { certificate } = device
  const signer = signerFromSeed(device.logSeed)
  const [first] = entries
  const last = entries.at(-1)
  if (first === undefined || last === undefined) throw new Error('a device without a journal')
  if (clone === 'fork') {
    // It closed as the device did, and printed something else.
    const { at } = valueOrThrow(parseEntry(last, entries.length - 1, device.id))
    const event = { type: 'report.printed', report: 'totals' } as const
    const forked = [...entries.slice(0, -1), encodeEntry(event, entries.length - 1, Date.parse(at))]
    const { origin } = device
    const checkpoint = checkpointOf(origin, forked, signer)
    const payload = encodeEntriesMessage({ origin, from: 0, entries: forked, checkpoint, certificate })
    return { kind: 'entries', payload, alarm: 'equivocation' }
  }
  const id = sha256(Buffer.from(`second journal of ${device.id}`)).subarray(0, JOURNAL_ID_BYTES)
  const origin = originOf(electionPackage.definition, device.id, id)
  const { seq: _, at, ...opening } = valueOrThrow(parseEntry(first, 0, device.id))
  if (opening.type !== 'journal.opened') throw new Error('a journal that does not begin')
  const begun = [encodeEntry({ ...opening, origin }, 0, Date.parse(at))]
  const checkpoint = checkpointOf(origin, begun, signer)
  const payload = encodeEntriesMessage({ origin, from: 0, entries: begun, checkpoint, certificate })
  return { kind: 'entries', payload, alarm: 'second-journal' }
}

/** What a flood is made of: nothing that anybody could read. */
export function flooding(): Attack {
  return { kind: 'entries', payload: Buffer.alloc(4_096, '{"flood":'), alarm: 'flood' }
}

function checkpointOf(origin: string, entries: readonly Uint8Array[], signer: Signer): string {
  const frontier = entries.map(leafHash).reduce(appendLeaf, emptyFrontier())
  return signCheckpoint({ origin, size: frontier.size, root: frontierRoot(frontier) }, signer)
}

/** The device's tally with one vote more for the first code that has one, and one less for another; signed by whom it may be. */
function otherTally({ origin, tally }: CountryDevice, signer: Signer): Uint8Array {
  const { payload } = JSON.parse(tally) as {
    payload: { salt: string; tally: { options: Record<string, number> }[] }
  }
  const options = payload.tally[0]?.options ?? {}
  const [from, to] = Object.keys(options).toSorted((a, b) => (options[b] ?? 0) - (options[a] ?? 0))
  if (from === undefined || to === undefined) throw new Error('a tally with fewer than two codes')
  options[from] = (options[from] ?? 0) - 1
  options[to] = (options[to] ?? 0) + 1
  const salt = fromBase64(payload.salt) ?? new Uint8Array()
  return Buffer.from(signTally({ origin, salt, tally: payload.tally as unknown as Json }, signer))
}
