/** A plain johnny-five program, as anybody writes one, and the board's real firmware in an emulated chip: what our own adapter does not ask of it, too. */
import { once } from 'node:events'
import firmata from 'firmata-io'
import five from 'johnny-five'
import { afterAll, beforeAll, test } from 'vitest'
import { FirmataPort } from '../../firmware/io-board/firmata-port.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { EmulatedIoBoard } from '../../simulator/peripherals/emulated-io-board.ts'
import { realClock } from '../../simulator/real-clock.ts'

/** Wiring as in docs/io-board.md: switches close to ground. */
const PIN = { executive: 2, case: 4, lamp: 13, battery: 'A0', supply: 'A1' } as const
/** Divider and reference of the battery's channel: 10 bits over 5 V, of a third of what there is. */
const MILLIVOLTS_A_STEP = (3 * 5_000) / 1_024

const { open, plug } = inProcessLine({ clock: realClock, baudRate: 57_600, paced: true })
const virtual = new EmulatedIoBoard({ line: plug, clock: realClock })
let board: five.Board

/** Until it is so, or the test's time is over. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

beforeAll(async () => {
  const line = await open()
  const port = new FirmataPort((bytes) => line.write(bytes))
  line.listen(
    (bytes) => port.emit('data', bytes),
    () => {},
  )
  const io = new firmata.Firmata(port, { reportVersionTimeout: 500 })
  await once(io, 'ready')
  const quiet = { repl: false, sigint: false, debug: false }
  board = new five.Board({ io, ...quiet })
  await new Promise<void>((resolve) => board.on('ready', () => resolve()))
})
afterAll(() => {
  virtual.switchOff()
  plug.unplug()
})

test('a Led lights and darkens the lamp', async () => {
  const led = new five.Led({ pin: PIN.lamp, board })
  led.on()
  await until(() => virtual.lamp())
  led.off()
  await until(() => !virtual.lamp())
})

test.each([
  ['a key turned and turned back', PIN.executive, 'close', (on: boolean) => virtual.turnKey('executive', on)],
  [
    'the case opened and closed',
    PIN.case,
    'open',
    (on: boolean) => (on ? virtual.openCase() : virtual.closeCase()),
  ],
] as const)('a Switch sees %s', async (_, pin, first, move) => {
  const seen: string[] = []
  const contact = new five.Switch({ pin, board })
  contact.on('close', () => seen.push('close'))
  contact.on('open', () => seen.push('open'))
  move(true)
  await until(() => seen.at(-1) === first)
  move(false)
  await until(() => seen.at(-1) !== first)
})

test('a Sensor reads what the converter measures at the battery', async () => {
  const sensor = new five.Sensor({ pin: PIN.battery, freq: 50, board })
  for (const batteryMv of [12_600, 9_000]) {
    virtual.measure({ batteryMv })
    await until(() => Math.abs((sensor.value ?? 0) * MILLIVOLTS_A_STEP - batteryMv) <= MILLIVOLTS_A_STEP)
  }
})
