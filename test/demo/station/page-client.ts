/** Pages as programs: they come with a one-time address as a browser does, and hear and say what the page's script would. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Act } from '../../../demo/web/acts.ts'
import type { StationView, ToPage } from '../../../demo/web/messages.ts'

/** So long something may take until a test says that it never came. */
const PATIENCE_MS = 90_000
const RETRY_MS = 100

/** Redeems an address. @returns the cookie of the session */
export async function redeem(address: string): Promise<string> {
  const answer = await fetch(address, { redirect: 'manual' })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  if (answer.status !== 303 || cookie === '') throw new Error(`the address was not taken: ${answer.status}`)
  return cookie
}

/** A page's line, as its browser opens it. */
export async function connect(address: string, cookie: string): Promise<WebSocket> {
  const { host } = new URL(address)
  const socket = new WebSocket(`ws://${host}/line`, { headers: { cookie, origin: `http://${host}` } })
  await once(socket, 'open')
  return socket
}

/** The display's page: says of every screen that it is painted. */
export class PaintingPage {
  readonly #address: string
  readonly #cookie: string
  #socket: WebSocket | undefined
  #isClosed = false
  #shown = 0

  private constructor(address: string, cookie: string) {
    this.#address = address
    this.#cookie = cookie
  }

  static async open(address: string): Promise<PaintingPage> {
    const page = new PaintingPage(address, await redeem(address))
    await page.#connect()
    return page
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.close()
  }

  /** A line that is lost is tried again, as the real page does. */
  async #connect(): Promise<void> {
    const socket = await connect(this.#address, this.#cookie)
    this.#socket = socket
    socket.on('message', (data) => this.#take(JSON.parse(String(data))))
    socket.on('close', () => setTimeout(() => !this.#isClosed && this.#connect().catch(() => {}), RETRY_MS))
  }

  #take(message: { readonly screen?: { readonly revision: number } }): void {
    if (message.screen !== undefined) {
      this.#shown = message.screen.revision
      this.#say({ painted: this.#shown })
    } else this.#say({ showing: this.#shown })
  }

  #say(message: unknown): void {
    this.#socket?.send(JSON.stringify(message))
  }
}

/** A page of the station. */
export class StationClient {
  readonly cookie: string
  readonly #socket: WebSocket
  readonly #looking = new Set<() => void>()
  view: StationView | undefined
  readonly refusals: string[] = []

  private constructor(socket: WebSocket, cookie: string) {
    this.cookie = cookie
    this.#socket = socket
    socket.on('message', (data) => this.#take(JSON.parse(String(data))))
  }

  static async open(address: string): Promise<StationClient> {
    const cookie = await redeem(address)
    return new StationClient(await connect(address, cookie), cookie)
  }

  /** Another tab of the same browser. */
  async again(address: string): Promise<StationClient> {
    return new StationClient(await connect(address, this.cookie), this.cookie)
  }

  act(act: Act): void {
    this.say(JSON.stringify(act))
  }

  say(text: string): void {
    this.#socket.send(text)
  }

  /** The code with which the station ends this page's line. */
  async ended(): Promise<number> {
    const [code] = await once(this.#socket, 'close')
    return code
  }

  close(): void {
    this.#socket.close()
  }

  /** Waits until that is to be seen. */
  see(what: string, isSeen: (view: StationView) => boolean): Promise<StationView> {
    return this.#until(what, () => (this.view !== undefined && isSeen(this.view) ? this.view : undefined))
  }

  /** Waits until the station has said why something could not be done. */
  refused(): Promise<string> {
    return this.#until('a refusal', () => this.refusals.shift())
  }

  #take(message: ToPage): void {
    if (message.is === 'view') this.view = message.view
    else this.refusals.push(message.why)
    for (const look of [...this.#looking]) look()
  }

  #until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        clearTimeout(tooLong)
        this.#looking.delete(look)
        resolve(found)
      }
      const tooLong = setTimeout(() => {
        this.#looking.delete(look)
        const { screen, power } = this.view?.device ?? {}
        reject(new Error(`never seen: ${what}; the device is ${power} and shows ${screen?.name}`))
      }, PATIENCE_MS)
      this.#looking.add(look)
      look()
    })
  }
}
