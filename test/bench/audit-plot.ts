/** The time of audits over their size, both axes by powers of ten, as an SVG: what was measured as dots, the whole country as a ring. */

/** One audit. */
export interface Measured {
  readonly devices: number
  readonly seconds: number
}

/** One kind of audit, from small to large. */
export interface Series {
  readonly name: string
  readonly colour: string
  readonly measured: readonly Measured[]
}

const [WIDTH, HEIGHT, EDGE] = [640, 400, 56]
/** Powers of ten at the ends of the axes. */
const DEVICES = { least: 1, most: 5 } as const
const SECONDS = { least: -1, most: 4 } as const

const x = ({ devices }: Pick<Measured, 'devices'>) =>
  EDGE + ((Math.log10(devices) - DEVICES.least) / (DEVICES.most - DEVICES.least)) * (WIDTH - 2 * EDGE)
const y = ({ seconds }: Pick<Measured, 'seconds'>) =>
  HEIGHT -
  EDGE -
  ((Math.log10(seconds) - SECONDS.least) / (SECONDS.most - SECONDS.least)) * (HEIGHT - 2 * EDGE)

/** @param country devices of the country, of which the time is told from the last that was measured */
export function auditPlot(series: readonly Series[], country: number): string {
  const columns = powers(DEVICES).map((devices) => {
    const at = x({ devices })
    return `<path d="M${at} ${EDGE}V${HEIGHT - EDGE}"/><text x="${at}" y="${HEIGHT - EDGE + 18}" text-anchor="middle">${devices.toLocaleString('en')}</text>`
  })
  const rows = powers(SECONDS).map((seconds) => {
    const at = y({ seconds })
    return `<path d="M${EDGE} ${at}H${WIDTH - EDGE}"/><text x="${EDGE - 6}" y="${at + 4}" text-anchor="end">${seconds.toLocaleString('en')} s</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${WIDTH + 16} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>Time to verify and to open, by the number of journals</title>
<rect x="-16" width="${WIDTH + 16}" height="${HEIGHT}" fill="#fff"/>
<g stroke="#ddd" fill="none">${[...columns, ...rows].join('').replaceAll('<text', '<text stroke="none" fill="#333"')}</g>
${series.map((one, i) => seriesPlot(one, country, i)).join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 12}" text-anchor="middle">journals of 1,500 entries, each with 500 sealed ballots; two threads; the ring is told from the last dot</text>
</svg>
`
}

function seriesPlot({ name, colour, measured }: Series, country: number, place: number): string {
  const [first, last] = [measured[0], measured.at(-1)]
  if (first === undefined || last === undefined) throw new Error('nothing was measured')
  const told = { devices: country, seconds: (last.seconds * country) / last.devices }
  // One series is labelled above its dots, the next below.
  const label = (at: Measured, text: string) =>
    `<text x="${x(at).toFixed(1)}" y="${(y(at) + (place === 0 ? -10 : 20)).toFixed(1)}" text-anchor="middle">${text}</text>`
  const dots = measured.map(
    (each) =>
      `<circle cx="${x(each).toFixed(1)}" cy="${y(each).toFixed(1)}" r="4"/>${label(each, `${each.seconds.toFixed(1)} s`)}`,
  )
  return `<path d="M${x(first).toFixed(1)} ${y(first).toFixed(1)}L${x(told).toFixed(1)} ${y(told).toFixed(1)}" stroke="${colour}" stroke-dasharray="4 4"/>
<g fill="${colour}">${dots.join('')}${label(told, `${(told.seconds / 60).toFixed(1)} min`)}<text x="${EDGE + 8}" y="${EDGE - 24 + 16 * place}">${name}</text></g>
<circle cx="${x(told).toFixed(1)}" cy="${y(told).toFixed(1)}" r="6" fill="#fff" stroke="${colour}" stroke-width="2"/>`
}

function powers({ least, most }: { readonly least: number; readonly most: number }): readonly number[] {
  return Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i))
}
