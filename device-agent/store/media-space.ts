/** Room for votes on all media of a device: each keeps its own, see `space.ts`. */
import { sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import type { Definition } from '../../core/election/definition.ts'
import type { StoreMedium } from './media.ts'
import type { ToldMedia } from './told-media.ts'

/** Rows and pages of one voter but for the sealed ballot: entry, checkpoint, tag; measured 0.6 kB with a short origin. */
const VOTER_BYTES = 2_048

/** What one more ballot may add to a database at most; a page is half full at worst. */
export function ballotBytes(definition: Definition): number {
  return VOTER_BYTES + 2 * sealedBallotSize(definition)
}

/** The room on all media that count. */
export class Space {
  readonly #media: ToldMedia
  readonly #ballot: number

  constructor(media: ToldMedia, definition: Definition) {
    this.#media = media
    this.#ballot = ballotBytes(definition)
  }

  /** For so many more ballots there is room on the fullest medium. */
  get ballotsLeft(): number {
    const left = this.#withFree((space, free) => space.ballotsLeft(this.#ballot, free))
    return Math.min(...left.values())
  }

  /**
   * Takes the room of a day on every medium.
   * @returns whether it is there; if not, nothing is kept
   */
  reserve(): boolean {
    const taken = this.#media.readAll(({ space }) => space.reserve(this.#ballot))
    const isTaken = [...taken.values()].every(Boolean)
    if (!isTaken) this.giveBack()
    return isTaken
  }

  /**
   * Voting begins in the middle of a day, at a takeover or where it is resumed: what was given back for an error's sake, or was never taken, is
   * taken now, as far as it is there. A medium that is nearly full stops nobody here; that is told otherwise.
   */
  renew(): void {
    this.#media.onEach(({ space }) => space.renew(this.#ballot))
  }

  /** Before a voter, and from time to time: gives back what the next ballot wants. */
  makeRoom(): void {
    this.#withFree((space, free) => space.makeRoom(this.#ballot, free))
  }

  /** The polls are being closed, or a medium refused: whatever was reserved is there to be written to. */
  giveBack(): void {
    this.#media.onEach(({ space }) => space.giveBack())
  }

  /** A step with what is free for each medium. Where several lie on one disk, as in a rehearsal, each has its share: what is free is there once. */
  #withFree<T>(step: (space: StoreMedium['space'], free: number) => T): ReadonlyMap<StoreMedium, T> {
    const disks = this.#media.readAll(({ space }) => space.disk())
    return this.#media.readAll((medium) => {
      const disk = disks.get(medium)
      if (disk === undefined) throw new Error('a medium that counts again between two steps')
      const sharing = [...disks.values()].filter(({ id }) => id === disk.id)
      return step(medium.space, Math.floor(disk.freeBytes / sharing.length))
    })
  }
}
