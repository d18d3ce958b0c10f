/** Mutations of single fields of JSON, wherever they stand; what is left is canonical. */
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { withFile } from './folders.ts'
import { type Draw, drawFile, type Mutate, placeAt } from './mutation.ts'

type Path = readonly (string | number)[]

/** What is done to a field; undefined takes it away. */
type Change = (value: Json, draw: Draw) => Json | undefined

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

const CHANGES: Readonly<Record<string, Change>> = {
  'made another': (value, draw) => {
    if (typeof value === 'number') return value + draw.of([1, -1, 4096, -value * 2 - 1])
    if (typeof value === 'boolean') return !value
    if (typeof value === 'string') return otherText(value, draw)
    return draw.of([0, '', null, []])
  },
  'taken away': () => undefined,
  'of another type': (value, draw) =>
    draw.of<Json>([String(value), 0, true, null, [], {}].filter((other) => typeof other !== typeof value)),
  'in an array': (value) => [value],
  'a very large one': () => Number.MAX_SAFE_INTEGER,
  'the empty text': () => '',
  'a version to come': (value) => (value === 1 ? 2 : [value, 2]),
}

/** The same text with one character another of its kind. */
function otherText(text: string, draw: Draw): string {
  if (text === '') return 'x'
  const at = draw.below(text.length)
  const kind = [DIGITS, LETTERS].find((set) => set.includes(text[at] ?? '')) ?? '+-/._'
  const others = [...kind].filter((character) => character !== text[at])
  return `${text.slice(0, at)}${draw.of(others)}${text.slice(at + 1)}`
}

/** Every field of a value, its own members and those within. */
function fieldsOf(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  const inside = (members as (readonly [string | number, Json])[]).flatMap(([key, item]) =>
    fieldsOf(item, [...path, key]),
  )
  return path.length === 0 ? inside : [path, ...inside]
}

function changeAt(
  value: Json,
  [key, ...rest]: Path,
  change: (value: Json) => Json | undefined,
): Json | undefined {
  if (key === undefined) return change(value)
  const inside = changeAt((value as { readonly [key: string]: Json })[key] as Json, rest, change)
  if (Array.isArray(value)) {
    const array = value as readonly Json[]
    return inside === undefined ? array.toSpliced(key as number, 1) : array.with(key as number, inside)
  }
  const { [key]: _, ...others } = value as { readonly [key: string]: Json }
  return inside === undefined ? others : { ...others, [key]: inside }
}

function mutateField(how: string, change: Change): Mutate {
  return ({ folders }, draw) => {
    const place = drawFile(folders, draw)
    const text = Buffer.from(place.bytes).toString()
    const isLines = place.name.endsWith('.jsonl')
    if (!isLines && !place.name.endsWith('.json')) return undefined
    const start = isLines ? startOfLine(text, draw) : 0
    const end = isLines ? text.indexOf('\n', start) : text.length
    const value = JSON.parse(text.slice(start, end)) as Json
    const field = draw.of(fieldsOf(value))
    const changed = changeAt(value, field, (old) => change(old, draw))
    if (changed === undefined) return undefined
    const after = `${text.slice(0, start)}${canonicalJson(changed)}${text.slice(end)}`
    const at = Buffer.byteLength(text.slice(0, start))
    return {
      folders: withFile(folders, place.folder, place.name, Buffer.from(after)),
      what: `${place.folder}/${place.name}: ${field.join('.')} ${how}`,
      places: after === text ? [] : [placeAt(place, at)],
    }
  }
}

function startOfLine(text: string, draw: Draw): number {
  const lines = text.split('\n').length - 1
  let start = 0
  for (let line = draw.below(lines); line > 0; line -= 1) start = text.indexOf('\n', start) + 1
  return start
}

/** One kind for each thing done to a field. */
export const fieldMutations: readonly Mutate[] = Object.entries(CHANGES).map(([how, change]) =>
  mutateField(how, change),
)
