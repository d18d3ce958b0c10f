/**
 * The station's day key on its way between the officers' cards and this device's memory. The first device of the morning draws it and
 * shares it 2 of 3 over the executive's, the supervisor's and the sealed spare card; every other device, and any that restarts, gets it
 * back from two cards.
 *
 * ```
 * share on a card (object 0202) = day-key id(16) || SHA-256(station id)(32) || number(1) || share(32)
 * day-key id                    = first 16 bytes of SHA-256("sandogh/v1/day-key" || key)
 * ```
 */
import { concatBytes, equalBytes, sha256, toHex } from '../../../core/keys/hash.ts'
import { combineShares, recoverShare, splitSecret } from '../../../core/keys/shares.ts'
import type { Random } from '../../../core/ports.ts'
import type { OfficerRole } from './polls.ts'

const KEY_BYTES = 32
const ID_BYTES = 16
const STATION_BYTES = 32
const SHARE_BYTES = ID_BYTES + STATION_BYTES + 1 + KEY_BYTES
/** Each role holds the share of its number. */
const ROLES: readonly OfficerRole[] = ['executive', 'supervisory', 'spare']
const THRESHOLD = 2

/**
 * What a card's share does for the key: read, or to be written because the key was drawn here just now, or erased because nobody can have
 * opened with its key. `start-with-this`: the other card has a share of a key that was drawn here and lost before this card had its own, or
 * this one has a share of a key that another device drew meanwhile.
 */
export type Presented =
  | { readonly is: 'read' }
  | { readonly is: 'write'; readonly share: Uint8Array }
  | { readonly is: 'erase' }
  | { readonly is: 'refused'; readonly why: 'cards-differ' | 'no-share' | 'start-with-this' }

/** Gathers one day key from cards, or draws it. One gathering is for one opening or resuming. */
export class DayKeyGathering {
  readonly #station: Uint8Array
  readonly #random: Random
  /** Set when the key was drawn here: the shares to be written, by role. */
  #drawn: { readonly key: Uint8Array; readonly shares: readonly Uint8Array[] } | undefined
  readonly #read: Uint8Array[] = []
  readonly #drawnHere: readonly string[]
  readonly #shared: readonly string[]
  /** Whose cards took their share of the key that was drawn here just now. */
  readonly #written = new Set<OfficerRole>()
  /** Another device has drawn a key too: the one drawn here is forgotten, and the admission must begin anew. */
  #yielded = false

  /**
   * @param drawnHere ids of keys that were drawn here before and are not known any more
   * @param shared those of them of which the executive's and the supervisor's card both took their share. Polls open with both, so nobody has
   *   opened with any other, and its shares may be written over; one of these never is, whatever the cards show now.
   */
  constructor(station: string, random: Random, drawnHere: readonly string[], shared: readonly string[]) {
    this.#station = sha256(Buffer.from(station))
    this.#random = random
    this.#drawnHere = drawnHere
    this.#shared = shared
  }

  /** Whether the key was drawn here, so that all three cards must take their share. */
  get isDrawn(): boolean {
    return this.#drawn !== undefined && !this.#yielded
  }

  /** Whether the third card must come too: the key was drawn here, now or before a power cut that may have come before the third card. */
  get wantsAllCards(): boolean {
    const [first] = this.#read
    return this.isDrawn || (first !== undefined && this.#drawnHere.includes(toHex(idOf(first))))
  }

  /** A card has its share of the key that was drawn here. */
  written(role: OfficerRole): void {
    this.#written.add(role)
  }

  /** Whether the two cards that open the polls have their shares of it. */
  get isShared(): boolean {
    return this.isDrawn && this.#written.has('executive') && this.#written.has('supervisory')
  }

  /** Id of the key that was drawn here, hex. */
  get drawnId(): string | undefined {
    return this.#drawn && toHex(dayKeyId(this.#drawn.key))
  }

  /**
   * Takes the share of one admitted card.
   * @param stored what stands on the card, or undefined if nothing does
   * @param mayDraw only the opening of the first device of a station may draw a key
   */
  present(role: OfficerRole, stored: Uint8Array | undefined, mayDraw: boolean): Presented {
    if (this.#yielded) return { is: 'refused', why: 'start-with-this' }
    const third = role === 'spare' && mayDraw ? this.#thirdShare() : undefined
    if (third !== undefined && (stored === undefined || !equalBytes(idOf(stored), idOf(third))))
      return { is: 'write', share: third }
    if (stored === undefined) {
      const [other] = this.#read
      if (mayDraw && other !== undefined && this.#isLost(other))
        return { is: 'refused', why: 'start-with-this' }
      if (other !== undefined || !(mayDraw || this.isDrawn)) return { is: 'refused', why: 'no-share' }
      this.#drawn ??= this.#draw()
      const share = this.#drawn.shares[ROLES.indexOf(role)]
      if (share === undefined) throw new Error(`no share for ${role}`)
      return { is: 'write', share }
    }
    const own = this.#drawn?.shares[ROLES.indexOf(role)]
    // Written before the keys were turned back, or before the card's answer was lost.
    if (own !== undefined && (equalBytes(stored, own) || this.#isLost(stored)))
      return { is: 'write', share: own }
    const other = this.#read[0]
    const ofThisStation = stored.length === SHARE_BYTES && equalBytes(stationOf(stored), this.#station)
    const hasId = (id: Uint8Array | undefined) => id !== undefined && equalBytes(id, idOf(stored))
    if (ofThisStation && this.#drawn !== undefined && !hasId(dayKeyId(this.#drawn.key))) {
      this.#yielded = true
      return { is: 'refused', why: 'start-with-this' }
    }
    if (this.isDrawn || !ofThisStation || (other && !hasId(idOf(other)))) {
      // Whoever opened with a key needed it on both cards, and the other one has another.
      return mayDraw && other !== undefined && this.#isLost(stored)
        ? { is: 'erase' }
        : { is: 'refused', why: 'cards-differ' }
    }
    this.#read.push(stored)
    if (this.#read.length < THRESHOLD || this.key() !== undefined) return { is: 'read' }
    this.#read.pop()
    return { is: 'refused', why: 'cards-differ' }
  }

  /** The key, once two cards were read or all were written; undefined if the shares do not give the key they name. */
  key(): Uint8Array | undefined {
    if (this.#yielded) return undefined
    if (this.#drawn !== undefined) return this.#drawn.key
    const combined = combineShares(this.#read.map(bareShare))
    const [first] = this.#read
    if (!combined.ok || first === undefined || this.#read.length < THRESHOLD) return undefined
    return equalBytes(dayKeyId(combined.value), idOf(first)) ? combined.value : undefined
  }

  /**
   * The spare card's share once the two cards that open the polls have theirs. Whatever key it had a share of before, nobody has opened with:
   * that needed the other two.
   */
  #thirdShare(): Uint8Array | undefined {
    if (this.isShared) return this.#drawn?.shares[ROLES.indexOf('spare')]
    const [first] = this.#read
    if (this.isDrawn || first === undefined || this.key() === undefined) return undefined
    const share = recoverShare(this.#read.map(bareShare), ROLES.indexOf('spare') + 1)
    if (!share.ok) throw new Error('two shares that give the key give no third one')
    return concatBytes(idOf(first), this.#station, share.value)
  }

  #isLost(share: Uint8Array): boolean {
    const id = toHex(idOf(share))
    return (
      equalBytes(stationOf(share), this.#station) &&
      this.#drawnHere.includes(id) &&
      !this.#shared.includes(id)
    )
  }

  #draw(): { readonly key: Uint8Array; readonly shares: readonly Uint8Array[] } {
    const key = this.#random.bytes(KEY_BYTES)
    const id = dayKeyId(key)
    const shares = splitSecret(key, { threshold: THRESHOLD, count: ROLES.length }, this.#random)
    return { key, shares: shares.map((share) => concatBytes(id, this.#station, share)) }
  }
}

function dayKeyId(key: Uint8Array): Uint8Array {
  return sha256(Buffer.from('sandogh/v1/day-key'), key).subarray(0, ID_BYTES)
}

function bareShare(share: Uint8Array): Uint8Array {
  return share.subarray(ID_BYTES + STATION_BYTES)
}

function idOf(share: Uint8Array): Uint8Array {
  return share.subarray(0, ID_BYTES)
}

function stationOf(share: Uint8Array): Uint8Array {
  return share.subarray(ID_BYTES, ID_BYTES + STATION_BYTES)
}
