/** `sandogh simulate peripherals --pty` as any program meets it: a process that prints paths, and the real serial stack that opens them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, test } from 'vitest'
import { concatBytes } from '../../core/keys/hash.ts'
import { systemClock } from '../../device-agent/system.ts'
import { openCard } from '../../firmware/card-reader/card.ts'
import { connectCardReader } from '../../firmware/card-reader/driver.ts'
import { connectIoBoard } from '../../firmware/io-board/adapter.ts'
import { openSerialLine } from '../../firmware/link/serial-line.ts'
import { encodeCut, encodeDocument, encodeProcessRequest } from '../../firmware/printer/encoder.ts'
import { silent } from '../end-to-end/station.ts'
import { ROOT } from '../structure/repository.ts'

const BAUD = {
  touchscreen: 9_600,
  'card-reader': 115_200,
  printer: 115_200,
  'io-board': 57_600,
  display: 115_200,
}
type Name = keyof typeof BAUD

/** A running simulator and what it says. */
class Simulator {
  readonly child: ChildProcess
  said = ''

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [join(ROOT, 'bin/sandogh.js'), 'simulate', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text
      })
    }
  }

  /** Waits until it has said that, and gives what it caught. */
  async says(words: RegExp): Promise<string> {
    for (;;) {
      const found = words.exec(this.said)
      if (found !== null) return found[1] ?? found[0]
      if (this.child.exitCode !== null) throw new Error(`it ended:\n${this.said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Types a line and waits for the answer to it. */
  async type(line: string): Promise<string> {
    const before = this.said.length
    this.child.stdin?.write(`${line}\n`)
    while (!this.said.slice(before).endsWith('\n')) await new Promise((resolve) => setTimeout(resolve, 5))
    return this.said.slice(before).trimEnd()
  }

  path(name: Name): Promise<string> {
    return this.says(new RegExp(`^${name} +(/\\S+)`, 'm'))
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.child, 'exit')
    this.child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
}

const running: Simulator[] = []
afterEach(() => {
  for (const { child } of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

async function simulator(...args: readonly string[]): Promise<Simulator> {
  const started = new Simulator(...args)
  running.push(started)
  await started.says(/^Ready/m)
  return started
}

/** Opens a path with the real serial stack; gives the port and a promise of that many bytes. */
async function port(path: string, baudRate: number) {
  const opened = new SerialPort({ path, baudRate })
  await once(opened, 'open')
  const bytes = (count: number) =>
    new Promise<number[]>((resolve) => {
      const all: number[] = []
      const take = (chunk: Buffer) => {
        all.push(...chunk)
        if (all.length < count) return
        opened.off('data', take)
        resolve(all)
      }
      opened.on('data', take)
    })
  return { opened, bytes }
}

describe('virtual peripherals on pseudo-terminals', () => {
  test('whose hands are told a line without an end keep nothing of it, say so once, and do what comes after it', async () => {
    const running = await simulator('peripherals', '--pty', '--seed', 'endless')
    const { stdin } = running.child
    const piece = Buffer.alloc(1 << 20)
    // More than the longest text of the engine.
    for (let mebibytes = 0; mebibytes < 600; mebibytes += 1)
      if (stdin?.write(piece) === false) await once(stdin, 'drain')
    stdin?.end('\npress 540 960')
    await running.says(/^done$/m)
    expect(running.said.match(/at most 1000 characters/g)).toHaveLength(1)
    expect(await running.end('SIGTERM')).toBe(0)
  })

  test('are there for any program: each speaks its own protocol on its own path, and hands move them', async () => {
    const { path, type, end } = bound(await simulator('peripherals', '--pty', '--seed', 'a test'))

    const touch = await port(await path('touchscreen'), BAUD.touchscreen)
    const identity = touch.bytes(20)
    // Identify: U i, seven zeros, checksum AA + 55 + 69 (HARDWARE: Elo SmartSet).
    touch.opened.write(Buffer.of(0x55, 0x69, 0, 0, 0, 0, 0, 0, 0, 0x68))
    const answer = await identity
    expect(Buffer.from(answer).toString('latin1')).toContain('UI')
    const packets = touch.bytes(20)
    expect(await type('press 540 960')).toBe('done')
    expect((await packets).slice(0, 2)).toEqual([0x55, 0x54])

    const printer = await port(await path('printer'), BAUD.printer)
    const status = async () => {
      const answered = printer.bytes(1)
      printer.opened.write(Buffer.of(0x10, 0x04, 4))
      return (await answered)[0]
    }
    // DLE EOT 4: bits 2 and 3 say that the paper is near its end, 5 and 6 that it has ended.
    expect(await status()).toBe(0x12)
    // Offline, it says XOFF.
    const flow = printer.bytes(1)
    expect(await type('tear-paper')).toBe('done')
    expect(await flow).toEqual([0x13])
    expect(await status()).toBe(0x7e)

    const opened = await connectCardReader({
      open: openSerialLine({ path: await path('card-reader'), baudRate: BAUD['card-reader'], stopBits: 2 }),
      clock: systemClock,
      logger: silent,
    })
    if (!opened.ok) throw new Error(opened.error.what)
    const reader = opened.value
    let moved = (_way: string) => {}
    reader.onCard((way) => moved(way))
    const byHand = async (verb: string) => {
      const way = new Promise((resolve) => {
        moved = resolve
      })
      expect(await type(verb)).toBe('done')
      return way
    }
    for (const executive of ['executive', 'executive t1', 'executive t0 fast', 'executive t1 fast']) {
      expect(await byHand(`insert ${executive}`)).toBe('in')
      expect(await openCard(reader)).toMatchObject({ ok: true, value: { kind: 'executive' } })
      expect(await byHand('pull')).toBe('out')
    }
    expect(await byHand('insert executive t1')).toBe('in')
    expect(await type('pull-at 30')).toBe('done')
    expect(await openCard(reader)).toMatchObject({ ok: false, error: { is: 'fault', fault: 'removed' } })
    reader.close()

    const connected = await connectIoBoard({
      open: openSerialLine({ path: await path('io-board'), baudRate: BAUD['io-board'] }),
      clock: systemClock,
      logger: silent,
    } as Parameters<typeof connectIoBoard>[0])
    if (!connected.ok) throw new Error(connected.error.what)
    const board = connected.value
    const turned = new Promise<void>((resolve) => board.onKeys(({ executive }) => executive && resolve()))
    expect(await type('key executive on')).toBe('done')
    await turned
    board.close()

    const display = await port(await path('display'), BAUD.display)
    const painted = display.bytes('{"painted":1}\n'.length)
    const rect = { x: 0, y: 0, width: 100, height: 50 }
    const elements = [{ id: 'accept', role: 'button', name: 'Yes', rect }]
    const screen = { revision: 1, name: 'a.screen', direction: 'ltr', language: 'en', elements }
    display.opened.write(`${JSON.stringify({ screen })}\n`)
    expect(Buffer.from(await painted).toString()).toBe('{"painted":1}\n')
    expect(await type('look')).toContain('press 50 25')

    for (const { opened } of [touch, printer, display]) await new Promise((resolve) => opened.close(resolve))
    expect(await end('SIGTERM')).toBe(0)
  }, 60_000)

  test('print what `cat` writes, at the pace of their line, and prove it', async () => {
    const { path, end } = bound(await simulator('peripherals', '--pty', '--seed', 'cat'))
    const printer = await path('printer')
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-cat-'))
    const slip = join(folder, 'slip.bin')
    const rows = new Uint8Array(72 * 430).map((_, i) => i % 251)
    const bitmap = { widthDots: 576, heightDots: 430, rows }
    const document = { blocks: [{ kind: 'raster', bitmap }] } as const
    writeFileSync(slip, concatBytes(...encodeDocument(document), encodeProcessRequest(7), encodeCut()))
    expect(statSync(slip).size).toBeGreaterThan(30_000)
    execFileSync('stty', ['-F', printer, '115200', 'raw', '-echo', 'ixon'])
    const reader = spawn('cat', [printer], { stdio: ['ignore', 'pipe', 'ignore'] })
    const proof = new Promise<string>((resolve) => {
      let said = ''
      reader.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString('hex')
        // 37 22, four bytes that say which, 00.
        const found = /3722(.{8})00/.exec(said)
        if (found !== null) resolve(said)
      })
    })
    const begun = Date.now()
    const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', slip, printer], { stdio: 'ignore' })
    const [code] = await once(writer, 'exit')
    expect(code).toBe(0)
    // The automatic status that the slip asks for, and the proof: not a byte was missing. The cut may have asked for another by then.
    expect(await proof).toMatch(/^10000000(3722.{8}00)(10000000)?$/)
    // 31 kB take 2.7 s.
    expect(Date.now() - begun).toBeGreaterThan(2_000)
    const gone = once(reader, 'exit')
    reader.kill()
    await gone
    rmSync(folder, { recursive: true })
    expect(await end('SIGTERM')).toBe(0)
  }, 60_000)

  test('hear nothing and are not heard at another speed', async () => {
    const { path, end } = bound(await simulator('peripherals', '--pty', '--seed', 'speed'))
    const ask = Buffer.of(0x10, 0x04, 4)
    const wrong = await port(await path('printer'), 9_600)
    const heard: number[] = []
    wrong.opened.on('data', (chunk: Buffer) => heard.push(...chunk))
    wrong.opened.write(ask)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(heard).not.toContain(0x12)
    await new Promise((resolve) => wrong.opened.close(resolve))
    const right = await port(await path('printer'), BAUD.printer)
    const status = right.bytes(1)
    right.opened.write(ask)
    expect(await status).toEqual([0x12])
    await new Promise((resolve) => right.opened.close(resolve))
    expect(await end('SIGTERM')).toBe(0)
  }, 60_000)

  test('are unplugged and plugged in again by hand, on the same path', async () => {
    const { path, type, end } = bound(await simulator('peripherals', '--pty', '--seed', 'plug'))
    const touch = await path('touchscreen')
    const before = await port(touch, BAUD.touchscreen)
    // Who does not read does not notice.
    before.opened.resume()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const gone = once(before.opened, 'close')
    expect(await type('unplug touchscreen')).toBe('done')
    expect((await gone)[0]).toMatchObject({ disconnected: true })
    expect(existsSync(touch)).toBe(false)
    expect(await type('unplug touchscreen')).toContain('cannot: the plug is out already')
    expect(await type('unplug lamp')).toContain('cannot: there is no such line; there are touchscreen')
    expect(await type('replug touchscreen')).toBe('done')
    const after = await port(touch, BAUD.touchscreen)
    const packet = after.bytes(10)
    expect(await type('press 0 0')).toBe('done')
    // Mirrored across, as the demonstration's panels: the left edge is the far end of the range.
    expect(Buffer.from(await packet).readUInt16LE(3)).toBeGreaterThan(3_800)
    await new Promise((resolve) => after.opened.close(resolve))
    expect(await end('SIGTERM')).toBe(0)
    expect(existsSync(dirname(touch))).toBe(false)
  }, 60_000)

  test('are moved by hands as the models can be: palm, drift, heat', async () => {
    const { path, type, end } = bound(await simulator('peripherals', '--pty', '--seed', 'verbs'))
    const touch = await port(await path('touchscreen'), BAUD.touchscreen)
    const place = async (verb: string) => {
      const packets = touch.bytes(20)
      expect(await type(verb)).toBe('done')
      return Buffer.from((await packets).slice(0, 10)).readUInt16LE(3)
    }
    const straight = await place('press 540 960')
    expect(await type('drift -100 20')).toBe('done')
    await new Promise((resolve) => setTimeout(resolve, 200))
    // A hundred of 1080 points of 3720 units, and the axis is mirrored.
    expect((await place('press 540 960')) - straight).toBeCloseTo(344, -1)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const palm = touch.bytes(200)
    expect(await type('palm 540 960')).toBe('done')
    const places = Buffer.from(await palm)
    expect(new Set([0, 30, 60, 90, 120].map((at) => places.readUInt16LE(at + 3))).size).toBeGreaterThan(2)
    expect(await type('palm 5000 5')).toContain('cannot: no point')
    const printer = await port(await path('printer'), BAUD.printer)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await type('cool-down')).toContain('cannot: the head is not hot')
    const flow = printer.bytes(2)
    expect(await type('overheat')).toBe('done')
    expect(await type('overheat')).toContain('cannot: the head is hot already')
    expect(await type('cool-down')).toBe('done')
    expect(await flow).toEqual([0x13, 0x11])
    for (const { opened } of [touch, printer]) await new Promise((resolve) => opened.close(resolve))
    expect(await end('SIGTERM')).toBe(0)
  }, 60_000)

  test('tell hands what cannot be done, and stay when nobody types any more', async () => {
    const run = await simulator('peripherals', '--pty', '--seed', 'hands')
    const { type, end } = bound(run)
    expect(await type('dance')).toContain('no such verb: "dance"')
    expect(await type('press 1')).toContain('no such verb')
    expect(await type('press 5000 5')).toContain('cannot: no point 5000, 5')
    expect(await type('pull')).toContain('cannot: there is no card')
    expect(await type('pull-at 3')).toContain('cannot: there is no card')
    expect(await type('insert postcard')).toContain('cannot: there is no such card')
    expect(await type('insert voter t2')).toContain('no such verb')
    expect(await type('insert voter t1 loud')).toContain('no such verb')
    expect(await type('close-case')).toContain('cannot:')
    expect(await type('help')).toContain('insert voter|executive')
    run.child.stdin?.end()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(run.child.exitCode).toBeNull()
    expect(await end('SIGINT')).toBe(0)
  })

  test('lie by a plan of the seed when asked to: same seed, same plans, same PINs', async () => {
    const told = async (seed: string) => {
      const run = await simulator('peripherals', '--pty', '--faults', '--seed', seed)
      await run.end('SIGTERM')
      return run.said.replaceAll(/\/\S*sandogh-lines-\S+/g, '')
    }
    const said = await told('one')
    expect(said).toMatch(/^ +(up|down):[a-z]+@/m)
    expect(said).toMatch(/^card executive +PIN [0-9]{8}$/m)
    expect(await told('one')).toBe(said)
    expect(await told('two')).not.toBe(said)
  })

  test.each([
    [['peripherals'], 'say on what: --pty'],
    [['--pty'], 'say what to simulate'],
    [['ballots', '--pty'], 'there is no "ballots"'],
    [['peripherals', 'more', '--pty'], 'there is no "more"'],
    [['peripherals', '--pty', '--seed', ''], '--seed is empty'],
    [['peripherals', '--pty', '--fast'], "Unknown option '--fast'"],
  ])('wrong words are refused: %j', async (args, words) => {
    const run = new Simulator(...args)
    running.push(run)
    const [code] = await once(run.child, 'close')
    expect(code).toBe(2)
    expect(run.said).toContain(words)
  })
})

/** Its methods as functions. */
function bound(run: Simulator) {
  return { path: run.path.bind(run), type: run.type.bind(run), end: run.end.bind(run) }
}
