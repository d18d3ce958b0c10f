/** Readers that are not ours: zbar, jsQR, tesseract. */
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jsQR from 'jsqr'
import type { PrintedSlip } from '../../../simulator/peripherals/printer.ts'
import { slipPng } from '../../../simulator/peripherals/slip-png.ts'
import { isInked } from './picture.ts'

/** What `zbarimg` reads from the whole slip, one text for each; throws where it finds none or more than one. */
export function readByZbar(slips: readonly PrintedSlip[]): readonly string[] {
  return withFiles(slips.map(slipPng), 'png', (files) => {
    // Only QR codes: the strokes of letters are sometimes taken for bar codes of other kinds.
    const given = ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', ...files]
    const lines = run('zbarimg', given).trim().split('\n')
    if (lines.length !== slips.length)
      throw new Error(`zbar read ${lines.length} codes on ${slips.length} slips`)
    return lines
  })
}

/** What jsQR reads below a row of the slip: over the whole of it, it takes ten times as long. */
export function readByJsqr(slip: PrintedSlip, top: number): string | undefined {
  const height = slip.height - top
  const pixels = new Uint8ClampedArray(4 * slip.width * height).fill(255)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < slip.width; x += 1) {
      if (isInked(slip, x, top + y)) pixels.fill(0, 4 * (y * slip.width + x), 4 * (y * slip.width + x) + 3)
    }
  }
  // The package's types say "default", Node's loader of CommonJS gives the function itself.
  return (jsQR as unknown as typeof jsQR.default)(pixels, slip.width, height)?.data
}

/** How tesseract is told to take a picture of one line: names it reads best as they are, digits when it looks for the line first (measured). */
export const READS_NAMES = ['--psm', '13', '-l', 'fas'] as const
export const READS_DIGITS = ['--psm', '7', '-l', 'eng', '-c', 'tessedit_char_whitelist=0123456789'] as const

/** Reads many small pictures with one start of tesseract; each different picture once. */
export class Tesseract {
  readonly #arguments: readonly string[]
  readonly #pictures = new Map<string, Buffer>()
  #texts: ReadonlyMap<string, string> = new Map()

  /** @param options what tesseract is told; every picture is one line of text */
  constructor(options: readonly string[]) {
    this.#arguments = ['--dpi', '203', ...options]
  }

  /** How many different pictures there are. */
  get pictures(): number {
    return this.#pictures.size
  }

  /** Takes a picture; the function gives its text once {@link read} was called. */
  add(picture: Buffer): () => string {
    const name = hash('sha256', picture)
    this.#pictures.set(name, picture)
    return () => {
      const text = this.#texts.get(name)
      if (text === undefined) throw new Error('a picture that was not read')
      return text
    }
  }

  /** Reads all pictures. */
  read(): void {
    const names = [...this.#pictures.keys()]
    const pages = withFiles([...this.#pictures.values()], 'pbm', (files, folder) => {
      const list = join(folder, 'list.txt')
      writeFileSync(list, files.join('\n'))
      return run('tesseract', [list, 'stdout', ...this.#arguments]).split('\f')
    })
    // A form feed stands between two pages.
    if (pages.length !== names.length)
      throw new Error(`tesseract read ${pages.length} of ${names.length} pictures`)
    this.#texts = new Map(names.map((name, i) => [name, pages[i]?.trim() ?? '']))
  }
}

function run(program: string, given: readonly string[]): string {
  // One thread: these pictures are too small for more, and the threads wait for one another.
  const env = { ...process.env, OMP_THREAD_LIMIT: '1' }
  return execFileSync(program, given, {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 24,
  }).toString()
}

function withFiles<T>(
  contents: readonly Buffer[],
  extension: string,
  use: (files: readonly string[], folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-oracle-'))
  try {
    const files = contents.map((content, i) => {
      const file = join(folder, `${i}.${extension}`)
      writeFileSync(file, content)
      return file
    })
    return use(files, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
