/** HTML out of texts that nobody checked: whatever stands in a template's gaps is escaped, unless it came out of a template itself. */

/** Markup that is safe as it stands: {@link html} makes it, and whoever has a text of our own that is markup, such as a style sheet. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Gap = Markup | string | number | readonly Gap[]

/** Markup with its gaps filled: texts escaped, so that they may stand between tags and within double quotes. */
export function html(parts: TemplateStringsArray, ...gaps: readonly Gap[]): Markup {
  return new Markup(parts.map((part, i) => `${part}${gaps[i] === undefined ? '' : filled(gaps[i])}`).join(''))
}

function filled(gap: Gap): string {
  if (gap instanceof Markup) return gap.text
  if (Array.isArray(gap)) return (gap as readonly Gap[]).map(filled).join('')
  return escapeText(String(gap))
}

/** The five characters that mean something in HTML, text or attribute (HTML Living Standard, 13.3). */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
