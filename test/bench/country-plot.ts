/** A country as it grows: seconds on the left, memory on the right, both over the number of devices, all axes by powers, as an SVG. */

/** One line of dots. */
export interface GrowthSeries {
  readonly name: string
  readonly colour: string
  readonly measured: readonly { readonly devices: number; readonly value: number }[]
}

/** One of the two plots. */
export interface Panel {
  readonly title: string
  readonly unit: string
  readonly series: readonly GrowthSeries[]
}

const [WIDTH, HEIGHT, EDGE] = [460, 400, 52]
/** Room for the names of the series above a plot. */
const HEAD = 40

/** Draws two panels side by side. @param foot what is to be known of all the figures */
export function growthPlot(panels: readonly Panel[], foot: string): string {
  const width = WIDTH * panels.length
  const drawn = panels.map(
    (panel, place) => `<g transform="translate(${WIDTH * place} 0)">${drawPanel(panel)}</g>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT + 20}" font-family="sans-serif" font-size="12">
<title>A simulated country as it grows: time and memory by the number of devices</title>
<rect width="${width}" height="${HEIGHT + 20}" fill="#fff"/>
${drawn.join('\n')}
<text x="${width / 2}" y="${HEIGHT + 8}" text-anchor="middle">${foot}</text>
</svg>
`
}

function drawPanel({ title, unit, series }: Panel): string {
  const dots = series.flatMap(({ measured }) => measured)
  const devices = [...new Set(dots.map((dot) => dot.devices))].toSorted((a, b) => a - b)
  const [first = 1, last = 1] = [devices[0], devices.at(-1)]
  const values = dots.map(({ value }) => value)
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  const top = EDGE + HEAD
  const share = (at: number, from: number, to: number) => (to === from ? 0.5 : (at - from) / (to - from))
  const x = (count: number) =>
    (EDGE + share(Math.log(count), Math.log(first), Math.log(last)) * (WIDTH - 2 * EDGE)).toFixed(1)
  const y = (value: number) =>
    (HEIGHT - EDGE - share(Math.log10(value), least, most) * (HEIGHT - EDGE - top)).toFixed(1)
  const columns = devices.map(
    (count) =>
      `<path d="M${x(count)} ${top}V${HEIGHT - EDGE}" stroke="#ddd"/><text x="${x(count)}" y="${HEIGHT - EDGE + 18}" text-anchor="middle" fill="#333">${count.toLocaleString('en')}</text>`,
  )
  const rows = Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i)).map(
    (value) =>
      `<path d="M${EDGE} ${y(value)}H${WIDTH - EDGE}" stroke="#ddd"/><text x="${EDGE - 6}" y="${Number(y(value)) + 4}" text-anchor="end" fill="#333">${value.toLocaleString('en')} ${unit}</text>`,
  )
  const lines = series.map(({ name, colour, measured }, place) => {
    const points = measured.map(({ devices: count, value }) => `${x(count)} ${y(value)}`)
    const circles = measured.map(
      ({ devices: count, value }) => `<circle cx="${x(count)}" cy="${y(value)}" r="4" fill="${colour}"/>`,
    )
    const label = `<text x="${EDGE}" y="${38 + 16 * place}" fill="${colour}">${name}</text>`
    return `<path d="M${points.join('L')}" stroke="${colour}" fill="none"/>${circles.join('')}${label}`
  })
  const head = `<text x="${WIDTH / 2}" y="18" text-anchor="middle" font-weight="bold">${title}</text>`
  return `${columns.join('')}${rows.join('')}${lines.join('')}${head}`
}
