/**
 * The program that `DeviceProcess` starts: a ballot device like any other, but that its serial lines lead to the process that started it, which
 * also sees what is painted. It lives no longer than that process.
 */
import { pino } from 'pino'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { type Agent, type AgentEnd, startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { type DisplayServer, serveDisplay } from '../../device-agent/ballot/page/display-server.ts'
import { readPageFiles } from '../../device-agent/ballot/page/page-files.ts'
import { programHash } from '../../device-agent/program-files.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { pagesFolder } from '../build-pages.ts'
import type { DeviceOrders, FromDevice, ToDevice } from './device-process.ts'
import { FarLines } from './line-bridge.ts'
import { WatchedLine } from './watched-line.ts'

/** Between two looks at the lines. */
const HEALTH_MS = 1_000

const lines = new FarLines((news) => tell({ is: 'line', news }))
let display: { readonly server: DisplayServer; readonly line: WatchedLine } | undefined
let agent: Agent | undefined
let isDisplayPlugged = true

function tell(message: FromDevice): void {
  // A message that cannot be told any more is told to nobody: 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

process.on('message', (message: ToDevice) => {
  switch (message.is) {
    case 'start':
      start(message.orders).catch(fail)
      return
    case 'line':
      lines.take(message.news)
      return
    case 'display-plug':
      isDisplayPlugged = message.plugged
      display?.line.plug(message.plugged)
      return
    case 'end':
      void end()
  }
})
// The station is gone, or ends: Ctrl-C at a terminal reaches this process too, and the station says what is to be done.
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

async function start({ home: folder, seed, log, port }: DeviceOrders): Promise<void> {
  const logger = pino({ base: null }, pino.destination({ dest: log, sync: true }))
  const home = valueOrThrow(readHome(folder))
  const server = await serveDisplay({
    page: valueOrThrow(readPageFiles(pagesFolder('ballot'))),
    photos: home.photos,
    random: systemRandom,
    clock: systemClock,
    port,
    // Each address opens once: whoever closes the page may open the next one in another browser.
    pageChanged: () => tell({ is: 'running', display: server.newAddress() }),
  })
  const line = new WatchedLine(server.open, {
    down: (bytes) => tell({ is: 'display', way: 'down', bytes }),
    up: (bytes) => tell({ is: 'display', way: 'up', bytes }),
    reset: () => tell({ is: 'display-reset' }),
  })
  line.plug(isDisplayPlugged)
  display = { server, line }
  agent = valueOrThrow(
    startAgent({
      home,
      program: programHash(),
      lines: {
        touchscreen: lines.opener('touchscreen'),
        'card-reader': lines.opener('card-reader'),
        printer: lines.opener('printer'),
        'io-board': lines.opener('io-board'),
        display: line.open,
      },
      clock: systemClock,
      networkClock: systemClock,
      random: seed === undefined ? systemRandom : seededRandom(seed),
      logger,
      hold: () => () => {},
    }),
  )
  tell({ is: 'running', display: server.newAddress() })
  setInterval(() => agent && tell({ is: 'health', lines: agent.health() }), HEALTH_MS)
  dayEnded(await agent.ended)
}

function dayEnded(end: AgentEnd): void {
  if (end.is === 'failed') {
    // Where the storage failed the screen says what to do, until somebody pulls the plug.
    if (end.what === 'program') fail(end.error)
  } else tell({ is: 'handed-over', bundle: end.bundle !== undefined })
}

/** Says why this device stops. The reason is for people: no path of our own code, and a refusal names its file. */
function fail(error: unknown): void {
  const what = error instanceof RefusalError ? error.message : 'something broke; see program.log'
  process.send?.({ is: 'failed', what } satisfies FromDevice, undefined, undefined, () => process.exit(1))
}

async function end(): Promise<void> {
  await agent?.close()
  await display?.server.close()
  process.exit(0)
}
