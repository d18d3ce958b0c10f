/** One page of a station, served as a device's display is: it is told what is to be seen whenever that is another, and what it asks is done. */
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import { valueOrThrow } from '../../core/result.ts'
import { readPageFiles, type ServedFile } from '../../device-agent/ballot/page/page-files.ts'
import { type PageServer, servePage } from '../../device-agent/ballot/page/page-server.ts'
import { systemRandom } from '../../device-agent/system.ts'
import { pagesFolder } from '../build-pages.ts'
import { type Act, benchAct, officersAct } from '../web/acts.ts'
import type { PageName, ToPage } from '../web/messages.ts'
import type { LiveStation } from './live-station.ts'

const ACTS: Readonly<Record<PageName, z.ZodType<Act>>> = { officers: officersAct, bench: benchAct }

/** Changes that come together are shown together. */
const TOGETHER_MS = 30
/** A page that has not read so much is not there any more. */
const UNREAD_LIMIT = 8 << 20

/** What goes wrong on the way to a page is the page's end. */
const NOT_OURS = 1008

/** Of the package, as the device's own page names it. */
const PHOTO = /^\/photo\/([0-9a-f]{64})$/

/** What is served of a station. */
interface StationPageParts {
  readonly name: PageName
  readonly station: LiveStation
  readonly port: number
  /** The one-time address was used: the next is needed. */
  readonly opened: () => void
}

/** Begins to serve a page. */
export function serveStationPage({ name, station, port, opened }: StationPageParts): Promise<PageServer> {
  return servePage({
    page: valueOrThrow(readPageFiles(pagesFolder('station'), `${name}.html`)),
    find: (path) => pictureAt(station, path) ?? station.photo(PHOTO.exec(path)?.[1] ?? ''),
    random: systemRandom,
    port,
    // To open the other pages beside this one.
    freedoms: ['allow-popups', 'allow-popups-to-escape-sandbox'],
    connected: (socket) => serve(socket, station, ACTS[name]),
    sessionBegun: opened,
  })
}

function pictureAt(station: LiveStation, path: string): ServedFile | undefined {
  const [, picture] = /^\/picture\/([a-z0-9-]{1,40})\.png$/.exec(path) ?? []
  const bytes = picture === undefined ? undefined : station.png(picture)
  return bytes && { bytes, type: 'image/png' }
}

/** Talks with one page until it is gone. */
function serve(socket: WebSocket, station: LiveStation, acts: z.ZodType<Act>): void {
  const owner = {}
  let sent: string | undefined
  let waiting: NodeJS.Timeout | undefined
  const say = (message: ToPage) => socket.send(JSON.stringify(message))
  const show = () => {
    waiting = undefined
    const view = JSON.stringify({ is: 'view', view: station.view() } satisfies ToPage)
    if (socket.bufferedAmount > UNREAD_LIMIT) socket.terminate()
    else if (view !== sent) socket.send(view)
    sent = view
  }
  const stop = station.onChange(() => {
    waiting ??= setTimeout(show, TOGETHER_MS)
  })
  socket.on('message', (data, isBinary) => {
    const act = isBinary ? undefined : parseAct(acts, String(data))
    if (act === undefined) {
      socket.close(NOT_OURS)
      return
    }
    void station.perform(act, owner).then((why) => {
      if (why !== undefined) say({ is: 'refused', why })
    })
  })
  // What is wrong with a socket ends it.
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    stop()
    clearTimeout(waiting)
    station.letGo(owner)
  })
  show()
}

function parseAct(acts: z.ZodType<Act>, text: string): Act | undefined {
  try {
    return acts.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
