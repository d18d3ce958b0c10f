/**
 * The page as a line that the display's driver opens: each line that it writes is one message to the page, each message of the page is one
 * line. There is one page at a time: a newer one takes the older's place.
 */
import type { WebSocket } from 'ws'
import type { Clock, OpenLine, Timer, Transport } from '../../../core/ports.ts'

/** A page that has not read so much is not there any more. */
const UNREAD_LIMIT = 1 << 20
/** A page that answers no ping until the next is not there any more. The browser answers, whatever the page does. */
const PING_MS = 5_000

/** A page that was sent away has so long to go by itself. */
const CLOSE_MS = 1_000

/** Tells a page that another has taken its place: it must not come back by itself, else the two would take turns. */
const REPLACED = 4001
const LINE_CLOSED = 1001
const NO_TEXT = 1003

const SERVED_NO_MORE = 'the page is served no more'

const NEWLINE = 0x0a

/** Whether there is a page; `left` if it went by itself, `sent-away` if its line was closed and it is to come back. */
export type PageState = 'there' | 'left' | 'sent-away'

/** The newest page, and who waits for it. */
export class PageLine {
  readonly #clock: Clock
  readonly #changed: (state: PageState) => void
  #page: Page | undefined
  #waiting: PromiseWithResolvers<Transport> | undefined
  #isClosed = false

  /** @param changed called when there is a page and when there is none any more */
  constructor(clock: Clock, changed: (state: PageState) => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Gives the page's line once there is one. A later call ends the waiting of an earlier one. */
  readonly open: OpenLine = async () => {
    if (this.#isClosed) throw new Error(SERVED_NO_MORE)
    this.#waiting?.reject(new Error('the line was asked for anew'))
    this.#waiting = undefined
    const free = this.#page?.take()
    if (free !== undefined) return free
    this.#waiting = Promise.withResolvers<Transport>()
    return this.#waiting.promise
  }

  /** A page has connected. */
  admit(socket: WebSocket): void {
    const page = new Page(socket, this.#clock, (how) => {
      if (this.#page !== page) return
      this.#page = undefined
      this.#changed(how)
    })
    const before = this.#page
    this.#page = page
    before?.end(REPLACED, 'another page took its place')
    this.#changed('there')
    const waiting = this.#waiting
    this.#waiting = undefined
    const line = waiting && page.take()
    if (line !== undefined) waiting?.resolve(line)
  }

  /** Sends the page away for good: another session has begun. */
  expel(): void {
    this.#page?.end(REPLACED, 'another session has begun')
  }

  /** Ends page and waiting. */
  close(): void {
    this.#isClosed = true
    this.#waiting?.reject(new Error(SERVED_NO_MORE))
    this.#waiting = undefined
    this.#page?.drop(SERVED_NO_MORE)
  }
}

/** One page's socket, from its coming to its end. Until somebody has opened the line nobody hears what it says. */
class Page {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #gone: (how: 'left' | 'sent-away') => void
  #listeners: { receive: (chunk: Uint8Array) => void; lost: (reason: string) => void } | undefined
  #isTaken = false
  /** Why it is over, once it is. */
  #ended: string | undefined
  #answered = true
  /** To the next ping; once it is over, to the end of patience. */
  #timer: Timer
  /** The beginning of a line of which the rest is not written yet. */
  #unsent: Uint8Array = new Uint8Array(0)

  constructor(socket: WebSocket, clock: Clock, gone: (how: 'left' | 'sent-away') => void) {
    this.#socket = socket
    this.#clock = clock
    this.#gone = gone
    this.#timer = this.#watch()
    socket.on('message', (data, isBinary) => {
      if (isBinary || !Buffer.isBuffer(data)) this.end(NO_TEXT, 'the page sent what is no text')
      else if (this.#ended === undefined) this.#listeners?.receive(Buffer.concat([data, Buffer.of(NEWLINE)]))
    })
    socket.on('pong', () => {
      this.#answered = true
    })
    // What is wrong with a socket ends it, and its end is told below.
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      this.#over('the page is gone', 'left')
      this.#timer.cancel()
    })
  }

  /** The line, once. */
  take(): Transport | undefined {
    if (this.#isTaken) return undefined
    this.#isTaken = true
    return {
      listen: (receive, lost) => {
        this.#listeners = { receive, lost }
        if (this.#ended !== undefined) lost(this.#ended)
      },
      write: (bytes) => this.#write(bytes),
      close: () => {
        this.#listeners = undefined
        this.end(LINE_CLOSED, 'closed')
      },
    }
  }

  /** Sends the page away; whoever has its line is told at once, whether or not the page hears of it. */
  end(code: number, why: string): void {
    if (this.#ended !== undefined) return
    this.#over(why, 'sent-away')
    this.#socket.close(code)
    this.#timer = this.#clock.after(CLOSE_MS, () => this.#socket.terminate())
  }

  /** Cuts the page off. */
  drop(why: string): void {
    this.#over(why, 'sent-away')
    this.#socket.terminate()
  }

  #over(why: string, how: 'left' | 'sent-away'): void {
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#timer.cancel()
    this.#gone(how)
    this.#listeners?.lost(why)
  }

  #write(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#socket.send(Buffer.concat([this.#unsent, bytes.subarray(start, end)]).toString('utf8'))
      this.#unsent = new Uint8Array(0)
      start = end + 1
    }
    this.#unsent = Buffer.concat([this.#unsent, bytes.subarray(start)])
    if (this.#socket.bufferedAmount > UNREAD_LIMIT) this.drop('the page does not read')
  }

  #watch(): Timer {
    return this.#clock.after(PING_MS, () => {
      if (!this.#answered) {
        this.drop('the page is silent')
        return
      }
      this.#answered = false
      this.#socket.ping()
      this.#timer = this.#watch()
    })
  }
}
