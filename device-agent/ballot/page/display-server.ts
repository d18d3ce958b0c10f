/** A device's display as a page in a browser: what it says and hears on its WebSocket is exactly what the display's line carries. */
import type { Clock, OpenLine, Random } from '../../../core/ports.ts'
import type { ServedFile } from './page-files.ts'
import { PageLine, type PageState } from './page-line.ts'
import { type PageServer, servePage } from './page-server.ts'

/** What is served, and on what. */
interface DisplayServerParts {
  /** The built page, by path (`readPageFiles`). */
  readonly page: ReadonlyMap<string, ServedFile>
  /** Photos of the package, by SHA-256 in hexadecimal. */
  readonly photos: ReadonlyMap<string, ServedFile>
  /** Makes tokens: the operating system's, wherever somebody else could reach this computer. */
  readonly random: Random
  /** Real time: sockets know no other. */
  readonly clock: Clock
  /** Any that is free where none is named, or it is taken. */
  readonly port?: number
  /** Called when a page has connected and when it is gone. */
  readonly pageChanged?: (state: PageState) => void
}

/** A display that is served. */
export interface DisplayServer extends PageServer {
  /** The display's line: the page that is there, or the next that comes. */
  readonly open: OpenLine
}

/** Begins to serve. */
export async function serveDisplay(parts: DisplayServerParts): Promise<DisplayServer> {
  const { page, photos, random, clock, port = 0, pageChanged = () => {} } = parts
  const line = new PageLine(clock, pageChanged)
  const server = await servePage({
    page,
    find: (path) => photos.get(/^\/photo\/([0-9a-f]{64})$/.exec(path)?.[1] ?? ''),
    random,
    port,
    freedoms: [],
    connected: (socket) => line.admit(socket),
    sessionBegun: () => line.expel(),
  })
  return {
    newAddress: server.newAddress,
    open: line.open,
    close: async () => {
      line.close()
      await server.close()
    },
  }
}
