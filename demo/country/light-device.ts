/**
 * A device of the simulated country: the real sync over a real connection, with the day that was made beforehand as its outbox. It says only what it
 * was told to say, and keeps what it was answered.
 */
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { encodeStatus } from '../../core/messages/status.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Logger, Random, Timer } from '../../core/ports.ts'
import { utcText } from '../../core/text/utc-second.ts'
import type { CentreAddress } from '../../device-agent/sync/link.ts'
import type { Outbox } from '../../device-agent/sync/outbox.ts'
import { type FlushEnd, type Sync, startSync } from '../../device-agent/sync/sync.ts'
import type { CountryDevice } from './country-file.ts'

/** What a device can lose: a receipt for its journal, or the answer for its tally. */
export type Lost = 'receipt' | 'answer'

/** What a device has to say: its closed journal, or that and its tally. */
export type Says = 'journal' | 'tally'

/** What all devices of a process share. */
export interface DeviceParts {
  readonly electionPackage: ElectionPackage
  readonly centreMessageKey: Uint8Array
  /** PEM. */
  readonly ca: string
  readonly servername: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly intervalMs: number
  /** Of the time that a device waits for an answer, so much passes: a small country has no time to lose. */
  readonly patience: number
  /** SHA-256 of the program's files, base64. */
  readonly program: string
  /** The device's whole journal, from the country's file. */
  readonly entriesOf: (number: number) => readonly Uint8Array[]
  readonly changed: (device: LightDevice, isUp: boolean) => void
}

/** What a device holds of the centre. */
export interface Held {
  readonly origin: string
  readonly receipts: readonly (readonly [size: number, cosignature: string])[]
  readonly isTallyAnswered: boolean
  readonly contradicted: boolean
  /** Kinds of answers that it lost once, and was given again. */
  readonly lost: readonly Lost[]
}

const READY = { state: 'ready', discardedBytes: 0, badChecksums: 0, timeouts: 0, reconnects: 0 } as const

/** One device. */
export class LightDevice implements Outbox {
  readonly origin: string
  readonly deviceId: string
  readonly number: number
  readonly certificate: Uint8Array
  readonly logKey: Uint8Array
  readonly #device: CountryDevice
  readonly #parts: DeviceParts
  #says: Says | 'nothing' | 'unanswered' = 'nothing'
  #receipts = new Map<number, string>()
  #isAnswered = false
  #contradicted = false
  #tellsHow = false
  /** Answers of these kinds are lost before they are on the disk, one of each: the device says the same again. */
  #toBeLost = new Set<Lost>()
  #lost = new Set<Lost>()
  #sync: Sync | undefined
  #giveUp: (() => void) | undefined

  constructor(device: CountryDevice, parts: DeviceParts) {
    this.#device = device
    this.#parts = parts
    this.origin = device.origin
    this.deviceId = device.id
    this.number = device.number
    this.certificate = device.certificate
    this.logKey = signerFromSeed(device.logSeed).publicKey
  }

  /** Connects, and goes on trying for ever. @param url of the side's broker, or of a link that flaps */
  connect(url: string): void {
    const { electionPackage, centreMessageKey, ca, servername, clock, random, logger, intervalMs, changed } =
      this.#parts
    const address: CentreAddress = {
      url,
      servername,
      tls: { key: ed25519PrivateKeyPem(this.#device.tlsSeed), cert: certificatePem(this.certificate), ca },
    }
    this.#sync = startSync({
      address,
      outbox: this,
      package: electionPackage,
      centreMessageKey,
      clock,
      networkClock: { ...clock, after: (ms, callback) => this.#deadline(ms, callback) },
      random,
      logger,
      intervalMs: () => intervalMs,
      contradicted: () => {
        this.#contradicted = true
      },
      // Its outbox lies in this process's memory: what throws there is a mistake of this program.
      failed: (error) => {
        throw error
      },
      linkChanged: (isUp) => changed(this, isUp),
      status: () => (this.#tellsHow ? this.#status() : undefined),
    })
  }

  /** From now on it says how it is at each turn of its timer, or no more. */
  tellHow(on: boolean): void {
    this.#tellsHow = on
  }

  /** From now on it has this to say. @returns how it ended, once the centre has answered for all of it */
  say(says: Says): Promise<FlushEnd> {
    if (this.#sync === undefined) throw new Error('a device that is not connected')
    this.#says = says
    return this.#sync.flush()
  }

  /** Sends its tally once, to nobody who answers. */
  sayUnanswered(): void {
    this.#says = 'unanswered'
    void this.#sync?.flush()
  }

  /** Nobody answers what was said unanswered: it is as if the time for an answer had passed. */
  hush(): void {
    this.#says = 'nothing'
    this.#giveUp?.()
  }

  /** As before anything was said: for another round, with another centre's store. */
  forget(): void {
    this.#says = 'nothing'
    this.#receipts = new Map()
    this.#isAnswered = false
  }

  /** The next answer of this kind is lost: what it answers is sent twice. */
  loseAnswer(kind: Lost): void {
    this.#toBeLost.add(kind)
  }

  get held(): Held {
    return {
      origin: this.origin,
      receipts: [...this.#receipts],
      isTallyAnswered: this.#isAnswered,
      contradicted: this.#contradicted,
      lost: [...this.#lost],
    }
  }

  async close(): Promise<void> {
    await this.#sync?.close()
  }

  receipted(): number {
    if (this.#says !== 'journal' && this.#says !== 'tally') return this.#device.size
    return Math.max(0, ...this.#receipts.keys())
  }

  journalFrom(from: number) {
    const { number, size, checkpoints } = this.#device
    const entries = from >= size ? [] : this.#parts.entriesOf(number).slice(from)
    return { entries, checkpoint: checkpoints.get(size) ?? '', size }
  }

  checkpointAt(size: number): string | undefined {
    return this.#device.checkpoints.get(size)
  }

  tally(): string | undefined {
    const isSaid = this.#says === 'unanswered' || (this.#says === 'tally' && !this.#isAnswered)
    return isSaid ? this.#device.tally : undefined
  }

  storeReceipt(size: number, cosignature: string): void {
    if (this.#isLost('receipt')) return
    this.#receipts.set(size, cosignature)
  }

  clearTally(): void {
    if (this.#isLost('answer')) return
    this.#isAnswered = true
  }

  /** Of a device whose polls have just been closed, with everything in order. */
  #status(): Uint8Array {
    const { clock, program } = this.#parts
    return encodeStatus({
      at: utcText(clock.now()),
      program,
      polls: 'closed',
      casts: 0,
      lines: { touchscreen: READY, 'card-reader': READY, printer: READY, 'io-board': READY, display: READY },
      media: { a: 'used', b: 'used' },
      power: 'mains',
      temperature: 'fine',
      room: 2_000,
      paper: 'enough',
      clock: 'in-the-day',
    })
  }

  #isLost(kind: Lost): boolean {
    if (!this.#toBeLost.delete(kind)) return false
    this.#lost.add(kind)
    return true
  }

  #deadline(ms: number, callback: () => void): Timer {
    const timer = this.#parts.clock.after(ms * this.#parts.patience, callback)
    this.#giveUp = () => {
      timer.cancel()
      callback()
    }
    return {
      cancel: () => {
        timer.cancel()
        this.#giveUp = undefined
      },
    }
  }
}
