/** `npm start`: opens a station that people can use, says where, and keeps it until it is told to end. */
import { once } from 'node:events'
import { join } from 'node:path'
import { pino } from 'pino'
import type { PageServer } from '../../device-agent/ballot/page/page-server.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { buildPages } from '../build-pages.ts'
import type { Progress } from '../progress.ts'
import { PAGE_NAMES } from '../web/messages.ts'
import { LiveStation } from './live-station.ts'
import { serveStationPage } from './station-page.ts'

/** What it is run with. */
interface StationRun {
  readonly out: string
  readonly outName: string
  readonly seed: string | undefined
  /** Of the voting device's page; the other two follow. */
  readonly port: number
  readonly progress: Progress
}

/** Runs until SIGINT, SIGTERM or SIGHUP. */
export async function runStation({ out, outName, seed, port, progress }: StationRun): Promise<void> {
  const ended = signalled()
  progress.line('Sandogh: a polling station on virtual hardware. This is a rehearsal, no election.')
  progress.line(
    seed === undefined
      ? `Results go to ${out}`
      : `Seed ${seed}: random numbers are seeded and not secret. Results go to ${out}`,
  )
  progress.line('Pages are built, keys are made, the device starts …')
  await buildPages()
  const logger = pino({ base: null }, pino.destination({ dest: join(out, 'program.log'), sync: true }))
  const station = await LiveStation.open({
    out,
    random: seed === undefined ? systemRandom : seededRandom(seed),
    seed: seed === undefined ? undefined : `${seed} device`,
    logger,
    people: systemClock,
    displayPort: port,
  })
  const pages: PageServer[] = []
  try {
    const device = await station.started()
    for (const [i, name] of PAGE_NAMES.entries()) {
      const page = await serveStationPage({
        name,
        station,
        port: port + 1 + i,
        opened: () => station.setPage(name, page.newAddress()),
      })
      pages.push(page)
      station.setPage(name, page.newAddress())
    }
    const { officers, bench } = station.view().pages
    for (const [i, address] of [device, officers, bench].entries()) {
      if (Number(new URL(address ?? '').port) !== port + i)
        progress.line(`Port ${port + i} cannot be had, another program has it: a free one is used.`)
    }
    progress.line(`
Open these in a browser on this computer, each once:

  voting device   ${device}
  officers        ${officers}
  bench           ${bench}

Keep the voting device in a window of its own, in sight: it is the device's display, and a hidden page paints nothing.
The README's "Try it" leads to a counted vote. Ctrl-C ends everything; what is in ${outName}/ stays until the next start.
`)
    await ended
    progress.line('The station ends.')
  } finally {
    for (const page of pages) await page.close()
    await station.end()
  }
}

/** Resolves when a person at the terminal, or whoever started this, ends it. */
function signalled(): Promise<unknown> {
  return Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
}
