/** What the centre must be told about a message that it does not take. Each is a value: nothing from outside throws. */
import type { Refusal } from '../../core/result.ts'

export type Alarm = {
  /**
   * The device whose topic it came on, as the broker's access list vouches for it; of what people brought the one that signed it, or the empty text if none
   * did: then it says nothing of any device, and is not kept.
   */
  readonly device: string
} & (
  | {
      /** A message that cannot be read, or a journal that no device would write: its totals do not count. */
      readonly kind: 'malformed'
      readonly refusal: Refusal
    }
  | {
      /** A certificate or signature that does not hold, or that belongs to another device or election. */
      readonly kind: 'forged'
      readonly refusal: Refusal
    }
  | {
      /** Entries that the checkpoint beside them does not cover. Ask again; suspect. */
      readonly kind: 'inconsistent'
      readonly refusal: Refusal
    }
  | {
      /** Entries are missing between those held and those sent: the device was asked to send again. */
      readonly kind: 'gap'
      readonly origin: string
      readonly have: number
      readonly from: number
    }
  | {
      /**
       * The loudest there is: the device signed two histories. `shown` is the checkpoint that contradicts the entries held, `held` the
       * latest checkpoint before it; of one size, the two notes alone are the proof, else the entries held belong to it.
       */
      readonly kind: 'equivocation'
      readonly origin: string
      readonly size: number
      readonly held: string
      readonly shown: string
    }
  | {
      /**
       * A device id used twice: a second journal begins. A device that was set up anew, or a copy; people find out which, and the result
       * counts no totals of either until they have.
       */
      readonly kind: 'second-journal'
      readonly origin: string
      readonly other: string
    }
  | {
      /**
       * One journal more than are kept of a device: nothing of it was. It may be the only honest one, for who has a device's keys may have begun the others
       * before: people bring its stick.
       */
      readonly kind: 'further-journal'
      readonly origin: string
    }
  | {
      /**
       * A device whose place a spare took signed more than the spare took over, or another history of it, or closed, or a second spare took the same
       * place: the same ballots, or different ones, are at two places, and no totals of either count. `by` is the spare that took over first, or the second.
       */
      readonly kind: 'takeover-fork'
      readonly origin: string
      readonly by: string
      readonly what: 'went-on' | 'other-history' | 'closed' | 'taken-over-twice'
    }
  | {
      /**
       * A device that two officers declared dead at `by` is not: it signed more entries since (`went-on`, it may only have learned of it), or it
       * closed. If it closed there are two accounts of it, and no totals of it count.
       */
      readonly kind: 'not-dead'
      readonly origin: string
      readonly by: string
      readonly what: 'went-on' | 'closed'
    }
  | {
      /**
       * A released tally that is not the one to which the journal's closing entry commits, or that one signed a second time, which no device does;
       * or a sheet that does not fit such entries.
       */
      readonly kind: 'other-tally'
      readonly refusal: Refusal
    }
  | {
      /** Privacy: a device sent its own totals although a device of its station has too few ballots. No copy of them is kept. */
      readonly kind: 'small-device'
      readonly refusal: Refusal
    }
  | {
      /** The reporting device signed a second sheet of its station. If it says something else neither counts until people have found out why. */
      readonly kind: 'second-sheet'
      readonly refusal: Refusal
    }
  | {
      /**
       * A device's clock: an entry of a time that has not come yet, or earlier than the one before it. Entries that are only old say nothing: a
       * device may have been without a line.
       */
      readonly kind: 'clock'
      readonly origin: string
      readonly seq: number
      readonly at: string
      readonly what: 'ahead' | 'backwards'
    }
  | {
      /** A device of the definition of which nothing new was heard for long. Told once for each silence, and again where it could not be kept. */
      readonly kind: 'stale'
      /** When it was heard last as the store says, milliseconds since 1970; `undefined` if never. */
      readonly since: number | undefined
    }
  | {
      /** A device sent faster than it may: what was over its share was dropped unread, and others were not held up. Told once a minute while it lasts. */
      readonly kind: 'flood'
    }
  | {
      /** The centre's own trouble, such as a full disk or a fault of its program. The device has no receipt and will send again. */
      readonly kind: 'not-stored'
      readonly reason: string
    }
)

export type AlarmKind = Alarm['kind']
