/** Three devices of a station and the officers' cards that go from one to the other, without any device program: journals are cut from real ones. */

import { makeDeviceKeys, requestEnrolment } from '../../../core/enrolment/device-request.ts'
import { encodeEntry } from '../../../core/journal/entry.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import type { MemoryOwner, StationMemory } from '../../../device-agent/store/station-memory.ts'
import type { NeighbourAlarm, OwnAlarm } from '../../../device-agent/witness/exchange.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import { enrolDevice } from '../../../provisioning/enrolment/enrolment.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation, OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { realBuild, type WitnessBuild } from './weakened.ts'

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

  get heads(): readonly StationHead[] {
    return realBuild.stationHeads.parseHeads(this.bytes).heads
  }

  set heads(heads: readonly StationHead[]) {
    this.bytes = realBuild.stationHeads.encodeHeads(heads)
  }
}

/** A device whose journal is the beginning of a real one, longer at every step. */
export class WalkingDevice {
  readonly device: TestDevice
  readonly memory: StationMemory
  readonly #entries: readonly Uint8Array[]
  readonly #origin: string
  readonly #carried = new Map<WalkingCard, number>()
  readonly #build: WitnessBuild
  readonly owner: MemoryOwner
  readonly #rows: Uint8Array[] = []
  size: number

  constructor(
    device: TestDevice,
    size = 1,
    entries = device.entries,
    origin = device.origin,
    build: WitnessBuild = realBuild,
  ) {
    this.#build = build
    this.device = device
    this.#entries = entries
    this.#origin = origin
    this.size = size
    const { keys, certificate } = device
    this.owner = {
      definition,
      witnessKey: signerFromSeed(keys.witness).publicKey,
      authorityKey: station.authority.publicKey,
      journal: {
        origin,
        day: { certificate: toBase64(sha256(certificate)) },
        checkpointAt: (size: number) => this.#noteAt(size),
      },
    }
    // The table of a disk; what Medium makes of it is the store's matter.
    const disk = { storeHeads: (heads: readonly Uint8Array[]) => void this.#rows.push(...heads) }
    this.memory = new build.StationMemory((step) => step(disk as Medium), this.owner, [])
  }

  get length(): number {
    return this.#entries.length
  }

  /** The same device as it was at an earlier size, with what it remembered then: nothing. */
  restoredAt(size: number, entries = this.#entries): WalkingDevice {
    return new WalkingDevice(this.device, size, entries, this.#origin)
  }

  /** Why the device would not start with what it has remembered. */
  get startProblem(): string | undefined {
    return this.#build.findHeadsProblem(this.#rows, this.owner)?.what
  }

  /** The officer puts the card in. */
  meet(card: WalkingCard): { readonly own?: OwnAlarm; readonly alarms: readonly NeighbourAlarm[] } {
    const { exchange, stationHeads } = this.#build
    const { id, keys, certificate } = this.device
    const entries = this.#entries.slice(0, this.size)
    const heads = exchange.verifiedHeads(stationHeads.parseHeads(card.bytes).heads, checks)
    const own = exchange.findOwnAlarm(heads, { device: id, origin: this.#origin, entries })
    if (own !== undefined) return { own, alarms: [] }
    const closing = entries.findIndex((entry) => Buffer.from(entry).includes('"type":"polls.closed"'))
    const exchanged = exchange.exchangeHeads(
      heads,
      {
        device: id,
        origin: this.#origin,
        certificate,
        entries,
        note: this.#noteAt(this.size),
        witness: signerFromSeed(keys.witness),
        dead: [],
        ...(closing >= 0 && { closing }),
      },
      {
        neighbours: this.memory.neighbours,
        carried: [...new Set([...this.#carried.values(), ...this.memory.cosignedSizes])],
        canKeep: (head) => this.memory.canKeep(head),
      },
      checks,
    )
    this.memory.keep([...exchanged.learned, ...exchanged.seen])
    card.bytes = stationHeads.encodeHeads(exchanged.heads)
    this.#carried.set(card, this.size)
    return { alarms: exchanged.alarms }
  }

  #noteAt(size: number): string {
    const root = rootOf(this.#entries.slice(0, size).map(leafHash))
    return signCheckpoint({ origin: this.#origin, size, root }, signerFromSeed(this.device.keys.log))
  }
}

/** The device enrolled a second time: new keys, a new certificate, and the journal under the old or a new origin. */
export function enrolledAgain(device: TestDevice, origin = device.origin): TestDevice {
  const { authority } = station
  const random = seededRandom(`enrolled again ${device.id}`)
  const keys = makeDeviceKeys(random)
  const notBefore = new Date('2026-06-02T00:00:00Z')
  const notAfter = new Date('2026-07-02T00:00:00Z')
  const request = requestEnrolment(device.id, keys)
  const issuing = { authority, random, notBefore, notAfter }
  const certificate = valueOrThrow(enrolDevice(request, definition, issuing, device.id))
  return { ...device, keys, certificate, origin }
}

/** A history that differs from the real one from entry `from` on. */
export function otherHistory(device: TestDevice, from: number): readonly Uint8Array[] {
  return device.entries.map((entry, seq) =>
    seq < from ? entry : encodeEntry({ type: 'card.refused', reason: 'blank' }, seq, OPENING),
  )
}
