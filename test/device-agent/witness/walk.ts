/** Three devices of a station and the officers' cards that go from one to the other, without any device program: journals are cut from real ones. */
import { encodeEntry } from '../../../core/journal/entry.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import { StationMemory } from '../../../device-agent/store/station-memory.ts'
import {
  exchangeHeads,
  findOwnAlarm,
  type NeighbourAlarm,
  type OwnAlarm,
  verifiedHeads,
} from '../../../device-agent/witness/exchange.ts'
import { encodeHeads, parseHeads } from '../../../device-agent/witness/station-heads.ts'
import { makeStation, OPENING, type TestDevice } from '../../audit/fixtures.ts'

export const station = makeStation('walk', { casts: [40, 33, 5] })
export const { definition } = station.electionPackage
export const [first, second, third] = station.devices as [TestDevice, TestDevice, TestDevice]
export const checks = {
  definition,
  station: definition.stations.find(({ devices }) => devices.includes(first.id))?.id ?? '',
  authorityKey: station.authority.publicKey,
  nowMs: OPENING,
}

/** An officer's card: what stands in its object 0203. */
export class WalkingCard {
  bytes: Uint8Array = new Uint8Array(0)
}

/** A device whose journal is the beginning of a real one, longer at every step. */
export class WalkingDevice {
  readonly device: TestDevice
  readonly memory: StationMemory
  readonly #entries: readonly Uint8Array[]
  readonly #origin: string
  readonly #carried = new Map<WalkingCard, number>()
  size: number

  constructor(device: TestDevice, size = 1, entries = device.entries, origin = device.origin) {
    this.device = device
    this.#entries = entries
    this.#origin = origin
    this.size = size
    this.memory = new StationMemory([], { definition, origin }, [])
  }

  get length(): number {
    return this.#entries.length
  }

  /** The same device as it was at an earlier size, with what it remembered then: nothing. */
  restoredAt(size: number, entries = this.#entries): WalkingDevice {
    return new WalkingDevice(this.device, size, entries, this.#origin)
  }

  /** The officer puts the card in. */
  meet(card: WalkingCard): { readonly own?: OwnAlarm; readonly alarms: readonly NeighbourAlarm[] } {
    const { id, keys, certificate } = this.device
    const entries = this.#entries.slice(0, this.size)
    const heads = verifiedHeads(valueOrThrow(parseHeads(card.bytes, 'card')), checks)
    const own = findOwnAlarm(heads, { device: id, origin: this.#origin, entries })
    if (own !== undefined) return { own, alarms: [] }
    const checkpoint = { origin: this.#origin, size: this.size, root: rootOf(entries.map(leafHash)) }
    const closing = entries.findIndex((entry) => Buffer.from(entry).includes('"type":"polls.closed"'))
    const exchanged = exchangeHeads(
      heads,
      {
        device: id,
        origin: this.#origin,
        certificate,
        entries,
        note: signCheckpoint(checkpoint, signerFromSeed(keys.log)),
        witness: signerFromSeed(keys.witness),
        ...(closing >= 0 && { closing }),
      },
      {
        neighbours: this.memory.neighbours,
        carried: [...new Set([...this.#carried.values(), ...this.memory.cosignedSizes])],
      },
      checks,
    )
    this.memory.keep([...exchanged.learned, ...(exchanged.seen ? [exchanged.seen] : [])])
    card.bytes = encodeHeads(exchanged.heads)
    this.#carried.set(card, this.size)
    return { alarms: exchanged.alarms }
  }
}

/** A history that differs from the real one from entry `from` on. */
export function otherHistory(device: TestDevice, from: number): readonly Uint8Array[] {
  return device.entries.map((entry, seq) =>
    seq < from ? entry : encodeEntry({ type: 'card.refused', reason: 'blank' }, seq, OPENING),
  )
}
