/** The status as a plain page: no script, nothing loaded, and whatever a device could have had a say in is text. It asks for itself anew each minute. */
import type { DeviceHealth } from './health.ts'
import { shownLine } from './shown-line.ts'

interface StatusPage {
  readonly election: string | undefined
  /** When it was made, milliseconds since 1970. */
  readonly now: number
  readonly health: readonly DeviceHealth[]
  /** What the command says. */
  readonly text: string
}

export function statusPage({ election, now, health, text }: StatusPage): string {
  const at = new Date(now).toISOString().slice(0, 19)
  const rows = health
    .filter(({ troubles }) => troubles.length > 0)
    .map(({ device, receivedAt, troubles }) => {
      const heard = new Date(receivedAt * 1000).toISOString().slice(0, 19)
      const cells = [device, `${heard}Z`, troubles.join('; ')].map((cell) => `<td>${escaped(cell)}</td>`)
      return `<tr>${cells.join('')}</tr>`
    })
  const head = '<tr><th>device</th><th>heard last</th><th>what</th></tr>'
  const wanting =
    rows.length === 0
      ? `<p>None. Open devices that said how they are: ${health.length}.</p>`
      : `<table>${head}${rows.join('')}</table>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="60">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Sandogh: the centre</title>
<style>body{font:16px sans-serif;margin:2em}td,th{padding:.2em 1em .2em 0;text-align:start}pre{white-space:pre-wrap}</style></head>
<body><h1>${escaped(election ?? 'The centre')}, as of ${at}Z</h1>
<h2>Devices that want somebody</h2>
${wanting}
<h2>What is held</h2>
<pre>${text.split('\n').map(escaped).join('\n')}</pre>
</body></html>
`
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": '#39',
  }
  return shownLine(text).replace(/[&<>"']/g, (character) => `&${names[character]};`)
}
