/** The catalogue of events as a page for people: `docs/generated/events.md`. Whoever changes the catalogue makes the page again. */
import { z } from 'zod'
import { CATALOGUE, type EventType } from './catalogue.ts'

const HEAD = `# Events of the journal

Made from \`core/journal/catalogue.ts\` by \`sandogh audit events > docs/generated/events.md\`; do not edit by hand.

Every entry has \`seq\` (0, 1, 2 …), \`at\` (UTC, \`YYYY-MM-DDTHH:MM:SSZ\`) and \`type\`, and exactly the members listed for its type.
No event holds a choice, a code, a number of selections, a ballot's hash, size, style, language, corrections or duration, or who voted.
`

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
  readonly propertyNames?: Shape
  readonly additionalProperties?: Shape | false
  readonly description?: string
}

/** The patterns of the catalogue in words. */
const FORMS: Readonly<Record<string, string>> = {
  '^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$': '32 bytes, base64',
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$': 'UTC, `YYYY-MM-DDTHH:MM:SSZ`',
  '^[0-9a-f]{32}$': '16 bytes, 32 hexadecimal digits in lower case',
}

/** The whole page, Markdown, ending in a line feed. */
export function catalogueMarkdown(): string {
  const sections = (Object.keys(CATALOGUE) as EventType[]).map((type) => {
    const shape = z.toJSONSchema(CATALOGUE[type]) as Shape
    return `\n## ${type}\n${shape.description}\n${membersTable(shape.properties ?? {})}`
  })
  return HEAD + sections.join('')
}

function membersTable(members: Readonly<Record<string, Shape>>): string {
  const rows = Object.entries(members).map(([name, shape]) => {
    const form = formOf(shape)
    const meaning = shape.description === form ? '' : (shape.description ?? '')
    return `| \`${name}\` | ${form} | ${meaning} |\n`
  })
  return rows.length === 0 ? '' : `\n| member | form | meaning |\n|---|---|---|\n${rows.join('')}`
}

/** What a value looks like, in words. */
function formOf(shape: Shape): string {
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')
  if (shape.type === 'integer') {
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = shape
    return maximum === Number.MAX_SAFE_INTEGER
      ? 'whole number, 0 or more'
      : `whole number from ${minimum} to ${maximum}`
  }
  if (shape.type === 'array') return `array of ${shape.minItems}: ${formOf(shape.items ?? {})}`
  if (shape.type === 'object' && shape.properties !== undefined) {
    const members = Object.entries(shape.properties).map(([name, member]) => `\`${name}\`: ${formOf(member)}`)
    return `object with ${members.join(', ')}`
  }
  if (shape.type === 'object') {
    return `object with a text each for ${(shape.propertyNames?.enum ?? []).map((name) => `\`${name}\``).join(', ')}`
  }
  if (shape.pattern === undefined) return `text of 1 to ${shape.maxLength} characters`
  const form = FORMS[shape.pattern]
  if (form === undefined) throw new Error(`no words for the form ${shape.pattern}`)
  return form
}
