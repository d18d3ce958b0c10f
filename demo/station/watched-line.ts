/** The line between a device and the page that paints its screens, with a plug that can be pulled, and somebody who reads along. */
import type { OpenLine, Transport } from '../../core/ports.ts'

/** Who reads along. */
interface Reader {
  readonly down: (bytes: Uint8Array) => void
  readonly up: (bytes: Uint8Array) => void
  /** A line was opened, or is gone. */
  readonly reset: () => void
}

/** What the device is told when the plug is out. */
const UNPLUGGED = 'unplugged'

/** One line, opened again and again. */
export class WatchedLine {
  readonly #open: OpenLine
  readonly #reader: Reader
  #isPlugged = true
  #hangUp: (() => void) | undefined

  constructor(open: OpenLine, reader: Reader) {
    this.#open = open
    this.#reader = reader
  }

  /** The device's way to the page. */
  readonly open: OpenLine = async () => {
    this.#refuseUnplugged()
    const line = await this.#open()
    if (!this.#isPlugged) line.close()
    this.#refuseUnplugged()
    this.#reader.reset()
    return this.#watched(line)
  }

  /** Pulls the plug, or puts it in again. */
  plug(isIn: boolean): void {
    this.#isPlugged = isIn
    if (!isIn) this.#hangUp?.()
  }

  #refuseUnplugged(): void {
    if (!this.#isPlugged) throw new Error(UNPLUGGED)
  }

  #watched(line: Transport): Transport {
    const { down, up, reset } = this.#reader
    const over = () => {
      this.#hangUp = undefined
      reset()
    }
    return {
      listen: (receive, lost) => {
        this.#hangUp = () => {
          over()
          line.close()
          lost(UNPLUGGED)
        }
        line.listen(
          (bytes) => {
            up(bytes)
            receive(bytes)
          },
          (why) => {
            over()
            lost(why)
          },
        )
      },
      write: (bytes) => {
        down(bytes)
        line.write(bytes)
      },
      close: () => {
        over()
        line.close()
      },
    }
  }
}
