/**
 * Which storage media of a device count. Each step is done on all of them in one order. One on which it fails counts no more from then on, and
 * whoever asked for the step says so in the journal of those that are left, before anything is acknowledged. The last one is never dropped:
 * where it fails, the device stops.
 */
import type { JournalEvent, MediumName } from '../../core/journal/catalogue.ts'
import type { Refusal } from '../../core/result.ts'
import { fail } from '../../core/result.ts'
import type { Distrust } from './distrust.ts'
import type { Further, LeftBehind } from './left-behind.ts'
import type { Medium } from './medium.ts'
import type { Slots } from './slots.ts'
import type { MediumSpace } from './space.ts'
import { graver, lossOf, SILENT, storageFault } from './storage-fault.ts'

/** What the store does with a medium, in this thread or in another. */
export type StoreMedium = Pick<
  Medium,
  Exclude<keyof Medium, 'slots' | 'space' | 'distrust' | 'leftBehind'>
> & {
  readonly slots: Pick<Slots, 'writeNext' | 'destroyPrevious' | 'destroyAll' | 'keys' | 'keep'>
  readonly space: Pick<MediumSpace, keyof MediumSpace>
  readonly distrust: Pick<Distrust, keyof Distrust>
  readonly leftBehind: Pick<LeftBehind, keyof LeftBehind>
}

/** Every medium of a device in the order in which they are written, whether it is there or not. */
export type AllMedia = readonly [StoreMedium, ...StoreMedium[]]

/** Why a medium does not count. */
type Why = (JournalEvent & { type: 'medium.lost' })['why']

/** A medium that stopped counting. */
export interface Loss {
  readonly medium: MediumName
  readonly why: Why
}

const NAMES: readonly MediumName[] = ['a', 'b']

/** Guards one thing: that nothing is written to, nor read from, a medium that does not count, but for the mark that it was left behind. */
export class Media {
  readonly #all: AllMedia
  readonly #boot: string
  #counted: readonly StoreMedium[]
  #behind: readonly StoreMedium[]
  #untold: Loss[] = []
  /** What those of them answered that refused a step. */
  #untoldErrors: unknown[] = []
  /** What the last medium answered that counted, or a graver answer to the same step: from then on it is the answer to everything. */
  #failure: unknown
  #isClosed = false

  /**
   * @param boot which start of the computer this is
   * @param behind sound media that hold less than those that count, and may catch up
   */
  constructor(
    all: AllMedia,
    boot: string,
    counted: readonly StoreMedium[] = all,
    behind: readonly StoreMedium[] = [],
  ) {
    if (all.length > NAMES.length) throw new Error('a device has two media')
    this.#all = all
    this.#boot = boot
    this.#counted = all.filter((medium) => counted.includes(medium))
    this.#behind = behind
  }

  /** Those that count, in order. */
  get counted(): readonly StoreMedium[] {
    return this.#counted
  }

  /** Those that may catch up. */
  get behind(): readonly StoreMedium[] {
    return this.#behind
  }

  nameOf(medium: StoreMedium): MediumName {
    return nameIn(this.#all, medium)
  }

  /** Does a step on every medium that counts. Throws where none is left. */
  each<T>(step: (medium: StoreMedium) => T): ReadonlyMap<StoreMedium, T> {
    this.#checkAny()
    const done = new Map<StoreMedium, T>()
    for (const medium of this.#counted) {
      const result = this.#tried(medium, step)
      if (result !== undefined) done.set(medium, result.value)
    }
    return done
  }

  /** Reads from the first medium that counts and answers. Throws where none does. */
  read<T>(step: (medium: StoreMedium) => T): T {
    this.#checkAny()
    for (const medium of this.#counted) {
      const result = this.#tried(medium, step)
      if (result !== undefined) return result.value
    }
    throw new Error('a store has at least one medium')
  }

  /** From now on it does not count. The last one stays: then whoever found it wanting has to say what to do. */
  drop(medium: StoreMedium, why: Why): void {
    if (this.#counted.length === 1) throw new Error('the last medium is not dropped')
    this.#counted = this.#counted.filter((each) => each !== medium)
    this.#untold.push({ medium: this.nameOf(medium), why })
  }

  /**
   * Does what brings a medium up that is behind; from then on it counts.
   * @returns false if the medium failed: it stays lost
   */
  restore(medium: StoreMedium, step: () => void): boolean {
    this.#behind = this.#behind.filter((each) => each !== medium)
    try {
      step()
    } catch (error) {
      if (lossOf(error) === undefined) throw error
      this.#untoldErrors.push(error)
      this.#distrust(medium, error)
      return false
    }
    const counted = [...this.#counted, medium]
    this.#counted = this.#all.filter((each) => counted.includes(each))
    return true
  }

  /** What a medium answers that is behind; undefined if it failed. */
  readBehind<T>(medium: StoreMedium, step: (medium: StoreMedium) => T): T | undefined {
    try {
      return step(medium)
    } catch (error) {
      if (lossOf(error) === undefined) throw error
      return undefined
    }
  }

  /** A loss that the journal does not know yet; the next call gives the next. */
  takeUntold(): Loss | undefined {
    if (this.#untold.length === 0) this.#untoldErrors = []
    return this.#untold.shift()
  }

  /**
   * The journal of those that count goes on without this one, which gets a mark: alone it would tell less than was acknowledged. One that takes no mark
   * stays without; what is not there or does not answer is not touched.
   */
  leaveBehind({ medium: name, why }: Loss, { origin, size }: Further): void {
    if (why === 'missing' || why === 'silent') return
    for (const medium of this.#all)
      if (this.nameOf(medium) === name)
        this.readBehind(medium, (left) => withRoom(left, () => left.leftBehind.mark({ origin, size })))
  }

  /** Lets go of all of them, of those too that do not count. Once: what had a descriptor's number then may be another file. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const medium of this.#all) {
      try {
        medium.close()
      } catch (error) {
        // What was acknowledged is on the disk; a medium that cannot even be closed was lost before, or will be at the next start.
        if (lossOf(error) === undefined) throw error
      }
    }
  }

  #checkAny(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /**
   * Before anything else is done: a program that is killed now must not believe that medium when it is started again. One that was full took
   * nothing, and shows nothing else.
   */
  #distrust(medium: StoreMedium, error: unknown): void {
    if (storageFault(error) === 'full') return
    const mark = (on: StoreMedium) => withRoom(on, () => on.distrust.mark(this.nameOf(medium), this.#boot))
    if (this.#failure === undefined) this.each(mark)
    // The last one failed as well: then neither is better than the other, if that can be written at all.
    else for (const other of this.#all) if (other !== medium) this.readBehind(other, mark)
  }

  #tried<T>(medium: StoreMedium, step: (medium: StoreMedium) => T): { readonly value: T } | undefined {
    try {
      return { value: step(medium) }
    } catch (error) {
      const why = lossOf(error)
      if (why === undefined) throw error
      if (this.#counted.length === 1) {
        this.#failure = this.#untoldErrors.reduce(graver, error)
        this.#distrust(medium, error)
        throw this.#failure
      }
      this.drop(medium, why)
      this.#untoldErrors.push(error)
      this.#distrust(medium, error)
      return undefined
    }
  }
}

/** Leaves a mark, if need be in the room that is kept there for votes: without it a start would believe what is not so. */
function withRoom({ space }: StoreMedium, mark: () => void): void {
  try {
    mark()
  } catch (refused) {
    if (storageFault(refused) !== 'full') throw refused
    space.giveBack()
    mark()
  }
}

/** The name of a medium by its place. */
export function nameIn(all: AllMedia, medium: StoreMedium): MediumName {
  const name = NAMES[all.indexOf(medium)]
  if (name === undefined) throw new Error('this is no medium of this device')
  return name
}

/** In the place of a medium that could not be opened. */
export function absentMedium(folder: string, refusal: Refusal): StoreMedium {
  const gone = failing(`${folder}: ${refusal.what}`, 'ENODEV')
  return { ...goneMedium(folder, gone), records: () => fail(refusal) }
}

/** In the place of a medium that does not answer: it is never touched. */
export function silentMedium(folder: string): StoreMedium {
  return goneMedium(folder, failing(`${folder}: no answer in time`, SILENT))
}

function failing(what: string, code: string): () => never {
  return () => {
    throw Object.assign(new Error(what), { code })
  }
}

function goneMedium(folder: string, gone: () => never): StoreMedium {
  return {
    folder,
    slots: { writeNext: gone, destroyPrevious: gone, destroyAll: gone, keys: gone, keep: gone },
    space: { disk: gone, ballotsLeft: gone, reserve: gone, renew: gone, makeRoom: gone, giveBack: gone },
    distrust: { mark: gone, marked: gone },
    leftBehind: { mark: gone, sizeOf: gone },
    records: gone,
    ballots: gone,
    adopted: gone,
    commit: gone,
    pool: gone,
    slip: gone,
    totals: gone,
    settleSheet: gone,
    markTallyAnswered: gone,
    receipt: gone,
    storeReceipt: gone,
    storeHeads: gone,
    close: () => {},
  }
}
