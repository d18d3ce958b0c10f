/** Performs the effects of the polls: officers' cards, reports, opening, resuming, closing. Each ends in one input for the polls. */
import { pollingNoon } from '../../../core/election/polling-time.ts'
import { isZero, type Tally } from '../../../core/election/tally.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import type { Clock, Logger, Random, Signer } from '../../../core/ports.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { PaperDocument } from '../../../ui/paper/document.ts'
import type { DeviceStore, OpeningOfficers } from '../../store/device-store.ts'
import type { DeviceHome } from '../home.ts'
import { longerHours } from '../orders/hours.ts'
import { cut, type PaperOutcome, type PaperPrinter, printAndCut, voidHangingSlip } from '../paper.ts'
import {
  lastKnown,
  neighboursToRead,
  openDevices,
  type Results,
  type Settled,
  settleRelease,
} from '../release.ts'
import type { MemoryStick } from '../stick.ts'
import { type Declare, meetNeighbours } from './card-witness.ts'
import { DayKeyGathering } from './day-key.ts'
import { admitOfficer, findOfficer, type Meet, type OfficerChecks, takeLeave } from './officer-card.ts'
import type { Admitted, OfficerRole, PollsEffect, PollsInput } from './polls.ts'
import { refusedBox } from './refused-box.ts'

/** What the polls work with. */
export interface PollsParts {
  readonly store: DeviceStore
  readonly home: DeviceHome
  readonly messageSigner: Signer
  readonly stick: MemoryStick
  /** Given back for the closing. */
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly reader: () => CardReader | undefined
  readonly printer: () => PaperPrinter | undefined
  /** @param tally what the counters on the disk say */
  readonly zeroReport: (tally: Tally) => PaperDocument
  readonly minutes: () => PaperDocument
  readonly totals: (results: Results) => PaperDocument
  readonly voidSlip: () => PaperDocument
}

/** One device's polls. Guards the day key's shares while two officers are being admitted. */
export class PollsPerformer {
  readonly #parts: PollsParts
  #gathering: DayKeyGathering | undefined

  constructor(parts: PollsParts) {
    this.#parts = parts
  }

  /**
   * A new admission begins: shares that an abandoned one had read are forgotten. A key drawn here stays until the polls are open, because a
   * card may carry its share already.
   */
  beginAdmission(): void {
    if (this.#gathering?.isDrawn && this.#parts.store.day.polls === 'closed') return
    const { home, store, random } = this.#parts
    this.#gathering = new DayKeyGathering(
      home.config.station,
      random,
      store.day.drawnKeys,
      store.day.sharedKeys,
    )
  }

  async perform(effect: PollsEffect): Promise<PollsInput | undefined> {
    const { store } = this.#parts
    switch (effect.do) {
      case 'find-officer':
        return this.#findOfficer()
      case 'admit-officer':
        return this.#admitOfficer(effect)
      case 'take-leave':
        return this.#takeLeave(effect)
      case 'print-zero-report':
        return this.#zeroReport()
      case 'open-polls':
        return this.#openPolls(effect.by)
      case 'resume-polls':
        return this.#resumePolls(effect.by)
      case 'close-polls':
        if (store.day.stopped !== undefined) return { is: 'stopped', why: store.day.stopped }
        return this.#closePolls(effect.by)
      case 'print-minutes':
        return this.#report('minutes', this.#parts.minutes())
      case 'settle-totals':
        return this.#settleTotals()
      case 'print-totals':
        return this.#printTotals()
      case 'pause':
        store.append({ type: 'polls.paused', reason: effect.why })
        return undefined
    }
  }

  #closePolls(by: readonly Admitted[]): PollsInput {
    const { store, home, clock } = this.#parts
    const hours = longerHours(store.day, home.electionPackage.definition, clock.now())
    if (hours !== undefined) return { is: 'kept-open', ...hours }
    store.space.giveBack()
    store.closePolls(twoOfficers(by))
    return { is: 'polls-closed' }
  }

  async #findOfficer(): Promise<PollsInput> {
    const reader = this.#parts.reader()
    return reader === undefined ? { is: 'officer-refused', why: 'unreadable' } : findOfficer(reader)
  }

  async #admitOfficer(effect: PollsEffect & { do: 'admit-officer' }): Promise<PollsInput> {
    const { purpose, role, declare } = effect
    const { store } = this.#parts
    const reader = this.#parts.reader()
    if (reader === undefined) return { is: 'officer-refused', why: 'unreadable' }
    const gathering = this.#gathering
    const wantsKey = purpose === 'opening' || (purpose === 'resuming' && !store.isUnlocked)
    const share = wantsKey &&
      gathering && {
        gathering,
        mayDraw: purpose === 'opening',
        drawn: (id: string) => store.append({ type: 'day_key.drawn', id }),
        shared: (id: string) => store.append({ type: 'day_key.shared', id }),
      }
    const meet: Meet = (card, admitted) =>
      meetNeighbours(
        card,
        admitted,
        purpose,
        this.#parts,
        declare && (() => this.#declareDead(declare.device, [declare.beside, admitted])),
      )
    return this.#noted(role, await admitOfficer(reader, effect, this.#checks(), meet, share || undefined))
  }

  async #takeLeave(effect: PollsEffect & { do: 'take-leave' }): Promise<PollsInput> {
    const reader = this.#parts.reader()
    if (reader === undefined) return { is: 'officer-refused', why: 'unreadable' }
    const open = () => openDevices(this.#parts)
    const meet: Meet = (card, admitted) => meetNeighbours(card, admitted, 'leaving', this.#parts)
    const input = await takeLeave(reader, effect, this.#checks(), meet, open)
    return this.#noted(effect.role, input)
  }

  /** Once: a card that was pulled out before it had the word is put in again. */
  #declareDead(device: string, by: readonly Admitted[]): ReturnType<Declare> {
    const { store } = this.#parts
    if (store.day.dead.some((entry) => entry.device === device)) return true
    if (!openDevices(this.#parts).includes(device)) return false
    const last = lastKnown(this.#parts, device)
    store.append({
      type: 'device.declared_dead',
      device,
      ...(last && { known: { origin: last.origin, size: last.size, root: toBase64(last.root) } }),
      by: by.map(({ role, certificate }) => ({ role, certificate })),
    })
    return true
  }

  #checks(): OfficerChecks {
    const { store, home, random } = this.#parts
    const { station } = home.config
    const { authorityKey, cardTerminal: terminal, electionPackage } = home
    const certificatesAt = pollingNoon(electionPackage.definition)
    return { authorityKey, station, terminal, origin: store.origin, certificatesAt, random }
  }

  #noted(role: OfficerRole, input: PollsInput): PollsInput {
    const { store } = this.#parts
    if (input.is === 'pin-wrong') {
      store.append({ type: 'officer.pin_wrong', role, tries_left: input.triesLeft })
      if (input.triesLeft === 0) return { is: 'officer-refused', why: 'dead' }
    }
    if (input.is === 'stopped' && store.day.stopped === undefined)
      store.append({ type: 'device.stopped', why: input.why })
    return input
  }

  /** Anything but zero blocks the opening (VVSG 2.0, 1.1.5): that is no fault a poll worker can mend, so the device stops. */
  #zeroReport(): Promise<PollsInput> {
    const key = this.#gathering?.key()
    if (key === undefined) throw new Error('polls opened without a day key')
    const tally = valueOrThrow(this.#parts.store.preparePool(key))
    if (!isZero(tally)) throw new Error('the counters are not zero')
    return this.#report('zero', this.#parts.zeroReport(tally))
  }

  #openPolls(by: readonly Admitted[]): PollsInput {
    const { stopped } = this.#parts.store.day
    if (stopped !== undefined) return { is: 'stopped', why: stopped }
    this.#parts.store.openPolls(twoOfficers(by))
    this.#gathering = undefined
    return { is: 'polls-opened' }
  }

  async #resumePolls(by: readonly Admitted[]): Promise<PollsInput> {
    const { store, logger } = this.#parts
    if (!store.isUnlocked) {
      const key = this.#gathering?.key()
      const unlocked = key && store.unlock(key)
      if (!unlocked?.ok) return refusedBox(store, by, unlocked?.error, logger)
    }
    this.#gathering = undefined
    const settled = await this.#settleSlip()
    if (settled !== 'done') return this.#failed(settled)
    // The centre may have stopped this device while the printer worked.
    if (store.day.stopped !== undefined) return { is: 'stopped', why: store.day.stopped }
    store.space.renew()
    store.append({
      type: 'polls.resumed',
      by: by.slice(0, 2).map(({ role, certificate }) => ({ role, certificate })),
    })
    return { is: 'polls-resumed' }
  }

  /** A slip that hung when the device stopped: recorded, it is cut and dropped; not recorded, it is printed void and dropped. */
  async #settleSlip(): Promise<PaperOutcome> {
    const { store, printer, voidSlip } = this.#parts
    switch (store.slip) {
      case 'none':
        return 'done'
      case 'accepted': {
        const outcome = await cut(printer())
        if (outcome === 'done') store.setSlip('none')
        return outcome
      }
      case 'printing':
      case 'hanging':
      case 'void':
        return voidHangingSlip(printer(), voidSlip(), store)
    }
  }

  async #settleTotals(): Promise<PollsInput> {
    const { results, wanted, impossible } = await this.#settled()
    const due = results !== undefined && !this.#parts.store.day.totals
    const open = openDevices(this.#parts)
    return { is: 'totals-settled', due, wanted, impossible, open }
  }

  async #settled(): Promise<Settled> {
    const wanted = neighboursToRead(this.#parts)
    const onStick = wanted.length === 0 ? new Map() : await this.#parts.stick.readSealed(wanted)
    return settleRelease(this.#parts, onStick)
  }

  async #printTotals(): Promise<PollsInput> {
    const { results } = await this.#settled()
    if (results === undefined) throw new Error('totals to be printed that may not leave')
    return this.#report('totals', this.#parts.totals(results))
  }

  async #report(report: 'zero' | 'minutes' | 'totals', document: PaperDocument): Promise<PollsInput> {
    const outcome = await printAndCut(this.#parts.printer(), document)
    if (outcome !== 'done') return this.#failed(outcome)
    this.#parts.store.append({ type: 'report.printed', report })
    return { is: 'report-printed' }
  }

  #failed(outcome: Exclude<PaperOutcome, 'done'>): PollsInput {
    const { trouble } = outcome
    this.#parts.store.append({ type: 'printer.trouble', trouble })
    return { is: 'report-failed', trouble }
  }
}

function twoOfficers(by: readonly Admitted[]): OpeningOfficers {
  const of = (role: OfficerRole) => by.find((admitted) => admitted.role === role)?.certificate
  const executive = of('executive')
  const supervisory = of('supervisory')
  if (executive === undefined || supervisory === undefined) throw new Error('polls without both officers')
  return { executive, supervisory }
}
