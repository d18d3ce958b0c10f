/**
 * Long runs, for evidence: `npm run soak -- <name> [options]`. Each prints its seed and what it did, and ends with 0 if all is well, 1 if not.
 */
interface Soak {
  readonly what: string
  readonly load: () => Promise<{
    /** Gives the exit code; throws a `TypeError` of `node:util` on options that it does not know. */
    main(args: readonly string[]): Promise<number>
  }>
}

const SOAKS: Readonly<Record<string, Soak>> = {
  lines: {
    what: 'whole sessions on lines that lie by drawn plans: --plans 10000 --minutes 120 --seed S --replay S/17',
    load: () => import('./faults/run.ts'),
  },
  mutations: {
    what: 'both verifiers on bundles with something done to them: --count 10000 --seed S --first 0 --one',
    load: () => import('./mutations/run.ts'),
  },
  adversary: {
    what: 'attackers with the disk try to put ballots in order: --days 200 --seed S --weakened NAME --everywhere',
    load: () => import('./adversary/run.ts'),
  },
  count: {
    what: 'ballots of one contest, by the million, against a shadow count: --ballots 20000000 --seed S',
    load: () => import('./count/run.ts'),
  },
  crash: {
    what: 'kill -9 and a refusing disk at every call of a day, and every power cut, for hours, or for --minutes 60: --part kills --ballots 70 --first 0 --seed S',
    load: () => import('./crash/run.ts'),
  },
  kills: {
    what: 'kill -9 of a whole device at every call of a voter, of one who corrects a slip, and at some of its officers: --part correction --minutes 120 --seed S --share 1/6',
    load: () => import('./end-to-end/killed-days.ts'),
  },
  codes: {
    what: 'every code of 2,722 candidates: typed, seen, printed, recorded, read again: --seed S --first 0 --count 100',
    load: () => import('./codes/run.ts'),
  },
}

const [name = '', ...args] = process.argv.slice(2)
const soak = Object.hasOwn(SOAKS, name) ? SOAKS[name] : undefined
if (soak === undefined) {
  const list = Object.entries(SOAKS).map(([known, { what }]) => `  ${known.padEnd(12)}${what}\n`)
  const out = name === '' ? process.stdout : process.stderr
  out.write(`${name === '' ? '' : `no soak "${name}"\n`}npm run soak -- <name> [options]\n${list.join('')}`)
  process.exitCode = name === '' ? 0 : 2
} else {
  const { main } = await soak.load()
  try {
    process.exitCode = await main(args)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error
    process.stderr.write(`${message}\n`)
    process.exitCode = 2
  }
}
