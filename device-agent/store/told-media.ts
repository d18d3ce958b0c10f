/**
 * Steps on the media of a device by which one of them may be lost, or counts again: whatever became of a medium is in the journal of those that
 * count when a method here returns.
 */
import type { Result } from '../../core/result.ts'
import { bringUp, type Whole, wholeOf } from './catch-up.ts'
import type { ComparedMedia } from './compare-media.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { Loss, Media, StoreMedium } from './media.ts'

/** Guards one thing: that no medium is lost, and none counts again, without a word. */
export class ToldMedia {
  readonly #media: Media
  readonly #journal: JournalWriter
  /** Those that count only until another does. */
  #doubted: readonly StoreMedium[] = []

  constructor(media: Media, journal: JournalWriter) {
    this.#media = media
    this.#journal = journal
  }

  /** Does a step on every medium that counts. */
  onEach(step: (medium: StoreMedium) => void): void {
    this.readAll(step)
  }

  /** What each medium that counts answers. */
  readAll<T>(step: (medium: StoreMedium) => T): ReadonlyMap<StoreMedium, T> {
    const answers = this.#media.each(step)
    this.#journal.tellLosses()
    return answers
  }

  /** What the first medium answers that does. */
  read<T>(step: (medium: StoreMedium) => T): T {
    const value = this.#media.read(step)
    this.#journal.tellLosses()
    return value
  }

  /** What the first medium holds on which it is sound; those on which it is not are lost, though their journals hold. @returns the first refusal if it is sound on none */
  readSound<T>(step: (medium: StoreMedium) => Result<T>): Result<T> {
    const answers = this.#media.each(step)
    const [first, ...others] = answers.values()
    if (first === undefined) throw new Error('a store has at least one medium')
    const sound = [first, ...others].find((answer) => answer.ok)
    if (sound !== undefined)
      for (const [medium, answer] of answers) if (!answer.ok) this.#media.drop(medium, 'damaged')
    this.#journal.tellLosses()
    return sound ?? first
  }

  /** What the first medium holds of those that are behind and answer so; undefined if none does. */
  readBehind<T>(step: (medium: StoreMedium) => Result<T>): T | undefined {
    for (const medium of this.#media.behind) {
      const answer = this.#media.readBehind(medium, step)
      if (answer?.ok) return answer.value
    }
    return undefined
  }

  /**
   * At a start: brings up what lacks no vote, tells what became of each medium since the journal last spoke of it, and evens out what is in no
   * journal.
   */
  settle({ counted, short, behind, lost, doubted }: ComparedMedia): void {
    this.#doubted = doubted
    for (const medium of counted) this.#tellRestored(medium)
    const failed = short.filter(
      (medium) => !this.#restore(medium, (whole) => bringUp(medium, whole, undefined)),
    )
    const lossOf = (why: Loss['why']) => (medium: StoreMedium) => ({
      medium: this.#media.nameOf(medium),
      why,
    })
    for (const loss of [...lost, ...failed.map(lossOf('failed')), ...behind.map(lossOf('behind'))]) {
      if (!this.#journal.day.lostMedia.includes(loss.medium))
        this.#journal.write([{ type: 'medium.lost', ...loss }], {})
      // What is found damaged at a start never starts alone, and stays as it is for whoever examines it.
      if (loss.why !== 'damaged') this.#media.leaveBehind(loss, this.#journal.day)
    }
    this.#dropDoubted()
    if (this.#media.counted.length === 1) return
    const whole = this.read(wholeOf)
    this.onEach((medium) => bringUp(medium, whole, undefined))
  }

  /** Brings up what is behind; one that cannot take it stays lost. */
  catchUp(bring: (medium: StoreMedium, whole: Whole) => void): void {
    for (const medium of this.#media.behind) this.#restore(medium, (whole) => bring(medium, whole))
    this.#dropDoubted()
  }

  /** Lets go of all media. */
  close(): void {
    this.#media.close()
  }

  #restore(medium: StoreMedium, bring: (whole: Whole) => void): boolean {
    const whole = this.read(wholeOf)
    const isRestored = this.#media.restore(medium, () => bring(whole))
    if (isRestored) this.#tellRestored(medium)
    return isRestored
  }

  #dropDoubted(): void {
    for (const medium of this.#doubted)
      if (this.#media.counted.length > 1 && this.#media.counted.includes(medium))
        this.#media.drop(medium, 'failed')
    this.#journal.tellLosses()
  }

  #tellRestored(medium: StoreMedium): void {
    const name = this.#media.nameOf(medium)
    if (this.#journal.day.lostMedia.includes(name))
      this.#journal.write([{ type: 'medium.restored', medium: name }], {})
  }
}
