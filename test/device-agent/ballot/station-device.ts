/** Devices of a station with real stores, and officers' cards in a real reader that a test can pull at any command. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { WitnessParts } from '../../../device-agent/ballot/polls/card-witness.ts'
import { admitOfficer } from '../../../device-agent/ballot/polls/officer-card.ts'
import type { OfficerRole, PollsInput } from '../../../device-agent/ballot/polls/polls.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import type { Medium } from '../../../device-agent/store/medium.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation, type TestDevice } from '../../audit/fixtures.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { CARD_PIN as PIN, StationCards } from '../../fixtures/station-cards.ts'
import { realBuild, type WitnessBuild } from '../witness/weakened.ts'
import type { CardBench } from './card-bench.ts'

export const station = makeStation('card witness', { casts: [0, 0, 0] })
const random = seededRandom('card witness')
export const cards = new StationCards('card witness', station)

/** A fresh officer's card of the station. */
export function makeCard(role: OfficerRole): OfficerCard {
  return cards.officer(role)
}

/** When the card is pulled: before that command reaches it, or before its answer reaches the device. Commands are counted from 1. */
export interface Pull {
  readonly at: number
  readonly answerLost: boolean
}

/** Folders of all devices; to be removed after the tests. */
export const folders: string[] = []

/** One device with its disk. */
export class StationDevice {
  readonly device: TestDevice
  readonly #bench: CardBench
  readonly #build: WitnessBuild
  readonly #terminal = cards.terminal('ballot-device')
  #folder: string
  store: DeviceStore
  /** The disk as it was when the first byte of the last visit's heads was about to be written on the card. */
  imageAtFirstWrite: string | undefined
  /** Commands of the last visit. */
  commands = 0

  constructor(device: TestDevice, bench: CardBench, build: WitnessBuild = realBuild) {
    this.device = device
    this.#bench = bench
    this.#build = build
    this.#folder = mkdtempSync(join(tmpdir(), 'sandogh-station-device-'))
    folders.push(this.#folder)
    const { origin, certificate } = device
    const packageHash = toBase64(station.electionPackage.hash)
    const row = { origin, package: packageHash, certificate }
    const medium = valueOrThrow(build.Medium.create(this.#folder, row, random))
    this.store = build.DeviceStore.begin(this.#parts(medium), {
      version: 1,
      origin,
      certificate: toBase64(sha256(certificate)),
      package: packageHash,
      software: 'sandogh test',
      program: PROGRAM,
      random: 'seeded, not secret',
    })
  }

  /** The types of all entries. */
  get journal(): readonly string[] {
    return this.store.entriesFrom(0).map((entry) => JSON.parse(Buffer.from(entry).toString('utf8')).type)
  }

  get witness(): WitnessParts {
    const { electionPackage, authority } = station
    const line = '/dev/null'
    const config = {
      version: 1 as const,
      device: this.device.id,
      station: 's-1',
      authority: toBase64(authority.publicKey),
      lines: { touchscreen: line, cardReader: line, printer: line, ioBoard: line, display: line },
      bundles: this.#folder,
      calibration: { left: 0, right: 1, top: 0, bottom: 1 },
    }
    const home = {
      config,
      electionPackage,
      authorityKey: authority.publicKey,
      certificateDer: this.device.certificate,
    }
    return { home, store: this.store, clock: this.#bench.clock }
  }

  /** An officer's card is admitted, for nothing in particular: it brings and takes heads. */
  admit(card: OfficerCard, role: OfficerRole, pull?: Pull): Promise<PollsInput> {
    return this.#visit(card, pull, (reader) =>
      admitOfficer(
        reader,
        { role, pin: PIN },
        this.#checks(),
        (open, admitted) => this.#build.meetNeighbours(open, admitted, 'opening', this.witness),
        undefined,
      ),
    )
  }

  /** What the power cut leaves at this instant. */
  image(): string {
    const copy = mkdtempSync(join(tmpdir(), 'sandogh-station-device-'))
    folders.push(copy)
    cpSync(this.#folder, copy, { recursive: true })
    return copy
  }

  /** Goes on with the disk as it is, or with an image of it. */
  restart(image = this.#folder): void {
    this.store.close()
    this.#folder = image
    const medium = valueOrThrow(this.#build.Medium.open(image, random))
    this.store = valueOrThrow(this.#build.DeviceStore.resume(this.#parts(medium)))
  }

  #visit(
    card: OfficerCard,
    pull: Pull | undefined,
    work: (reader: CardReader) => Promise<PollsInput>,
  ): Promise<PollsInput> {
    this.commands = 0
    this.imageAtFirstWrite = undefined
    return this.#bench.during(card, (reader) => work(this.#pulled(reader, pull)))
  }

  #pulled(reader: CardReader, pull: Pull | undefined): CardReader {
    return {
      identity: reader.identity,
      counters: reader.counters,
      powerOn: () => reader.powerOn(),
      onCard: (listener) => reader.onCard(listener),
      heartbeat: () => reader.heartbeat(),
      onLost: (listener) => reader.onLost(listener),
      close: () => reader.close(),
      transmit: async (apdu) => {
        this.commands += 1
        // PUT DATA: nothing but the heads is written at a visit without a share of the day key.
        if (apdu.ins === 0xda) this.imageAtFirstWrite ??= this.image()
        const isOut = pull !== undefined && this.commands >= pull.at
        const reaches = !isOut || (this.commands === pull.at && pull.answerLost)
        const answer = reaches ? await reader.transmit(apdu) : undefined
        return isOut || answer === undefined ? { ok: false, error: 'removed' } : answer
      },
    }
  }

  #checks() {
    return {
      authorityKey: station.authority.publicKey,
      station: 's-1',
      origin: this.device.origin,
      terminal: this.#terminal,
      certificatesAt: this.#bench.clock.now(),
      random,
    }
  }

  #parts(medium: Medium) {
    const { log, message, witness } = this.device.keys
    return {
      media: [medium] as const,
      electionPackage: station.electionPackage,
      logSigner: signerFromSeed(log),
      messageSigner: signerFromSeed(message),
      witnessSigner: signerFromSeed(witness),
      authorityKey: station.authority.publicKey,
      boot: 'boot',
      clock: this.#bench.clock,
      random,
    }
  }
}

export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
