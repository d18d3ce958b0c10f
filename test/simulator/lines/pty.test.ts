import { once } from 'node:events'
import { SerialPort } from 'serialport'
import { describe, expect, it } from 'vitest'
import { ptyLine } from '../../../simulator/lines/pty.ts'

/** Every byte value, so that a terminal that still edits or translates would show. */
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

async function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200 })
  await once(port, 'open')
  return port
}

function collect(length: number): { take: (bytes: Uint8Array) => void; all: Promise<Buffer> } {
  let got = Buffer.alloc(0)
  let finish: (bytes: Buffer) => void
  const all = new Promise<Buffer>((resolve) => {
    finish = resolve
  })
  const take = (bytes: Uint8Array): void => {
    got = Buffer.concat([got, bytes])
    if (got.length >= length) finish(got)
  }
  return { take, all }
}

describe('a pseudo-terminal line', () => {
  it('passes every byte both ways to a real serial port, and hangs it up when unplugged', async () => {
    const line = ptyLine()
    const up = collect(ALL_BYTES.length)
    line.onData(up.take)
    const port = await openPort(line.path)
    const down = collect(ALL_BYTES.length)
    port.on('data', down.take)
    port.write(Buffer.from(ALL_BYTES))
    line.write(ALL_BYTES)
    expect([...(await up.all)]).toEqual([...ALL_BYTES])
    expect([...(await down.all)]).toEqual([...ALL_BYTES])
    // A hang-up during a data callback goes unnoticed by the serial stack: step out of it first.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const closed = once(port, 'close')
    line.unplug()
    line.write(ALL_BYTES)
    const [reason] = await closed
    expect(reason).toMatchObject({ disconnected: true })
    expect(() => line.unplug()).toThrow('out already')
  })

  it('outlives a device that closes its port and opens it again', async () => {
    const line = ptyLine()
    let arrived = (_bytes: Uint8Array): void => {}
    line.onData((bytes) => arrived(bytes))
    for (const byte of [1, 2]) {
      const port = await openPort(line.path)
      // The serial stack flushes a port that it opens: what nobody has read by then is gone, as on a real one.
      const bytes = new Promise<Uint8Array>((resolve) => {
        arrived = resolve
      })
      port.write(Buffer.of(byte))
      expect([...(await bytes)]).toEqual([byte])
      await new Promise((resolve) => port.close(resolve))
    }
    line.unplug()
  })
})
