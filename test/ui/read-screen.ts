/** What tests ask of a screen. */
import { type Element, isPressable, type Screen } from '../../ui/screen.ts'

/** The element of that id. Throws if there is none. */
export function find(screen: Screen, id: string): Element {
  const found = screen.elements.find((element) => element.id === id)
  if (found === undefined) throw new Error(`no ${id} on ${screen.name}`)
  return found
}

/** Ids that can be pressed now. */
export function pressable(screen: Screen): readonly string[] {
  return screen.elements.filter(isPressable).map(({ id }) => id)
}

/** All that stands on a screen. */
export function names(screen: Screen): string {
  return screen.elements.map(({ name }) => name).join('\n')
}
