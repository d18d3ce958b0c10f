/**
 * Serves one page on this computer only, to the one browser that brought the one-time token: its files, pictures that come with it, and a
 * WebSocket for each time it is open. Whoever comes by another name or from another page's script has nothing.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Random } from '../../../core/ports.ts'
import { Admission } from './admission.ts'
import type { ServedFile } from './page-files.ts'
import { pageHeaders } from './page-headers.ts'

/** The one address that is listened on. */
const LOOPBACK = '127.0.0.1'
/** Where the page connects its line. */
const LINE = '/line'

/** A request is a few hundred bytes, a message of a page less than the display's driver takes. */
const MAX_HEADER_BYTES = 8_192
const MAX_MESSAGE_BYTES = 256
const MAX_CONNECTIONS = 32
/** Who has not asked by then is cut off, and how often that is looked at. */
const REQUEST_MS = 5_000
const CHECK_MS = 1_000

/** What is served, and on what. */
export interface PageServerParts {
  /** The built page, by path (`readPageFiles`). */
  readonly page: ReadonlyMap<string, ServedFile>
  /** What else is there under a path. */
  readonly find: (path: string) => ServedFile | undefined
  /** Makes tokens: the operating system's, wherever somebody else could reach this computer. */
  readonly random: Random
  /** For one that is taken, and for 0, any that is free. */
  readonly port: number
  /** What the sandbox that the page is in leaves it beside scripts: `allow-popups`. */
  readonly freedoms: readonly string[]
  /** The page is open and has connected. */
  readonly connected: (socket: WebSocket) => void
  /** A token was redeemed: pages of the session before have no place any more. */
  readonly sessionBegun: () => void
}

/** A page that is served. */
export interface PageServer {
  /** A fresh address for one browser, once; the one before works no more. */
  newAddress(): string
  close(): Promise<void>
}

/** Begins to serve. */
export async function servePage(parts: PageServerParts): Promise<PageServer> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  })
  server.maxConnections = MAX_CONNECTIONS
  const port = (await listen(server, parts.port)) ?? (await listen(server, 0))
  if (port === undefined) throw new Error('no port is free on this computer')
  const site = new Site(parts, port)
  server.on('request', (request, response) => site.answer(request, response))
  server.on('upgrade', (request, socket, head) => site.connect(request, socket, head))
  return {
    newAddress: () => site.newAddress(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      site.close()
      await closed
    },
  }
}

/** @returns the port; undefined if it cannot be had */
function listen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    }
    server.once('error', refused)
    server.listen(port, LOOPBACK, () => {
      server.off('error', refused)
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a server without a port')
      resolve(address.port)
    })
  })
}

/** What may be had from one server, and by whom. */
class Site {
  readonly #parts: PageServerParts
  readonly #host: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #admission: Admission
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  })

  constructor(parts: PageServerParts, port: number) {
    this.#parts = parts
    this.#host = `${LOOPBACK}:${port}`
    this.#headers = pageHeaders(this.#host, parts.freedoms)
    this.#admission = new Admission(parts.random, port)
  }

  newAddress(): string {
    return `http://${this.#host}/?token=${this.#admission.newToken()}`
  }

  /** Cuts off whoever is connected. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
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
    if (isOurs) this.#sockets.handleUpgrade(request, socket, head, (page) => this.#parts.connected(page))
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
      this.#parts.sessionBegun()
      return toPage({ 'Set-Cookie': session })
    }
    if (!this.#admission.isAdmitted(cookie)) return refusal(403)
    const file = this.#parts.page.get(url) ?? this.#parts.find(url)
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
