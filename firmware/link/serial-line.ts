/**
 * A real serial line as a Transport. A new port is made for each connection and never reopened: node-serialport does not recover
 * one that hung up, and after a hang-up a write's callback never comes.
 */
import { SerialPort } from 'serialport'
import type { OpenLine, Transport } from '../../core/ports.ts'

/** What a poller waits for, by libuv's numbers. */
const READABLE = 1
const WRITABLE = 2

/** Where the line is and how it is set; 8 data bits and 1 stop bit unless said otherwise, no parity, no flow control. */
interface SerialSettings {
  readonly path: string
  readonly baudRate: number
  readonly dataBits?: 7 | 8
  readonly stopBits?: 1 | 2
  /** Other ports than the operating system's: a `BindingInterface` of serialport. */
  readonly binding?: object
}

/** A way to open that line afresh. Opening rejects with the path and the system's reason. */
export function openSerialLine(settings: SerialSettings): OpenLine {
  return () =>
    new Promise((resolve, reject) => {
      const { path, dataBits = 8, stopBits = 1 } = settings
      const port = new SerialPort({ ...settings, dataBits, stopBits, parity: 'none', autoOpen: false })
      port.open((error) => {
        if (error) reject(new Error(`cannot open serial line ${path}: ${error.message}`))
        else {
          waitForBoth(port)
          resolve(transportOver(port))
        }
      })
    })
}

/**
 * The poller of @serialport/bindings-cpp 13 waits only for what it was told last (src/poller.cpp gives `uv_poll_start` one event): a
 * write that waits for room is forgotten when a read begins to wait, and the rest of a slip never leaves. Here whatever is still
 * waited for is told again.
 */
function waitForBoth({ port }: SerialPort): void {
  if (port === undefined || !('poller' in port)) return
  const { poller } = port
  const poll = poller.poll.bind(poller)
  poller.poll = (events = 0) => {
    const reading = poller.listenerCount('readable') > 0 ? READABLE : 0
    const writing = poller.listenerCount('writable') > 0 ? WRITABLE : 0
    poll(events | reading | writing)
  }
}

function transportOver(port: SerialPort): Transport {
  let closing = false
  return {
    listen(receive, lost) {
      let told = false
      const end = (reason: string) => {
        if (told || closing) return
        told = true
        lost(reason)
      }
      port.on('data', (chunk: Buffer) => {
        if (!closing) receive(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
      })
      port.on('close', () => end(`serial line ${port.path} was unplugged`))
      port.on('error', (error: Error) => end(`serial line ${port.path} failed: ${error.message}`))
    },
    write(bytes) {
      if (port.isOpen) port.write(Buffer.from(bytes))
    },
    close() {
      if (closing) return
      closing = true
      // An error while closing has nobody left who could act on it; the port is never used again.
      if (port.isOpen) port.close(() => {})
    },
  }
}
