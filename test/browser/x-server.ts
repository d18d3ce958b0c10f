/** A screen without glass (Xvfb), and the keyboard and mouse before it (xdotool): what they do comes to programs as from real ones. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { GRID } from '../../ui/screen.ts'

/** What is to be seen on a screen, a pixel four bytes: blue, green, red, nothing. */
interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** One screen of the grid's size. */
export class XServer {
  /** For `DISPLAY`. */
  readonly display: string
  readonly #server: ChildProcess
  /** Where the picture is. */
  readonly #folder: string

  private constructor(server: ChildProcess, display: string, folder: string) {
    this.#server = server
    this.display = display
    this.#folder = folder
  }

  static async start(): Promise<XServer> {
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-screen-'))
    const screen = ['-fbdir', folder, '-screen', '0', `${GRID.width}x${GRID.height}x24`]
    // It says which number was free on the fourth of its files.
    const server = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', ...screen], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const said = server.stdio[3]
    if (said === null || said === undefined) throw new Error('no way to hear of the number of the screen')
    const [number] = await once(createInterface(said as Readable), 'line')
    return new XServer(server, `:${number}`, folder)
  }

  /** Presses keys together, `ctrl+t`. */
  press(keys: string): void {
    this.#hand('key', keys)
  }

  moveTo(x: number, y: number): void {
    this.#hand('mousemove', String(x), String(y))
  }

  /** 1 is the main button, 2 the middle one, 3 the other; 4 and 5 turn the wheel, 8 and 9 go back and forward. */
  click(button: number): void {
    this.#hand('click', String(button))
  }

  /** Turns the wheel or clicks with a key held down. */
  clickWith(key: string, button: number): void {
    this.#hand('keydown', key, 'click', String(button), 'keyup', key)
  }

  /** Pulls whatever is under the mouse elsewhere. */
  drag(x: number, y: number): void {
    this.#hand('mousedown', '1', 'mousemove', '--sync', String(x), String(y), 'mouseup', '1')
  }

  /** What is to be seen now, of whatever window (XWD, version 7: a header, colours of 12 bytes, rows). */
  picture(): Picture {
    const bytes = readFileSync(join(this.#folder, 'Xvfb_screen0'))
    const [width, height, rowBytes] = [16, 20, 48].map((at) => bytes.readUInt32BE(at)) as [
      number,
      number,
      number,
    ]
    const start = bytes.readUInt32BE(0) + 12 * bytes.readUInt32BE(76)
    const rows = Array.from({ length: height }, (_, y) =>
      bytes.subarray(start + y * rowBytes, start + y * rowBytes + width * 4),
    )
    return { width, height, pixels: Buffer.concat(rows) }
  }

  /** How many windows are to be seen. */
  windows(): number {
    return this.#hand('search', '--onlyvisible', '--name', '.*').trim().split('\n').length
  }

  async close(): Promise<void> {
    if (this.#server.exitCode !== null) return
    this.#server.kill()
    await once(this.#server, 'exit')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #hand(...words: readonly string[]): string {
    return execFileSync('xdotool', words, {
      env: { ...process.env, DISPLAY: this.display },
      encoding: 'utf8',
    })
  }
}
