/** The one command: finds the area that was named, loads it alone, and turns refusals into words and exit codes. */
import { describeRefusal, RefusalError } from './core/result.ts'

interface Area {
  readonly usage: string
  main(args: readonly string[]): Promise<number>
}

interface Entry {
  readonly about: string
  readonly load: () => Promise<Area>
  /** Commands of this area that need more than it may know. */
  readonly beside?: Readonly<Record<string, () => Promise<Area>>>
}

const AREAS: Readonly<Record<string, Entry>> = {
  demo: {
    about: 'a polling station to use in a browser, or its whole day by itself ("npm start" is this)',
    load: () => import('./demo/cli.ts'),
  },
  audit: {
    about: 'verify bundles and device databases; open ballots; stories and reports of a day',
    load: () => import('./audit/cli.ts'),
  },
  provision: {
    about: 'check an election package; enrol devices and spares',
    load: () => import('./provisioning/cli.ts'),
  },
  device: {
    about: 'enrol, set up and run a ballot device',
    load: () => import('./device-agent/cli.ts'),
  },
  simulate: {
    about: 'virtual peripherals on pseudo-terminals, for any program; the devices of a whole country',
    load: () => import('./simulator/cli.ts'),
    beside: { country: () => import('./demo/country/cli.ts') },
  },
  centre: {
    about: 'broker and collectors of the national centre, and what it has received',
    load: () => import('./fleet/cli.ts'),
  },
}

/** Exit code for input that was refused: wrong words, missing files, packages and shares that do not fit. */
const REFUSED = 2

/**
 * Runs `sandogh <area> …`.
 * @returns the exit code: 0 done, 1 something does not hold, 2 the input was refused
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...words] = args
  if (name === undefined) {
    process.stderr.write(`sandogh: a command is missing.\n\n${help()}`)
    return REFUSED
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help())
    return 0
  }
  const area = Object.hasOwn(AREAS, name) ? AREAS[name] : undefined
  if (area === undefined) {
    process.stderr.write(`sandogh: there is no command "${name}".\n\n${help()}`)
    return REFUSED
  }
  const [verb = ''] = words
  const load = area.beside !== undefined && Object.hasOwn(area.beside, verb) ? area.beside[verb] : undefined
  const { usage, main: run } = await (load ?? area.load)()
  const rest = load === undefined ? words : words.slice(1)
  const forms = formsOf(usage, name, verb)
  const own = forms.own.length > 0 ? `${forms.own.join('')}\nSee "sandogh ${name} ${verb} --help".\n` : usage
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(forms.others.reduce((text, form) => text.replace(form, ''), usage))
    return 0
  }
  try {
    return await run(rest)
  } catch (error) {
    if (error instanceof RefusalError) {
      process.stderr.write(`${describeRefusal(error.refusal)}\n`)
      return REFUSED
    }
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      // Node adds sentences on how to name a file, or give a value, that begins with a dash.
      process.stderr.write(`sandogh ${name}: ${error.message.split(/\.\s/)[0]}.\n\n${own}`)
      return REFUSED
    }
    throw error
  }
}

/** Of a usage: the forms of one verb, each with the lines under it, and those of the others; none at all where no form has that verb. */
function formsOf(
  usage: string,
  area: string,
  verb: string,
): Readonly<Record<'own' | 'others', readonly string[]>> {
  const forms = usage.match(/^ {2}sandogh .*\n(?: {3,}.*\n)*/gm) ?? []
  const isOwn = (form: string) =>
    /^ {2}sandogh (\S+) ([a-z-]+)\s/.exec(form)?.slice(1).join(' ') === `${area} ${verb}`
  if (!forms.some(isOwn)) return { own: [], others: [] }
  return { own: forms.filter(isOwn), others: forms.filter((form) => !isOwn(form)) }
}

function help(): string {
  const lines = Object.entries(AREAS).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  return `Sandogh: an electronic voting machine that can be checked.

sandogh <command> [--help]

${lines.join('\n')}

Start with "npm start": it opens a polling station on virtual hardware that you can use in a browser.
`
}
