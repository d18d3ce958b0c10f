/**
 * Thousands of open lines in one process. Each kind is measured in a process of its own, so that memory is that of the lines alone; started as a program,
 * this file is that process: `node --expose-gc test/bench/open-lines.ts <kind> <count>`.
 */
import { execFileSync } from 'node:child_process'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { OpenLine } from '../../core/ports.ts'
import { systemClock } from '../../device-agent/system.ts'
import { openSerialLine } from '../../firmware/link/serial-line.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualSerialPorts } from '../../simulator/lines/serial-ports.ts'

/** The floor, our line, and the real `SerialPort` class on our line. */
export type LineKind = 'duplex' | 'in-process' | 'serialport'

/** What so many lines of a kind took, in all. */
export interface OpenLines {
  readonly count: number
  readonly openMs: number
  /** Of the whole process, once a packet has passed over every line, after a collection of garbage. */
  readonly residentBytes: number
  /** One packet of ten bytes from the peripheral on every line, until the last has arrived. */
  readonly packetMs: number
}

const SELF = fileURLToPath(import.meta.url)
const BAUD = 9_600
const PACKET = Uint8Array.of(0x55, 0x54, 1, 0, 1, 0, 1, 0xff, 0, 0)

/** Measures in a process of its own. */
export function measureOpenLines(kind: LineKind, count: number): OpenLines {
  const given = ['--expose-gc', '--max-old-space-size=8192', SELF, kind, String(count)]
  return JSON.parse(
    execFileSync(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] }).toString(),
  )
}

/** A line that is open and listened to: gives what makes its peripheral send. */
type Opened = (received: (bytes: number) => void) => Promise<(packet: Uint8Array) => void>

const OPENERS: Readonly<Record<LineKind, () => Opened>> = {
  // What a line costs that does nothing at all: one of Node's streams with a listener.
  duplex: () => async (received) => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    stream.on('data', (chunk: Buffer) => received(chunk.length))
    return (packet) => void stream.push(packet)
  },
  'in-process': () => async (received) => {
    const { open, plug } = line()
    return listenTo(open, plug, received)
  },
  serialport: () => {
    const binding = new VirtualSerialPorts()
    let number = 0
    return async (received) => {
      const { open, plug } = line()
      const path = `/dev/sandogh/${number++}`
      binding.add({ path, baudRate: BAUD, open })
      return listenTo(openSerialLine({ path, baudRate: BAUD, binding }), plug, received)
    }
  },
}

function line() {
  return inProcessLine({ clock: systemClock, baudRate: BAUD, paced: false })
}

async function listenTo(
  open: OpenLine,
  plug: ReturnType<typeof line>['plug'],
  received: (bytes: number) => void,
): Promise<(packet: Uint8Array) => void> {
  plug.onData(() => {})
  const transport = await open()
  transport.listen(
    (chunk) => received(chunk.length),
    () => {},
  )
  return (packet) => plug.write(packet)
}

async function run(kind: LineKind, count: number): Promise<OpenLines> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('to be started with --expose-gc')
  const open = OPENERS[kind]()
  let expected = count * PACKET.length
  const { promise: all, resolve } = Promise.withResolvers<void>()
  const received = (bytes: number) => {
    expected -= bytes
    if (expected === 0) resolve()
  }
  gc()
  const before = process.memoryUsage()
  const begun = performance.now()
  const lines = await Promise.all(Array.from({ length: count }, () => open(received)))
  const openMs = performance.now() - begun
  const sent = performance.now()
  for (const send of lines) send(PACKET)
  await all
  const packetMs = performance.now() - sent
  gc()
  const after = process.memoryUsage()
  return { count, openMs, packetMs, residentBytes: after.rss - before.rss }
}

if (process.argv[1] === SELF) {
  const [kind = '', count = ''] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await run(kind as LineKind, Number(count))))
  process.exit(0)
}
