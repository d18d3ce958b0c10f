/** The last lines of the program's own log, kept in memory for whoever has them sent. As the log itself they hold no choice. */
import type { Clock, Logger } from '../core/ports.ts'
import { utcText } from '../core/text/utc-second.ts'

/** No line is longer, UTF-16 units. */
const MAX_LINE = 500

/** A logger that hands on what it is told, and remembers as much of it as `most` UTF-16 units hold. */
export class RecentLog implements Logger {
  readonly #logger: Logger
  readonly #clock: Pick<Clock, 'now'>
  readonly #most: number
  readonly #lines: string[] = []
  #length = 0

  constructor(logger: Logger, clock: Pick<Clock, 'now'>, most: number) {
    this.#logger = logger
    this.#clock = clock
    this.#most = most
  }

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#keep('info', fields, message)
    this.#logger.info(fields, message)
  }

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#keep('warn', fields, message)
    this.#logger.warn(fields, message)
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#keep('error', fields, message)
    this.#logger.error(fields, message)
  }

  /** The lines, oldest first, each with a line feed behind it. */
  text(): string {
    return this.#lines.join('')
  }

  #keep(level: string, fields: Readonly<Record<string, unknown>>, message: string): void {
    const line = `${utcText(this.#clock.now())} ${level} ${message} ${textOf(fields)}`
    const kept = `${line.replaceAll('\n', ' ').slice(0, MAX_LINE).toWellFormed()}\n`
    this.#lines.push(kept)
    this.#length += kept.length
    while (this.#length > this.#most) this.#length -= this.#lines.shift()?.length ?? this.#length
  }
}

/** What JSON cannot say is left out: a line of the log stops no device. */
function textOf(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields)
  } catch {
    return '{…}'
  }
}
