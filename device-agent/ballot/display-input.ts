/**
 * What a display may say of its own accord, where the package allows it: a pointer's press on the grid, a press of a keyboard or of
 * assistive technology, a switch. Each names the screen that was to be seen; any but the one that is painted means nothing.
 */
import { z } from 'zod'
import type { Definition } from '../../core/election/definition.ts'
import { elementAt, GRID, isPressable } from '../../ui/screen.ts'
import type { Painted } from './press.ts'

const revision = z.int().min(1)
const place = z.tuple([
  z
    .int()
    .min(0)
    .max(GRID.width - 1),
  z
    .int()
    .min(0)
    .max(GRID.height - 1),
])

/** `{"touch":{"revision":4,"down":[x,y],"up":[x,y]}}`, `{"press":{"revision":4,"id":"digit-3"}}`, `{"switch":{"revision":4,"key":"next"}}`. */
export const displayInput = z.union([
  z.strictObject({ touch: z.strictObject({ revision, down: place, up: place }) }),
  z.strictObject({ press: z.strictObject({ revision, id: z.string().min(1).max(64) }) }),
  z.strictObject({ switch: z.strictObject({ revision, key: z.enum(['next', 'previous', 'choose']) }) }),
])
type SaidInput = z.infer<typeof displayInput>

/** What it comes to: an element was pressed, or a switch moves or uses the focus. */
export type DisplayInput =
  | { readonly is: 'press'; readonly id: string }
  | { readonly is: 'switch'; readonly key: 'next' | 'previous' | 'choose' }

/**
 * @param painted what the voter sees at this moment; undefined while a screen is being painted
 * @returns what follows; `nothing` if a finger slid off or lay beside everything, `refused` if the display may not say it, or not now
 */
export function judgeInput(
  said: SaidInput,
  painted: Painted | undefined,
  inputs: Definition['inputs'],
): DisplayInput | 'nothing' | 'refused' {
  if (painted === undefined) return 'refused'
  if ('touch' in said) {
    const { revision, down, up } = said.touch
    if (!inputs.pointer || revision !== painted.revision) return 'refused'
    const begun = elementAt(painted.screen, ...down)?.id
    return begun !== undefined && begun === elementAt(painted.screen, ...up)?.id
      ? { is: 'press', id: begun }
      : 'nothing'
  }
  if (!inputs.keyboard) return 'refused'
  if ('switch' in said) {
    const { revision, key } = said.switch
    return revision === painted.revision ? { is: 'switch', key } : 'refused'
  }
  const { revision, id } = said.press
  const isThere = painted.screen.elements.some((element) => element.id === id && isPressable(element))
  return isThere && revision === painted.revision ? { is: 'press', id } : 'refused'
}
