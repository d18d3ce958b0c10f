/** What is wrong with a screen, whoever laid it out: what lies outside or over something else, is too small to press, or has no room for its text. */
import { GRID, isBold, isPressable, type Rect, type Screen, textRect } from './screen.ts'
import { lineHeight, type Measure, textLines } from './text-layout.ts'
import { TEXT_SIZE } from './tokens.ts'

/** Half an inch at 7.24 pixels a millimetre is 92 (VVSG 2.0, 7.2-I). */
const SMALLEST_KEY = 92

/** What does not hold of a screen's layout, each named by screen and element. */
export function breachesOf(screen: Screen): readonly string[] {
  const { elements, focus } = screen
  const breaches: string[] = []
  const hold = (holds: boolean, id: string, what: string) => {
    if (!holds) breaches.push(`${placeOf(screen)}: ${id} ${what}`)
  }
  hold(new Set(elements.map(({ id }) => id)).size === elements.length, 'an id', 'stands twice')
  const isFocused = focus === undefined || elements.some((one) => one.id === focus && isPressable(one))
  hold(isFocused, 'the focus', 'is on nothing')
  for (const [i, { id, rect, name: text, press }] of elements.entries()) {
    const { x, y, width, height } = rect
    hold([x, y, width, height].every(Number.isInteger), id, 'lies between pixels')
    hold(x >= 0 && y >= 0 && width > 0 && height > 0, id, 'has no place')
    hold(x + width <= GRID.width && y + height <= GRID.height, id, 'leaves the grid')
    hold(text.trim() !== '', id, 'says nothing')
    hold(!press || Math.min(width, height) >= SMALLEST_KEY, id, 'is too small to be pressed')
    for (const other of elements.slice(i + 1))
      if (overlap(rect, other.rect)) hold(false, id, `lies over ${other.id}`)
  }
  return breaches
}

/** Texts that have no room in their element, or of which a word is broken, in the size in which they are drawn. */
export function overflowsOf(screen: Screen, measure: Measure): readonly string[] {
  return screen.elements
    .filter((element) => {
      if (element.role === 'picture') return false
      const px = TEXT_SIZE[element.size][screen.look.textLevel]
      const { width, height } = textRect(element)
      const lines = textLines(measure, element.name, width, px, isBold(element))
      const isUnbroken = lines.join(' ') === element.name.split(/\s+/).join(' ')
      return !isUnbroken || lines.length * lineHeight(px) > height
    })
    .map(({ id, name }) => `${placeOf(screen)}: ${id} has no room for "${name}"`)
}

/** Whether two places have a pixel in common. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

function placeOf({ name, language, look }: Screen): string {
  return `screen ${name} in ${language}, text size ${look.textLevel}`
}
