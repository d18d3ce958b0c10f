/**
 * Serial lines whose two ends are in two processes: the peripherals' in the station's, the driver's in the device's, so that a device can be
 * killed and its peripherals live on. What passes between them are openings, bytes and losses, as over a cable.
 */
import type { OpenLine, Transport } from '../../core/ports.ts'

/** What one end tells the other of one opening of a line; openings are numbered by the device's process. */
export type LineNews = { readonly line: string; readonly opening: number } & (
  | { readonly is: 'open' | 'opened' | 'close' }
  | { readonly is: 'refused' | 'lost'; readonly why: string }
  | { readonly is: 'bytes'; readonly bytes: Uint8Array }
)

/** The driver's end: opens lines that are elsewhere. */
export class FarLines {
  readonly #send: (news: LineNews) => void
  readonly #openings = new Map<number, FarLine>()
  #last = 0

  constructor(send: (news: LineNews) => void) {
    this.#send = send
  }

  /** Opens the line of that name anew each time it is called. */
  opener(line: string): OpenLine {
    return () =>
      new Promise((resolve, reject) => {
        this.#last += 1
        const opening = this.#last
        const send = (news: { is: 'close' } | { is: 'bytes'; bytes: Uint8Array }) =>
          this.#send({ line, opening, ...news })
        const end = () => this.#openings.delete(opening)
        this.#openings.set(opening, new FarLine({ resolve, reject, send, end }))
        this.#send({ line, opening, is: 'open' })
      })
  }

  /** Takes what the other end tells. */
  take(news: LineNews): void {
    this.#openings.get(news.opening)?.take(news)
  }
}

interface FarLineParts {
  readonly resolve: (transport: Transport) => void
  readonly reject: (error: Error) => void
  readonly send: (news: { is: 'close' } | { is: 'bytes'; bytes: Uint8Array }) => void
  /** Nothing more of this opening is wanted; whether that is news. */
  readonly end: () => boolean
}

/** One opening. */
class FarLine implements Transport {
  readonly #parts: FarLineParts
  /** What came before anybody listened. */
  #early: LineNews[] = []
  #receive: ((chunk: Uint8Array) => void) | undefined
  #lost: ((reason: string) => void) | undefined

  constructor(parts: FarLineParts) {
    this.#parts = parts
  }

  take(news: LineNews): void {
    if (news.is === 'opened') this.#parts.resolve(this)
    else if (news.is === 'refused') {
      this.#parts.end()
      this.#parts.reject(new Error(news.why))
    } else if (this.#receive === undefined) this.#early.push(news)
    else if (news.is === 'bytes') this.#receive(news.bytes)
    else if (news.is === 'lost') {
      this.#parts.end()
      this.#lost?.(news.why)
    }
  }

  listen(receive: (chunk: Uint8Array) => void, lost: (reason: string) => void): void {
    // As a serial port does: nothing comes before whoever listens has had its turn.
    queueMicrotask(() => {
      this.#receive = receive
      this.#lost = lost
      for (const news of this.#early) this.take(news)
      this.#early = []
    })
  }

  write(bytes: Uint8Array): void {
    this.#parts.send({ is: 'bytes', bytes })
  }

  close(): void {
    if (this.#parts.end()) this.#parts.send({ is: 'close' })
  }
}

/** The cables' end: opens the lines that are here for a driver elsewhere. */
export class NearLines {
  readonly #lines: ReadonlyMap<string, OpenLine>
  readonly #send: (news: LineNews) => void
  readonly #openings = new Map<number, Transport | 'opening'>()

  constructor(lines: ReadonlyMap<string, OpenLine>, send: (news: LineNews) => void) {
    this.#lines = lines
    this.#send = send
  }

  /** Takes what the driver's end tells. */
  take(news: LineNews): void {
    if (news.is === 'open') void this.#openFor(news)
    const transport = this.#openings.get(news.opening)
    if (news.is === 'close') this.#openings.delete(news.opening)
    if (transport === undefined || transport === 'opening') return
    if (news.is === 'bytes') transport.write(news.bytes)
    else if (news.is === 'close') transport.close()
  }

  /** The driver's process is gone: nothing is open any more. */
  hangUp(): void {
    for (const transport of this.#openings.values()) if (transport !== 'opening') transport.close()
    this.#openings.clear()
  }

  async #openFor({ line, opening }: LineNews): Promise<void> {
    this.#openings.set(opening, 'opening')
    const opened = await this.#opened(line)
    if (!this.#openings.has(opening)) {
      // The driver has given it up, or is gone.
      if ('transport' in opened) opened.transport.close()
      return
    }
    if ('why' in opened) {
      this.#openings.delete(opening)
      this.#send({ line, opening, is: 'refused', why: opened.why })
      return
    }
    this.#openings.set(opening, opened.transport)
    this.#send({ line, opening, is: 'opened' })
    opened.transport.listen(
      (bytes) => this.#send({ line, opening, is: 'bytes', bytes }),
      (why) => {
        this.#openings.delete(opening)
        this.#send({ line, opening, is: 'lost', why })
      },
    )
  }

  async #opened(line: string): Promise<{ readonly transport: Transport } | { readonly why: string }> {
    const open = this.#lines.get(line)
    if (open === undefined) return { why: 'there is no such line' }
    try {
      return { transport: await open() }
    } catch (error) {
      return { why: error instanceof Error ? error.message : 'it does not open' }
    }
  }
}
