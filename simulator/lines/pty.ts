/**
 * A pseudo-terminal: the device opens its slave with the real serial stack, the virtual peripheral sits at the master. Linux only.
 */
import { closeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import koffi from 'koffi'
import type { PluggableLine } from './peripheral-line.ts'

/** Room for `/dev/pts/<n>` and for a `struct termios` of any architecture. */
const NAME_BYTES = 128
const TERMIOS_BYTES = 256

/** TCSANOW of termios.h. */
const NOW = 0

/** A line that a serial port of this machine opens by name. */
export interface PtyLine extends PluggableLine {
  /** The device file that stands for the port. */
  readonly path: string
}

/**
 * Opens a pseudo-terminal in raw mode. The slave stays open here too, else the master would see an end whenever the device closes
 * its port. The opening of the slave cannot be seen from the master: the open listener is called once, as if the peripheral was
 * powered when plugged in. Throws when the system gives no pseudo-terminal.
 */
export function ptyLine(): PtyLine {
  const { master, slave, path } = openRawPair()
  // Destroying this stream closes the master, which hangs up whoever has the slave open.
  const stream = new ReadStream(master)
  stream.on('error', () => stream.destroy())
  let plugged = true
  return {
    path,
    onData(listener) {
      if (stream.listenerCount('data') > 0) throw new Error('the line has its peripheral already')
      stream.on('data', (chunk: Buffer) => listener(Uint8Array.from(chunk)))
    },
    onOpen(listener) {
      setImmediate(listener)
    },
    write(bytes) {
      if (plugged && !stream.destroyed) stream.write(Uint8Array.from(bytes))
    },
    unplug() {
      if (!plugged) throw new Error('the plug is out already')
      plugged = false
      stream.destroy()
      closeSync(slave)
    },
  }
}

/** openpty(3), then cfmakeraw(3) on the slave before anyone opens it, else the first bytes would be echoed and edited. */
function openRawPair(): { master: number; slave: number; path: string } {
  const libc = koffi.load('libc.so.6')
  const openpty = libc.func(
    'int openpty(_Out_ int *master, _Out_ int *slave, _Out_ uint8_t *name, const void *termios, const void *size)',
  )
  const tcgetattr = libc.func('int tcgetattr(int fd, _Out_ uint8_t *termios)')
  const cfmakeraw = libc.func('void cfmakeraw(_Inout_ uint8_t *termios)')
  const tcsetattr = libc.func('int tcsetattr(int fd, int when, const uint8_t *termios)')
  const master = [-1]
  const slave = [-1]
  const name = Buffer.alloc(NAME_BYTES)
  if (openpty(master, slave, name, null, null) !== 0) throw new Error('the system gives no pseudo-terminal')
  const termios = Buffer.alloc(TERMIOS_BYTES)
  const descriptor = slave[0] as number
  if (tcgetattr(descriptor, termios) !== 0) throw new Error('the pseudo-terminal has no settings')
  cfmakeraw(termios)
  if (tcsetattr(descriptor, NOW, termios) !== 0) throw new Error('the pseudo-terminal cannot be set raw')
  return {
    master: master[0] as number,
    slave: descriptor,
    path: name.toString('latin1').split('\0', 1)[0] ?? '',
  }
}
