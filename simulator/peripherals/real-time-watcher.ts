/**
 * The reader of a printer that looks at bytes the moment they arrive, wherever they stand, even inside a picture (Epson ESC/POS command
 * reference, DLE EOT, DLE ENQ, DLE DC4).
 */

export const [DLE, EOT, ENQ, DC4] = [0x10, 0x04, 0x05, 0x14] as const

/** A command that never waits. */
export type RealTimeCommand =
  | { readonly is: 'status'; readonly of: number }
  | { readonly is: 'recover'; readonly how: number }
  | { readonly is: 'drawer-pulse' }
  | { readonly is: 'clear-buffer' }

/** DLE DC4 8 needs these seven bytes, so that no accident clears the buffer. */
export const CLEAR_TAIL = [0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08]

/** Watches the bytes as they arrive for real-time commands, with no regard to what they belong to. */
export class RealTimeWatcher {
  #seen: number[] = []

  /** The real-time commands that these bytes complete. */
  feed(bytes: Uint8Array): RealTimeCommand[] {
    const commands: RealTimeCommand[] = []
    for (const byte of bytes) {
      const command = this.take(byte)
      if (command !== undefined) commands.push(command)
    }
    return commands
  }

  /** The real-time command that this byte completes, if it does. */
  take(byte: number): RealTimeCommand | undefined {
    if (this.#seen.length === 0 && byte !== DLE) return undefined
    this.#seen.push(byte)
    while (this.#seen.length > 0) {
      const command = realTimeAt(this.#seen)
      if (command === 'more') return undefined
      // Not a command: it may begin at the next byte. A command: its bytes are used up.
      this.#seen = command === 'none' ? this.#seen.slice(1) : []
      if (command !== 'none') return command
    }
    return undefined
  }
}

function realTimeAt([first, second, third, ...rest]: readonly number[]): RealTimeCommand | 'none' | 'more' {
  if (first !== DLE) return 'none'
  if (second === undefined) return 'more'
  if (second !== EOT && second !== ENQ && second !== DC4) return 'none'
  if (third === undefined) return 'more'
  if (second === EOT) return third >= 1 && third <= 4 ? { is: 'status', of: third } : 'none'
  if (second === ENQ) return third === 1 || third === 2 ? { is: 'recover', how: third } : 'none'
  if (third === 1) return drawerPulse(rest)
  if (third !== 8 || rest.some((byte, i) => byte !== CLEAR_TAIL[i])) return 'none'
  return rest.length < CLEAR_TAIL.length ? 'more' : { is: 'clear-buffer' }
}

/** DLE DC4 1 m t: pin 0 or 1, 1 to 8 times 100 ms. */
function drawerPulse([m, t]: readonly number[]): RealTimeCommand | 'none' | 'more' {
  if (m === undefined) return 'more'
  if (m > 1) return 'none'
  if (t === undefined) return 'more'
  return t >= 1 && t <= 8 ? { is: 'drawer-pulse' } : 'none'
}
