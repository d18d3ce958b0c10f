/** Performs the effects of a voter's session: card, slip, the cast itself. Each ends in one input for the session. */
import type { Ballot } from '../../../core/election/ballot.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { PaperDocument } from '../../../ui/paper/document.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { cut, type PaperOutcome, type PaperPrinter, print, voidHangingSlip } from '../paper.ts'
import type { SessionEffect, SessionInput } from './session.ts'
import { type ClaimedCard, claimVoterCard, deviceHash, type VoterCardChecks } from './voter-card.ts'

/** What a session works with. */
export interface SessionParts {
  readonly store: DeviceStore
  readonly checks: Omit<VoterCardChecks, 'isSpent' | 'origin' | 'adoptedOrigin'>
  readonly reader: () => CardReader | undefined
  readonly printer: () => PaperPrinter | undefined
  readonly slip: (style: string, ballot: Ballot) => PaperDocument
  readonly voidSlip: () => PaperDocument
  /** Is told while a slip is printed. */
  readonly printProgress: (secondsLeft: number) => void
}

/** The timer is the loop's own; everything else is performed here. */
export type PerformedEffect = Exclude<SessionEffect, { readonly do: 'start-timer' | 'stop-timer' }>

/** One device's sessions, one after another. Guards the claimed card of the session in hand. */
export class SessionPerformer {
  readonly #parts: SessionParts
  #claimed: ClaimedCard | undefined
  /** Counts sessions: a card that was pulled while it was read must not be taken for the next one. */
  #session = 0

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Ballot style of the claimed card. */
  get style(): string | undefined {
    return this.#claimed?.style
  }

  /** The session is over: the authorization is forgotten. */
  forget(): void {
    this.#claimed?.nonce.fill(0)
    this.#claimed = undefined
    this.#session += 1
  }

  /** @returns what came of it, or nothing if the session it was for is over */
  async perform(effect: PerformedEffect): Promise<SessionInput | undefined> {
    switch (effect.do) {
      case 'read-card':
        return this.#readCard()
      case 'print-slip':
        return this.#printSlip(effect.ballot)
      case 'void-slip':
        return this.#voidSlip()
      case 'record':
        this.#record(effect.ballot)
        return { is: 'recorded' }
      case 'drop-slip':
        return this.#dropSlip()
      case 'release-card':
        return this.#releaseCard()
      case 'mark-card':
        // If it fails the spent tag still refuses the card for ever, and marks it when it comes back.
        await this.#claimed?.card.spend()
        return { is: 'card-marked' }
    }
  }

  async #readCard(): Promise<SessionInput | undefined> {
    const { store, checks, reader } = this.#parts
    const session = this.#session
    const present = reader()
    if (present === undefined) return { is: 'card-refused', why: 'unreadable' }
    const claimed = await claimVoterCard(present, {
      ...checks,
      origin: store.origin,
      ...(store.day.adopted && { adoptedOrigin: store.day.adopted.origin }),
      isSpent: (nonce) => store.isSpent(nonce),
    })
    if (session !== this.#session) {
      if (claimed.ok) claimed.value.nonce.fill(0)
      return undefined
    }
    if (!claimed.ok) {
      store.append({ type: 'card.refused', reason: claimed.error })
      return { is: 'card-refused', why: claimed.error }
    }
    this.#claimed = claimed.value
    return { is: 'card-accepted' }
  }

  async #releaseCard(): Promise<SessionInput | undefined> {
    const { store } = this.#parts
    const session = this.#session
    const released = await this.#claim().card.release(deviceHash(store.origin))
    if (released.ok) store.append({ type: 'card.released' })
    if (session !== this.#session) return undefined
    return { is: released.ok ? 'card-released' : 'card-kept' }
  }

  async #printSlip(ballot: Ballot): Promise<SessionInput> {
    const { store, printer, slip, printProgress } = this.#parts
    store.setSlip('printing')
    const outcome = await print(printer(), slip(this.#claim().style, ballot), printProgress)
    if (outcome === 'done') store.setSlip('hanging')
    else if (outcome.is === 'refused') store.setSlip('none')
    return this.#input(outcome, { is: 'slip-printed' })
  }

  async #voidSlip(): Promise<SessionInput> {
    const { store, printer, voidSlip } = this.#parts
    return this.#input(await voidHangingSlip(printer(), voidSlip(), store), { is: 'slip-voided' })
  }

  /** Synchronous from the voter's word to the disk: nothing else of this device runs in between. */
  #record(ballot: Ballot): void {
    const { style, nonce } = this.#claim()
    this.#parts.store.cast(style, ballot, nonce)
  }

  async #dropSlip(): Promise<SessionInput> {
    const outcome = await cut(this.#parts.printer())
    if (outcome === 'done') this.#parts.store.setSlip('none')
    return this.#input(outcome, { is: 'slip-dropped' })
  }

  #input(outcome: PaperOutcome, done: SessionInput): SessionInput {
    if (outcome === 'done') return done
    const { trouble } = outcome
    this.#parts.store.append({ type: 'printer.trouble', trouble })
    return { is: outcome.is === 'unknown' ? 'slip-indeterminate' : 'slip-refused', trouble }
  }

  #claim(): ClaimedCard {
    if (this.#claimed === undefined) throw new Error('a slip or a cast without a claimed card')
    return this.#claimed
  }
}
