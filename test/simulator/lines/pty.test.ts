/** A pseudo-terminal as programs meet it that nobody here wrote: the real serial stack, `cat`, `stty`, and Python's termios. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it } from 'vitest'
import { faultyLine } from '../../../simulator/faults/faulty-line.ts'
import { misread } from '../../../simulator/faults/uart.ts'
import { type PtyLine, ptyLine } from '../../../simulator/lines/pty.ts'
import { realClock } from '../../../simulator/real-clock.ts'

/** Every byte value, so that a terminal that still edits or translates would show. */
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)
const BAUD = 115_200

const plugged = new Set<PtyLine>()
afterEach(() => {
  for (const line of plugged) line.unplug()
  plugged.clear()
})

function lineAt(baudRate = BAUD, paced = true): PtyLine {
  const line = ptyLine({ clock: realClock, baudRate, paced })
  plugged.add(line)
  return line
}

function unplug(line: PtyLine): void {
  line.unplug()
  plugged.delete(line)
}

async function openPort(path: string, baudRate = BAUD): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate })
  await once(port, 'open')
  return port
}

function collect(length: number): { take: (bytes: Uint8Array) => void; all: Promise<Buffer> } {
  let got = Buffer.alloc(0)
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const take = (bytes: Uint8Array): void => {
    got = Buffer.concat([got, bytes])
    if (got.length >= length) resolve(got)
  }
  return { take, all: promise }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const closed = (port: SerialPort) => new Promise((resolve) => port.close(resolve))

/** Opens the path as it is set, without flushing it, and gives what comes within so many seconds. */
async function readAfterOpening(path: string, seconds: number): Promise<Buffer> {
  const program = `
import os, select, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
end = time.time() + float(sys.argv[2])
got = b''
while time.time() < end:
    if select.select([fd], [], [], 0.05)[0]:
        got += os.read(fd, 4096)
print(got.hex())`
  const { stdout } = await promisify(execFile)('python3', ['-c', program, path, String(seconds)])
  return Buffer.from(stdout.trim(), 'hex')
}

describe.each([true, false])('a pseudo-terminal line, paced: %s', (paced) => {
  it('passes every byte both ways to a real serial port, and hangs it up when unplugged', async () => {
    const line = lineAt(BAUD, paced)
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
    await pause(20)
    const gone = once(port, 'close')
    unplug(line)
    line.write(ALL_BYTES)
    const [reason] = await gone
    expect(reason).toMatchObject({ disconnected: true })
    expect(() => line.unplug()).toThrow('out already')
  })

  it('outlives a device that closes its port and opens it again, and tells its peripheral each time', async () => {
    const line = lineAt(BAUD, paced)
    let opened = 0
    line.onOpen(() => {
      opened += 1
    })
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
      await closed(port)
      // Longer than it takes to be noticed.
      await pause(100)
    }
    expect(opened).toBe(2)
  })

  it('loses what was said while nobody had the port open, and what its last user left unread', async () => {
    const line = lineAt(BAUD, paced)
    let opened = () => {}
    line.onOpen(() => opened())
    line.write(ALL_BYTES)
    await pause(100)
    expect(await readAfterOpening(line.path, 0.3)).toHaveLength(0)
    const port = await openPort(line.path)
    port.pause()
    line.write(ALL_BYTES)
    await pause(100)
    await closed(port)
    await pause(100)
    const next = new Promise<void>((resolve) => {
      opened = resolve
    })
    const late = readAfterOpening(line.path, 1)
    await next
    await pause(100)
    line.write(Uint8Array.of(7))
    expect([...(await late)]).toEqual([7])
  })

  it('loses what a program does not read, and goes on', async () => {
    const line = lineAt(BAUD, paced)
    const came = collect(1)
    line.onData(came.take)
    const port = await openPort(line.path)
    port.pause()
    for (let block = 0; block < 200; block += 1) line.write(ALL_BYTES)
    port.write(Buffer.of(9))
    expect([...(await came.all)]).toEqual([9])
  })
})

describe('a plug', () => {
  it('goes in again under the same name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-pty-'))
    const link = join(folder, 'printer')
    const line = ptyLine({ clock: realClock, baudRate: BAUD, paced: true, link })
    plugged.add(line)
    expect(() => line.replug()).toThrow('in already')
    let arrived = (_bytes: Uint8Array): void => {}
    line.onData((bytes) => arrived(bytes))
    // Who still has the old one open keeps its number.
    const old = spawn('cat', [link], { stdio: 'ignore' })
    const ended = once(old, 'exit')
    await pause(300)
    const before = readlinkSync(link)
    line.unplug()
    expect(existsSync(link)).toBe(false)
    await ended
    line.replug()
    expect(readlinkSync(link)).toMatch(/^\/dev\/pts\//)
    expect(before).toMatch(/^\/dev\/pts\//)
    const port = await openPort(link)
    const bytes = new Promise<Uint8Array>((resolve) => {
      arrived = resolve
    })
    port.write(Buffer.of(5))
    expect([...(await bytes)]).toEqual([5])
    await closed(port)
    rmSync(folder, { recursive: true })
  })
})

describe('a plan that unplugs', () => {
  it('hangs a program up at its byte, and the same path opens again afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-pty-'))
    const link = join(folder, 'reader')
    const line = ptyLine({ clock: realClock, baudRate: BAUD, paced: true, link })
    plugged.add(line)
    const plan = [{ way: 'down', at: 3, is: 'unplug', ms: 200 }] as const
    const faulty = faultyLine({ line, clock: realClock, baudRate: BAUD, plan })
    const read: number[] = []
    const five = collect(5)
    faulty.onData((bytes) => {
      read.push(...bytes)
      five.take(bytes)
    })
    const port = await openPort(link)
    port.resume()
    const gone = once(port, 'close')
    port.write(Buffer.of(1, 2, 3, 4))
    expect((await gone)[0]).toMatchObject({ disconnected: true })
    expect(read).toEqual([1, 2, 3])
    expect(existsSync(link)).toBe(false)
    while (!existsSync(link)) await pause(10)
    const again = await openPort(link)
    again.write(Buffer.of(5, 6))
    await five.all
    expect(read).toEqual([1, 2, 3, 5, 6])
    await closed(again)
    rmSync(folder, { recursive: true })
  })
})

describe('the speed of a paced line', () => {
  it('is the one that a program has set: at 9600 a second of bytes takes a second, whatever writes them', async () => {
    const line = lineAt(9_600)
    const came = collect(1_920)
    line.onData(came.take)
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-pty-'))
    const bytes = Buffer.alloc(1_920, ALL_BYTES)
    writeFileSync(join(folder, 'bytes'), bytes)
    execFileSync('stty', ['-F', line.path, '9600', 'raw', '-echo'])
    const begun = Date.now()
    execFileSync('sh', ['-c', `cat ${join(folder, 'bytes')} > ${line.path}`])
    expect(await came.all).toEqual(bytes)
    // Two seconds.
    expect(Date.now() - begun).toBeGreaterThan(1_500)
    rmSync(folder, { recursive: true })
  })

  it('holds for what the peripheral says', async () => {
    const line = lineAt(9_600)
    const port = await openPort(line.path, 9_600)
    const came = collect(960)
    port.on('data', came.take)
    const begun = Date.now()
    for (let block = 0; block < 10; block += 1) line.write(ALL_BYTES.subarray(0, 96))
    expect(await came.all).toHaveLength(960)
    // One second.
    expect(Date.now() - begun).toBeGreaterThan(700)
  })

  it('makes a writer wait that would be faster: no more than the kernel holds is taken from it', async () => {
    const line = lineAt(9_600)
    let taken = 0
    line.onData((bytes) => {
      taken += bytes.length
    })
    const writer = spawn('sh', ['-c', `head -c 100000 /dev/zero > ${line.path}`])
    await pause(1_000)
    expect(writer.exitCode).toBeNull()
    expect(taken).toBeGreaterThan(100)
    expect(taken).toBeLessThan(5_000)
    const gone = once(writer, 'exit')
    writer.kill()
    await gone
  })

  it('that is not the peripheral’s has both sides read what a UART would, until it is set right', async () => {
    const line = lineAt(9_600)
    const read: number[] = []
    line.onData((bytes) => read.push(...bytes))
    const wrong = await openPort(line.path, 38_400)
    wrong.write(Buffer.of(0x55))
    await pause(200)
    // A byte at four times the speed is over within two bits of a receiver at this one.
    expect(read.splice(0)).toEqual([...misread(Uint8Array.of(0x55), 9_600 / 38_400)])
    const heard = collect(1)
    wrong.on('data', heard.take)
    line.write(Uint8Array.of(0x55))
    expect((await heard.all)[0]).not.toBe(0x55)
    await wrong.update({ baudRate: 9_600 })
    wrong.write(Buffer.of(0x55))
    await pause(200)
    expect(read).toEqual([0x55])
  })
})

describe('a program that asked for XON/XOFF', () => {
  it('is stopped and goes on by the peripheral’s word, even where it has ended with bytes left to send', async () => {
    const line = lineAt(9_600)
    const sent = 1_920
    const all = collect(sent)
    let taken = 0
    line.onData((bytes) => {
      taken += bytes.length
      all.take(bytes)
    })
    execFileSync('stty', ['-F', line.path, '9600', 'raw', '-echo', 'ixon'])
    execFileSync('sh', ['-c', `head -c ${sent} /dev/zero > ${line.path}`])
    await pause(100)
    line.write(Uint8Array.of(0x13))
    await pause(100)
    const stopped = taken
    expect(stopped).toBeGreaterThan(0)
    expect(stopped).toBeLessThan(sent)
    await pause(600)
    expect(taken).toBe(stopped)
    line.write(Uint8Array.of(0x11))
    expect(await all.all).toHaveLength(sent)
  })

  it('finds the line free whatever stopped the one before', async () => {
    const line = lineAt()
    const came = collect(1)
    line.onData(came.take)
    execFileSync('stty', ['-F', line.path, '115200', 'raw', '-echo', 'ixon'])
    const reader = spawn('cat', [line.path], { stdio: 'ignore' })
    await pause(300)
    line.write(Uint8Array.of(0x13))
    await pause(100)
    const gone = once(reader, 'exit')
    reader.kill()
    await gone
    await pause(100)
    execFileSync('sh', ['-c', `printf x > ${line.path}`], { timeout: 5_000 })
    expect((await came.all).toString()).toBe('x')
  })
})
