import type { Logger, OpenLine, Transport } from '../../core/ports.ts'

/** What a scripted peripheral says to a write: its bytes, in the pieces in which they arrive. */
export type Script = (written: Uint8Array) => readonly Uint8Array[] | undefined

/** A line whose far end is a function of the test. Answers come before `write` returns, the hardest order for a driver. */
export class ScriptedLine {
  readonly written: Uint8Array[] = []
  closed = false
  #receive: (chunk: Uint8Array) => void = () => {}
  #lost: (reason: string) => void = () => {}
  readonly #script: Script

  constructor(script: Script = () => undefined) {
    this.#script = script
  }

  readonly transport: Transport = {
    listen: (receive, lost) => {
      this.#receive = receive
      this.#lost = lost
    },
    write: (bytes) => {
      this.written.push(bytes)
      for (const chunk of this.#script(bytes) ?? []) this.say(chunk)
    },
    close: () => {
      this.closed = true
    },
  }

  readonly open: OpenLine = async () => this.transport

  /** Bytes that the peripheral sends by itself. */
  say(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (!this.closed) this.#receive(chunk)
  }

  /** The plug is pulled. */
  unplug(): void {
    this.#lost('unplugged')
  }
}

/** A line that cannot be opened. */
export const noLine: OpenLine = () => Promise.reject(new Error('cannot open serial line: no such file'))

/** A logger that keeps its lines. */
export function keepingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const keep = (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { lines, info: keep, warn: keep, error: keep }
}

/** Bytes from hexadecimal, spaces allowed. */
export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
}

/** The value of a result that must be good. */
export function good<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (result.ok) return result.value
  throw new Error(`unexpected failure: ${JSON.stringify(result.error)}`)
}
