/**
 * A press of a pointer: one finger, or the main button of a mouse, down and up on one element of the same painted screen. A second finger,
 * sliding off, a cancelled touch or a new screen in between make it none.
 */
import { elementAt } from '../../../ui/screen.ts'
import type { Place, ToDevice } from './messages.ts'
import type { Seen } from './seen.ts'

/** As much of a pointer event as counts. */
interface Pointer {
  readonly pointerId: number
  readonly pointerType: string
  /** The first of its kind: no other finger, or no other mouse, is down. */
  readonly isPrimary: boolean
  readonly button: number
}

/** Makes presses of what pointers do. */
export class PointerPresses {
  /** What is down, by kind. */
  readonly #pointers = new Map<number, string>()
  #begun: { readonly pointerId: number; readonly seen: Seen; readonly place: Place } | undefined

  /** @param place where on the grid, if there */
  down(
    { pointerId, pointerType, isPrimary, button }: Pointer,
    seen: Seen | undefined,
    place: Place | undefined,
  ): void {
    // One whose end was never told is not down any more.
    if (isPrimary)
      for (const [id, kind] of this.#pointers) if (kind === pointerType) this.#pointers.delete(id)
    this.#pointers.set(pointerId, pointerType)
    const isAlone = this.#pointers.size === 1
    this.#begun =
      isAlone && button === 0 && seen !== undefined && place !== undefined
        ? { pointerId, seen, place }
        : undefined
  }

  /** @returns what is to be said of it, if it was a press */
  up(
    { pointerId }: Pick<Pointer, 'pointerId'>,
    seen: Seen | undefined,
    place: Place | undefined,
  ): ToDevice | undefined {
    this.#pointers.delete(pointerId)
    const begun = this.#begun
    this.#begun = undefined
    if (begun?.pointerId !== pointerId || place === undefined) return undefined
    if (seen?.revision !== begun.seen.revision) return undefined
    const id = elementAt(seen.screen, ...begun.place)?.id
    if (id === undefined || id !== elementAt(seen.screen, ...place)?.id) return undefined
    return { touch: { revision: seen.revision, down: begun.place, up: place } }
  }

  /** The browser has taken the pointer for something else, or lost it. */
  cancel({ pointerId }: Pick<Pointer, 'pointerId'>): void {
    this.#pointers.delete(pointerId)
    this.#begun = undefined
  }

  /** A line was lost: what is down belongs to nothing any more. */
  forget(): void {
    this.#begun = undefined
  }
}
