/** A press: a finger that goes down and up on one element of the same painted screen. Sliding off cancels, and so does a new screen. */
import type { TouchEvent } from '../../firmware/touchscreen/codec.ts'
import { elementAt, type Screen } from '../../ui/screen.ts'

/** A screen that the display has painted, and under which number. */
export interface Painted {
  readonly revision: number
  readonly screen: Screen
}

/** Makes presses of touches, one finger at a time. */
export class Presses {
  #down: { readonly revision: number; readonly id: string } | undefined

  /**
   * @param painted what the voter sees at this moment; undefined while a screen is being painted
   * @param place where the finger is on the grid
   * @returns the id of the element that was pressed, once the finger is up
   */
  take(
    kind: TouchEvent['kind'],
    painted: Painted | undefined,
    place: { readonly x: number; readonly y: number },
  ): string | undefined {
    if (kind === 'move') return undefined
    const id = painted && elementAt(painted.screen, place.x, place.y)?.id
    if (kind === 'down') {
      this.#down = id === undefined || painted === undefined ? undefined : { revision: painted.revision, id }
      return undefined
    }
    const begun = this.#down
    this.#down = undefined
    const ended = begun !== undefined && begun.id === id && begun.revision === painted?.revision
    return ended ? id : undefined
  }

  /** A finger that is down now presses nothing. */
  cancel(): void {
    this.#down = undefined
  }
}
