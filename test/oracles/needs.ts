/**
 * Verifiers that are not ours come from Debian. On a computer without them their tests are skipped and say what to install; where the
 * environment says `CI=true` they must run, and fail by name instead.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, test } from 'vitest'

/** A Debian package and how its presence shows. */
export interface Need {
  readonly debian: string
  readonly isThere: () => boolean
}

export const GO: Need = { debian: 'golang-go', isThere: () => runs('go', 'version') }
/** Where Debian puts Go libraries: a GOPATH. */
export const GO_LIBRARIES = '/usr/share/gocode'
export const GO_MOD_LIBRARY: Need = {
  debian: 'golang-golang-x-mod-dev',
  isThere: () => existsSync(`${GO_LIBRARIES}/src/golang.org/x/mod/sumdb/tlog/tile.go`),
}
export const OPENSSL: Need = { debian: 'openssl', isThere: () => runs('openssl', 'version') }
export const PYTHON: Need = { debian: 'python3', isThere: () => runs('python3', '-c', 'import ctypes') }
/** Debian's own Python, whose libraries a Python from elsewhere does not see. */
export const DEBIAN_PYTHON = '/usr/bin/python3'
export const PYTHON_CRYPTOGRAPHY: Need = {
  debian: 'python3-cryptography',
  isThere: () => runs(DEBIAN_PYTHON, '-c', 'import cryptography'),
}
export const PYTHON_NACL: Need = {
  debian: 'python3-nacl',
  isThere: () => runs(DEBIAN_PYTHON, '-c', 'import nacl.bindings'),
}
export const LIBSODIUM: Need = {
  debian: 'libsodium23',
  isThere: () => runs('python3', '-c', 'import ctypes; ctypes.CDLL("libsodium.so.23")'),
}
/** `zbarimg --version` answers without a picture. */
export const ZBAR: Need = { debian: 'zbar-tools', isThere: () => runs('zbarimg', '--version') }
export const TESSERACT: Need = { debian: 'tesseract-ocr', isThere: () => runs('tesseract', '--version') }
export const TESSERACT_PERSIAN: Need = {
  debian: 'tesseract-ocr-fas',
  isThere: () => /^fas$/m.test(spawnSync('tesseract', ['--list-langs']).stdout?.toString() ?? ''),
}

export const CHROMIUM: Need = { debian: 'chromium', isThere: () => existsSync('/usr/bin/chromium') }

/** A screen without glass, and hands for it. */
export const XVFB: Need = { debian: 'xvfb', isThere: () => existsSync('/usr/bin/Xvfb') }
export const XDOTOOL: Need = { debian: 'xdotool', isThere: () => existsSync('/usr/bin/xdotool') }

/** What the I/O board's firmware is built with, and its logic for this computer. */
export const GCC: Need = { debian: 'gcc', isThere: () => runs('gcc', '--version') }
export const FIRMWARE_TOOLS: readonly Need[] = [
  { debian: 'gcc-avr', isThere: () => runs('avr-gcc', '--version') },
  { debian: 'binutils-avr', isThere: () => runs('avr-objcopy', '--version') },
  { debian: 'avr-libc', isThere: () => existsSync('/usr/lib/avr/include/avr/io.h') },
  { debian: 'make', isThere: () => runs('make', '--version') },
]

/** The smart card daemon, its driver for a GemPC Twin on a serial line, and a client. */
export const PCSCD: Need = { debian: 'pcscd', isThere: () => existsSync('/usr/sbin/pcscd') }
export const CCID_DRIVER: Need = {
  debian: 'libccid',
  isThere: () => existsSync('/usr/lib/pcsc/drivers/serial/libccidtwin.so'),
}
export const OPENSC: Need = { debian: 'opensc', isThere: () => runs('opensc-tool', '--version') }
/** pcscd listens under /run and nowhere else. */
export const ROOT: Need = { debian: '(and be root)', isThere: () => process.getuid?.() === 0 }

/** Tells every system call of a program, and kills it at a chosen one. */
export const STRACE: Need = { debian: 'strace', isThere: () => runs('strace', '--version') }

/** Debian puts each version's programs into a folder of its own. */
export const POSTGRES: Need = { debian: 'postgresql', isThere: () => existsSync('/usr/lib/postgresql') }
/** The broker; at the path where Debian puts it, which is not on every user's. */
export const MOSQUITTO: Need = { debian: 'mosquitto', isThere: () => existsSync('/usr/sbin/mosquitto') }

/** A group of tests that run with these packages there. */
export function describeWith(needs: readonly Need[], name: string, tests: () => void): void {
  const missing = needs.filter(({ isThere }) => !isThere()).map(({ debian }) => debian)
  const install = `Debian packages are missing: apt-get install ${missing.join(' ')}`
  if (missing.length === 0) {
    describe(name, tests)
  } else if (process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(install)
    })
  } else {
    describe.skip(`${name} (skipped; ${install})`, tests)
  }
}

function runs(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}
