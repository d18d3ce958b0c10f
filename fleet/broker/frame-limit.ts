/** Bounds the size of MQTT packets before the broker collects them in memory, and what waits for who does not read. */
import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { FrameMeter } from '../../core/messages/frame-meter.ts'

/**
 * The same connection, which ends with an error at the first packet of more than `max` bytes.
 * @param maxUnread so many bytes may wait for the other end to read them before the connection ends; where absent, whoever writes waits
 */
export function limitFrames(socket: TLSSocket, max: number, maxUnread?: number): Duplex {
  const meter = new FrameMeter(max)
  const limited = new Duplex({
    read: () => {
      socket.resume()
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      if (maxUnread === undefined) return void socket.write(chunk, (error) => done(error))
      socket.write(chunk)
      const isRead = socket.writableLength <= maxUnread
      done(isRead ? null : new Error(`more than ${maxUnread} bytes that nobody reads`))
    },
    final: (done) => {
      socket.end(() => done())
    },
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (chunk: Uint8Array) => {
    if (!meter.take(chunk)) limited.destroy(new Error(`a packet of more than ${max} bytes`))
    else if (!limited.push(chunk)) socket.pause()
  })
  socket.on('end', () => {
    limited.push(null)
  })
  socket.on('error', (error) => limited.destroy(error))
  socket.on('close', () => limited.destroy())
  return limited
}
