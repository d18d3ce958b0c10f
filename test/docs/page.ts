/** What the tests of `docs/formats.md` take from the page and from the code that it describes. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CATALOGUE, type EventType } from '../../core/journal/catalogue.ts'
import { ROOT } from '../structure/repository.ts'

/** The page's text. */
export function formatsPage(): string {
  return readFileSync(join(ROOT, 'docs/formats.md'), 'utf8')
}

/** A section's text, to the next heading of any level. */
export function sectionOf(page: string, heading: string): string {
  const [, text] = page.split(`\n${heading}\n`)
  if (text === undefined) throw new Error(`the page has no ${heading}`)
  return text.split(/\n#+ /)[0] ?? ''
}

/** Every code in these words that a finding may have, sorted. */
export function codesIn(text: string, quote: string): readonly string[] {
  const found = text.matchAll(new RegExp(`${quote}((?:${FAMILIES.join('|')})\\.[a-z-]+)${quote}`, 'g'))
  const codes = [...found].map(([, code = '']) => code)
  return [...new Set(codes)].filter((code) => !isOtherName(code)).toSorted()
}

const FAMILIES = [
  'ballot',
  'batch',
  'batches',
  'bundle',
  'certificate',
  'checkpoint',
  'cosigned',
  'document',
  'input',
  'issued',
  'journal',
  'json',
  'leaves',
  'note',
  'package',
  'policy',
  'program',
  'share',
  'sheet',
  'spent-tags',
  'station',
  'tally',
  'witness',
]

/** Events and files have names of the same form. */
function isOtherName(code: string): boolean {
  return Object.hasOwn(CATALOGUE, code) || /\.(json|jsonl|bin|der)$/.test(code)
}

/** The texts of these modules and of all that they import, themselves or through others. */
export function sourcesBehind(entries: readonly string[]): readonly string[] {
  const texts = new Map<string, string>()
  const waiting = entries.map((entry) => join(ROOT, entry))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path)) continue
    const text = readFileSync(path, 'utf8')
    texts.set(path, text)
    for (const [, from = ''] of text.matchAll(/ from '(\.[^']+)'/g)) waiting.push(join(dirname(path), from))
  }
  return [...texts.values()]
}

/** The part of JSON Schema that the catalogue's members come out as. */
interface Shape {
  readonly type?: string
  readonly const?: number | string
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly propertyNames?: Shape
  readonly additionalProperties?: Shape
}

const TIME = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'

/** The catalogue of events as the page has it. */
export function eventsTable(): string {
  const rows = (Object.keys(CATALOGUE) as EventType[]).map(
    (type) => `| \`${type}\` | ${membersOf(z.toJSONSchema(CATALOGUE[type]) as Shape)} |\n`,
  )
  return `| type | members |\n|---|---|\n${rows.join('')}`
}

function membersOf({ properties = {}, required = [] }: Shape, separator = '; '): string {
  return Object.entries(properties)
    .map(([name, shape]) => `\`${name}\`${required.includes(name) ? '' : '?'} ${formOf(shape)}`)
    .join(separator)
}

function formOf(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${value}\``).join(' or ')
  if (shape.type === 'integer') {
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = shape
    return maximum === Number.MAX_SAFE_INTEGER ? 'whole' : `whole from ${minimum} to ${maximum}`
  }
  if (shape.type === 'array') return `array of ${shape.minItems} of: ${membersOf(shape.items ?? {})}`
  if (shape.properties !== undefined) return `object of exactly ${membersOf(shape, ', ')}`
  if (shape.type === 'object') {
    const names = (shape.propertyNames?.enum ?? []).map((name) => `\`${name}\``).join(', ')
    return `object of exactly ${names}: each a ${formOf(shape.additionalProperties ?? {})}`
  }
  if (shape.pattern === '^[0-9a-f]{32}$') return '`[0-9a-f]{32}`'
  if (shape.pattern === TIME) return 'text of the form `0000-00-00T00:00:00Z`, `0` being any digit'
  return shape.pattern === undefined ? `text of 1 to ${shape.maxLength}` : 'hash'
}
