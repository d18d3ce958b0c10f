/** Builds the firmware as its Makefile does, and its logic for this computer; each in a folder that the test removes. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../../../../firmware/io-board/avr', import.meta.url))
const NATIVE = fileURLToPath(new URL('.', import.meta.url))

/** What only the chip has. */
const OF_THE_CHIP = ['fuses.c', 'hardware.c', 'main.c']

/** A change of one source file, which must be there to be changed. */
export interface Patch {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** The sources in a folder of their own, patched. */
export function copySources(patches: readonly Patch[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-firmware-'))
  cpSync(SOURCES, folder, { recursive: true })
  for (const { file, from, to } of patches) {
    const text = readFileSync(join(folder, file), 'utf8')
    if (text.split(from).length !== 2) throw new Error(`${file} does not have this once: ${from}`)
    writeFileSync(join(folder, file), text.replace(from, to))
  }
  return folder
}

/** Has `make` build the firmware in that folder; gives the path of the .hex file. */
export function makeFirmware(folder: string): string {
  execFileSync('make', ['--silent', 'BUILD=out'], { cwd: folder, stdio: 'pipe' })
  return join(folder, 'out', 'sandogh-io.hex')
}

/** Compiles a program of this folder with the firmware's logic, watched for undefined behaviour; gives its path. */
export function compileNative(folder: string, program: string): string {
  const logic = readdirSync(folder).filter((file) => file.endsWith('.c') && !OF_THE_CHIP.includes(file))
  const result = join(folder, 'native')
  const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined']
  const strict = '-fno-sanitize-recover=all'
  const needed = program === 'codec-host.c' ? ['checksum.c', 'frame.c', 'report.c'] : logic
  execFileSync(
    'gcc',
    [
      ...flags,
      strict,
      `-I${folder}`,
      join(NATIVE, program),
      ...needed.map((file) => join(folder, file)),
      '-o',
      result,
    ],
    { stdio: 'pipe' },
  )
  return result
}
