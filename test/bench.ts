/**
 * Measurements, for a person to look at: `npm run bench -- <name>`. Each prints tables with the machine it ran on; numbers are ratios to a floor of the
 * same run where the machine would else decide. Nothing here is a test: no number makes anything fail.
 */
interface Bench {
  readonly what: string
  /** What may be given behind the name, for who does not want all of it. */
  readonly takes?: string
  readonly load: () => Promise<{ main(args: readonly string[]): Promise<void> }>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  audit: {
    what: 'entries verified and sealed ballots opened beside their floor; the country from a tenth; draws docs/pictures/audit-time.svg',
    load: () => import('./bench/audit.ts'),
  },
  casts: {
    what: 'a cast beside its writes, appends beside hypercore, which is fetched from npm for the run, and what a ballot adds to the disk',
    load: () => import('./bench/casts.ts'),
  },
  cards: {
    what: "a card's whole authentication beside the sum of its bytes",
    load: () => import('./bench/cards.ts'),
  },
  boards: {
    what: 'emulated I/O boards in real time per core',
    load: () => import('./bench/boards.ts'),
  },
  'audit-others': {
    what: 'the audit beside hypercore and ssb-validate, which are fetched from npm for the run',
    load: () => import('./bench/audit-others.ts'),
  },
  lines: {
    what: 'a touch on its way, 32,000 open lines, a slip beside its bytes',
    load: () => import('./bench/lines.ts'),
  },
  store: {
    what: "4,000 journals and tallies into the centre's stores, beside their verification, and how long such a store takes to open",
    load: () => import('./bench/store.ts'),
  },
  country: {
    what: 'a simulated country of 1,000 to 32,000 devices: connections, tallies, memory; draws docs/pictures/country-growth.svg',
    takes: '[devices…]',
    load: () => import('./bench/country.ts'),
  },
  screens: {
    what: 'a touch to a painted frame, search in 2,722 names, a device from start to its first screen',
    load: () => import('./bench/screens.ts'),
  },
}

const [name = '', ...rest] = process.argv.slice(2)
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
if (bench === undefined || (rest.length > 0 && bench.takes === undefined)) {
  const list = Object.entries(BENCHES).map(([known, { what, takes }]) => {
    const words = takes === undefined ? known : `${known} ${takes}`
    return `  ${words.padEnd(20)}${what}\n`
  })
  const out = name === '' ? process.stdout : process.stderr
  const wrong = name === '' ? '' : `no bench "${[name, ...rest].join(' ')}"\n`
  out.write(`${wrong}npm run bench -- <name>\n${list.join('')}`)
  process.exitCode = name === '' ? 0 : 2
} else {
  await (await bench.load()).main(rest)
}
