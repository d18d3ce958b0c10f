/**
 * Serves the page that shows a device's screens, on this computer only, to the one browser that brought the one-time token. The page says
 * and hears on a WebSocket exactly what the display's line carries.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock, OpenLine, Random } from '../../../core/ports.ts'
import { Admission } from './admission.ts'
import type { ServedFile } from './page-files.ts'
import { pageHeaders } from './page-headers.ts'
import { PageLine } from './page-line.ts'

/** The one address that is listened on. */
const LOOPBACK = '127.0.0.1'
/** Where the page connects its line. */
const LINE = '/line'

/** A request is a few hundred bytes, a message of the page less than the display's driver takes. */
const MAX_HEADER_BYTES = 8_192
const MAX_MESSAGE_BYTES = 256
const MAX_CONNECTIONS = 32
/** Who has not asked by then is cut off, and how often that is looked at. */
const REQUEST_MS = 5_000
const CHECK_MS = 1_000

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
  /** Called when a page has connected and when it is gone. */
  readonly pageChanged?: (connected: boolean) => void
}

/** A page that is served. */
export interface DisplayServer {
  /** A fresh address for one browser, once; the one before works no more. */
  newAddress(): string
  /** The display's line: the page that is there, or the next that comes. */
  readonly open: OpenLine
  close(): Promise<void>
}

/** Begins to serve on a port that is free. */
export async function serveDisplay(parts: DisplayServerParts): Promise<DisplayServer> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  })
  server.maxConnections = MAX_CONNECTIONS
  const port = await listen(server)
  const site = new Site(parts, port)
  server.on('request', (request, response) => site.answer(request, response))
  server.on('upgrade', (request, socket, head) => site.connect(request, socket, head))
  return {
    newAddress: () => site.newAddress(),
    open: site.line.open,
    close: async () => {
      site.line.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, LOOPBACK, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a server without a port')
      resolve(address.port)
    })
  })
}

/** What may be had from one server, and by whom. */
class Site {
  readonly line: PageLine
  readonly #parts: DisplayServerParts
  readonly #host: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #admission: Admission
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })

  constructor(parts: DisplayServerParts, port: number) {
    this.#parts = parts
    this.#host = `${LOOPBACK}:${port}`
    this.#headers = pageHeaders(this.#host)
    this.#admission = new Admission(parts.random, port)
    this.line = new PageLine(parts.clock, parts.pageChanged ?? (() => {}))
  }

  newAddress(): string {
    return `http://${this.#host}/?token=${this.#admission.newToken()}`
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, headers, body } = this.#answerTo(request)
    response.writeHead(status, { ...this.#headers, ...headers, 'Content-Length': String(body.length) })
    response.end(body)
  }

  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin, cookie } = request.headers
    // A refused socket may end as it likes.
    socket.on('error', () => socket.destroy())
    const isOurs =
      request.method === 'GET' &&
      request.url === LINE &&
      host === this.#host &&
      origin === `http://${this.#host}` &&
      this.#admission.isAdmitted(cookie)
    if (isOurs) this.#sockets.handleUpgrade(request, socket, head, (page) => this.line.admit(page))
    else
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
        socket.destroy(),
      )
  }

  #answerTo({ method, url = '', headers: { host, cookie } }: IncomingMessage): Answer {
    // Another name for this address is another site's: its pages must not reach this one (DNS rebinding).
    if (host !== this.#host) return refusal(421)
    if (method !== 'GET') return refusal(405, { Allow: 'GET' })
    if (url.startsWith(TOKEN_PREFIX)) {
      const session = this.#admission.redeem(url.slice(TOKEN_PREFIX.length))
      // Who is in and opens the used address again is let in by the cookie.
      if (session === undefined) return this.#admission.isAdmitted(cookie) ? toPage({}) : refusal(403)
      this.line.expel()
      return toPage({ 'Set-Cookie': session })
    }
    if (!this.#admission.isAdmitted(cookie)) return refusal(403)
    const photo = /^\/photo\/([0-9a-f]{64})$/.exec(url)?.[1]
    const file = photo === undefined ? this.#parts.page.get(url) : this.#parts.photos.get(photo)
    return file === undefined
      ? refusal(404)
      : { status: 200, headers: { 'Content-Type': file.type }, body: file.bytes }
  }
}

/** What a request is answered with. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The token does not stay in the window's address. */
function toPage(headers: Readonly<Record<string, string>>): Answer {
  return { status: 303, headers: { Location: '/', ...headers }, body: new Uint8Array(0) }
}

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body: REFUSAL_PAGE }
}

const TOKEN_PREFIX = '/?token='

/** For whoever comes without a token, with a used one, or to what is not there: says as little as that. */
const REFUSAL_PAGE = Buffer.from(`<!doctype html>
<html lang="fa" dir="rtl">
<meta charset="utf-8">
<title>صندوق</title>
<h1>این نشانی باز نمی‌شود</h1>
<p>هر نشانی یک بار و در یک مرورگر باز می‌شود. از برنامهٔ دستگاه نشانی تازه بگیرید.</p>
<p lang="en" dir="ltr">An address opens once, in one browser. Take a fresh one from the device’s program.</p>
</html>
`)
