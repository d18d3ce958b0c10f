/** The time of an audit over its size, both axes by powers of ten, as an SVG: what was measured as dots, the whole country as a ring. */

/** One audit. */
export interface Measured {
  readonly devices: number
  readonly seconds: number
}

const [WIDTH, HEIGHT, EDGE] = [640, 400, 56]
const [LEAST, MOST] = [1, 4] as const

/** @param country devices of the country, of which the time is told from the last that was measured */
export function auditPlot(measured: readonly Measured[], country: number): string {
  const last = measured.at(-1) ?? { devices: 1, seconds: 1 }
  const told = { devices: country, seconds: (last.seconds * country) / last.devices }
  const x = ({ devices }: Measured) => EDGE + ((Math.log10(devices) - LEAST) / 4) * (WIDTH - 2 * EDGE)
  const y = ({ seconds }: Measured) =>
    HEIGHT - EDGE - ((Math.log10(seconds) + 1) / (MOST + 1)) * (HEIGHT - 2 * EDGE)
  const label = (at: Measured, text: string) =>
    `<text x="${(x(at) + 8).toFixed(1)}" y="${(y(at) + 16).toFixed(1)}">${text}</text>`
  const dots = measured.map(
    (each) =>
      `<circle cx="${x(each).toFixed(1)}" cy="${y(each).toFixed(1)}" r="4"/>${label(each, `${each.seconds.toFixed(1)} s`)}`,
  )
  const columns = [1, 2, 3, 4, 5].map((power) => {
    const at = x({ devices: 10 ** power, seconds: 1 })
    return `<path d="M${at} ${EDGE}V${HEIGHT - EDGE}"/><text x="${at}" y="${HEIGHT - EDGE + 18}" text-anchor="middle">${(10 ** power).toLocaleString('en')}</text>`
  })
  const rows = [0.1, 1, 10, 100, 1_000, 10_000].map((seconds) => {
    const at = y({ devices: 1, seconds })
    return `<path d="M${EDGE} ${at}H${WIDTH - EDGE}"/><text x="${EDGE - 6}" y="${at + 4}" text-anchor="end">${seconds.toLocaleString('en')} s</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<g stroke="#ddd" fill="none">${[...columns, ...rows].join('').replaceAll('<text', '<text stroke="none" fill="#333"')}</g>
<path d="M${x(measured[0] ?? last)} ${y(measured[0] ?? last)}L${x(told)} ${y(told)}" stroke="#40609f" stroke-dasharray="4 4"/>
<g fill="#40609f">${dots.join('')}</g>
<circle cx="${x(told)}" cy="${y(told)}" r="6" fill="#fff" stroke="#40609f" stroke-width="2"/>${label(told, `${(told.seconds / 60).toFixed(0)} min, told`)}
<text x="${WIDTH / 2}" y="24" text-anchor="middle">Journals of 1,500 entries, verified on two threads</text>
</svg>
`
}
