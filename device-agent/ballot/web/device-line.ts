/** The page's end of the line to the device. A lost line is tried again for ever, without loading anything anew. */
import { type FromDevice, parseMessage, type ToDevice } from './messages.ts'

const RETRY_MS = 500
/** The server's word that another page shows the screens now (`page-line.ts`). */
const REPLACED = 4001

interface LineListeners {
  readonly message: (message: FromDevice) => void
  /** Nobody says what is to be shown: the device is gone, or another page has taken this one's place for good. */
  readonly lost: (why: 'gone' | 'replaced') => void
}

/** One page's line. */
export class DeviceLine {
  readonly #listeners: LineListeners
  #socket: WebSocket | undefined

  constructor(listeners: LineListeners) {
    this.#listeners = listeners
    this.#connect()
  }

  /** Says something, if anybody is there to hear it. */
  say(message: ToDevice): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  /** Leaves: the device takes the page for gone. */
  leave(): void {
    this.#socket?.close()
  }

  #connect(): void {
    const socket = new WebSocket(`ws://${location.host}/line`)
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const message = parseMessage(data)
      if (message === undefined) socket.close()
      else this.#listeners.message(message)
    })
    socket.addEventListener('close', ({ code }) => {
      this.#listeners.lost(code === REPLACED ? 'replaced' : 'gone')
      if (code !== REPLACED) setTimeout(() => this.#connect(), RETRY_MS)
    })
  }
}
