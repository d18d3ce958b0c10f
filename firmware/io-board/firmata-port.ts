/** The line as firmata-io wants it: something that can be written to and emits what came. */
import { EventEmitter } from 'node:events'

export class FirmataPort extends EventEmitter {
  readonly #write: (bytes: Uint8Array) => void

  constructor(write: (bytes: Uint8Array) => void) {
    super()
    this.#write = write
  }

  write(bytes: Uint8Array, written?: () => void): void {
    this.#write(bytes)
    written?.()
  }
}
