/** The part of firmata-io 2.3.0 that the adapter uses; the package, CommonJS with one export, brings no types. */
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events'

  class Firmata extends EventEmitter {
    constructor(
      transport: EventEmitter & { write(bytes: Uint8Array, written?: () => void): void },
      options: { reportVersionTimeout: number },
    )
    /** Bytes of the message that is not yet complete. */
    readonly buffer: readonly number[]
    readonly firmware: {
      readonly name: string
      readonly version: { readonly major: number; readonly minor: number }
    }
    readonly MODES: { readonly OUTPUT: number }
  }

  const firmata: { readonly Firmata: typeof Firmata }
  export = firmata
}
