/** A closed day of a build, as the public gets it and as only a judge knows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseBatches } from '../../core/bundle/bundle.ts'
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { recorded } from '../adversary/day.ts'
import { exportBundle } from '../device-agent/ballot/on-stick.ts'
import { makeHome, newFolder } from '../device-agent/store/device.ts'
import { openHome } from '../device-agent/store/home.ts'
import {
  device,
  deviceRow,
  officers,
  opening,
  openPolls,
  partsFor,
  station,
  Voters,
} from '../device-agent/store/voting.ts'
import type { Build } from './weakened/weaken.ts'

/** What one device left behind, and whose each part of it is. Voters are numbered from 0 in the order of casting. */
export interface ExportedDay {
  /** The folder with the device's database, for who has the disk. */
  readonly disk: string
  /** Sealed ballots of `batches.jsonl`, batch by batch, in its order. */
  readonly batches: readonly (readonly Uint8Array[])[]
  /** Tags of `spent-tags.json`, in its order. */
  readonly tags: readonly Uint8Array[]
  readonly voterOfBallot: (sealed: Uint8Array) => number
  readonly voterOfTag: (tag: Uint8Array) => number
  /** By voter: the ballot style, which is public. */
  readonly styles: readonly string[]
}

/** Runs a day on one device of the test station and exports its bundle. */
export function exportDay(build: Build, ballots: number, seed: string): ExportedDay {
  const disk = newFolder()
  const random = recorded(seededRandom(seed))
  const medium = valueOrThrow(build.Medium.create(disk, deviceRow, random))
  const store = build.DeviceStore.begin({ ...partsFor([medium], seed), random }, opening)
  openPolls(store)
  const voters = new Voters(seed)
  const voterOfId = new Map<string, number>()
  const voterOfTag = new Map<string, number>()
  for (let voter = 0; voter < ballots; voter += 1) {
    random.drawn.length = 0
    voters.vote(store)
    for (const id of random.drawn) voterOfId.set(toHex(id), voter)
    voterOfTag.set(toHex(store.spentTags.at(-1) ?? new Uint8Array()), voter)
  }
  store.closePolls(officers)
  const bundle = exportBundle(openHome(makeHome()), store)
  store.close()

  const batches = [
    ...valueOrThrow(parseBatches(readFileSync(join(bundle, 'batches.jsonl')), 'batches')).values(),
  ]
  const tags: string[] = JSON.parse(readFileSync(join(bundle, 'spent-tags.json'), 'utf8'))
  const { definition, hash } = station.electionPackage
  const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
  const voterOfBallot = new Map<string, number>()
  const styles: string[] = []
  for (const sealed of batches.flat()) {
    const place = { definition, packageHash: hash, origin: device.origin }
    const opened = build.sealedBallot.openBallot(place, sealed, secretKey)
    const voter = 'id' in opened ? voterOfId.get(toHex(opened.id)) : undefined
    if (voter === undefined || !('id' in opened)) throw new Error('an exported ballot is nobody’s')
    voterOfBallot.set(toHex(sealed), voter)
    styles[voter] = opened.style
  }
  return {
    disk,
    batches,
    tags: tags.map((tag) => fromBase64(tag) ?? new Uint8Array()),
    voterOfBallot: lookUp(voterOfBallot),
    voterOfTag: lookUp(voterOfTag),
    styles,
  }
}

function lookUp(voters: ReadonlyMap<string, number>): (bytes: Uint8Array) => number {
  return (bytes) => {
    const voter = voters.get(toHex(bytes))
    if (voter === undefined) throw new Error('what was exported belongs to no voter')
    return voter
  }
}
