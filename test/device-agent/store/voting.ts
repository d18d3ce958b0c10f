/**
 * A ballot device's store at work, for tests and for programs that tests kill: what it is made of, voters who vote by a seed, and a count kept
 * beside, by hand. Package and keys are those of the audit's test station: two contests, lists, two ballot styles.
 */
import { uniform } from '../../../core/ballot-box/draw.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { DeviceStore, OpeningOfficers, StoreParts } from '../../../device-agent/store/device-store.ts'
import type { StoreMedium } from '../../../device-agent/store/media.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { makeStation, OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'

export const station = makeStation('store', { casts: [0, 0], spares: ['s-01', 's-02'] })
export const device = station.devices[0] as TestDevice
export const clock = new VirtualClock(OPENING)
export const officers: OpeningOfficers = {
  executive: toBase64(sha256(Uint8Array.of(1))),
  supervisory: toBase64(sha256(Uint8Array.of(2))),
}

/** The day key as officers' cards would give it: a fresh copy, for the store wipes the one it was given. */
export function dayKey(): Uint8Array {
  return new Uint8Array(32).fill(7)
}

/** Everything the store needs beside its media. */
export function partsFor(
  media: StoreParts['media'],
  seed: string,
  { keys }: Pick<TestDevice, 'keys'> = device,
): StoreParts {
  return {
    media,
    electionPackage: station.electionPackage,
    logSigner: signerFromSeed(keys.log),
    messageSigner: signerFromSeed(keys.message),
    witnessSigner: signerFromSeed(keys.witness),
    authorityKey: station.authority.publicKey,
    boot: `boot of ${seed}`,
    clock,
    random: seededRandom(seed),
  }
}

/** Media as the store wants them: never none. */
export function atLeastOne([first, ...others]: readonly StoreMedium[]): StoreParts['media'] {
  if (first === undefined) throw new Error('a store without a medium')
  return [first, ...others]
}

/** The row of table device. */
export const deviceRow = {
  origin: device.origin,
  package: toBase64(station.electionPackage.hash),
  certificate: device.certificate,
}

/** The first entry. */
export const opening = {
  version: 1 as const,
  origin: device.origin,
  certificate: toBase64(sha256(device.certificate)),
  package: deviceRow.package,
  software: 'sandogh test',
  program: PROGRAM,
  random: 'seeded, not secret' as const,
}

/** The classes under test: the real ones, or those of a weakened build. */
export interface StoreBuild {
  readonly DeviceStore: typeof DeviceStore
  readonly Medium: typeof Medium
}

/** Opens the polls on an empty pool. */
export function openPolls(store: DeviceStore): void {
  valueOrThrow(store.preparePool(dayKey()))
  store.append({ type: 'report.printed', report: 'zero' })
  store.openPolls(officers)
}

/** What voters of the test station mean: by contest, the positions of candidates and of the list. */
const COUNCIL = [[], [0, 1], [2], [3, 4], [5], [2, 5], [0, 2, 4]] as const
const VILLAGE = [[], [0], [1]] as const

/** Voters one after another, and what they meant, counted without any code of the project. */
export class Voters {
  readonly #random
  /** By contest: blank, valid, then each option. */
  readonly shadow = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0],
  ]
  readonly nonces: Uint8Array[] = []

  constructor(seed: string) {
    this.#random = seededRandom(`voters of ${seed}`)
  }

  /** One voter votes and is counted here if the store did not throw. */
  vote(store: Pick<DeviceStore, 'cast'>): void {
    const council = [...(COUNCIL[uniform(COUNCIL.length, this.#random)] ?? [])]
    const village = [...(VILLAGE[uniform(VILLAGE.length, this.#random)] ?? [])]
    const city = uniform(7, this.#random) === 0
    const nonce = this.#random.bytes(16)
    if (city) store.cast('city', [council], nonce)
    else store.cast('both', [council, village], nonce)
    this.nonces.push(nonce)
    this.#count(0, council)
    if (!city) this.#count(1, village)
  }

  #count(contest: 0 | 1, choice: readonly number[]): void {
    const counts = this.shadow[contest] as number[]
    const add = (at: number) => {
      counts[at] = (counts[at] ?? 0) + 1
    }
    add(choice.length === 0 ? 0 : 1)
    for (const option of choice) add(2 + option)
  }
}
