/**
 * The light I/O board, for crowds: what the firmware does, without a chip. One contract (test/simulator/peripherals/io-board-contract.ts)
 * holds it and the real firmware to the same.
 */
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import {
  analogueMessage,
  digitalMessage,
  type FirmataInput,
  FirmataReader,
  SYSEX,
  sevenBitPairs,
  sysexMessage,
  versionMessage,
} from './firmata.ts'
import { IoBoardBody, SWITCH } from './io-board-body.ts'
import { DebouncedInputs } from './io-board-inputs.ts'
import { BoardLatch } from './io-board-latch.ts'
import { BoardOutputs } from './io-board-outputs.ts'
import { analogueMappingMessage, CHANNELS, capabilitiesMessage, PINS, PORTS } from './io-board-pins.ts'
import { ASK, fromSevenBits, readAsked, STATE, statusMessage, USER_SYSEX } from './io-board-report.ts'

const FIRMWARE = { major: 2, minor: 0, name: 'sandogh-io' } as const
const TAMPER = SWITCH.case | SWITCH.box | SWITCH.seal
/** Of the switches in port 0. */
const FIRST_BIT = 2
const SAMPLING_MS = 19
const SHORTEST_SAMPLING_MS = 10
const LONGEST_BEEP_MS = 5_000

/** One board. Keys are off and the case is closed when it is made. */
export class VirtualIoBoard extends IoBoardBody {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #reader = new FirmataReader()
  readonly #inputs: DebouncedInputs
  readonly #reportedPorts = new Set<number>()
  readonly #sampled = new Set<number>()
  #samplingMs = SAMPLING_MS
  #sampling: Timer | undefined
  readonly #latch = new BoardLatch()
  /** No latch was stored when it last started. */
  #isNew = true
  #lease: 'never' | 'fed' | 'lapsed' = 'never'
  #leaseTimer: Timer | undefined
  #lapses = 0
  #slips = 0
  #beep: Timer | undefined
  readonly #outputs = new BoardOutputs()

  constructor({ line, clock }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    super()
    this.#line = line
    this.#clock = clock
    this.#inputs = new DebouncedInputs(
      clock,
      () => this.levels,
      (changed) => this.#inputsChanged(changed),
    )
    line.onData((bytes) => {
      for (const input of this.#reader.feed(bytes)) this.#execute(input)
    })
    // Opening the line resets such a board, and it says who it is as soon as it runs.
    line.onOpen(() => this.powerCycle())
  }

  powerCycle(): void {
    this.#reader.reset()
    this.#leaseTimer?.cancel()
    this.#lease = 'never'
    this.#lapses = 0
    this.#slips = 0
    this.#isNew = !this.#latch.isStored
    this.#inputs.restart()
    this.#latch.open(this.#inputs.settled & TAMPER & ~this.#latch.latched)
    this.#reset()
    this.#line.write(versionMessage())
    this.#reportFirmware()
    this.#tell(0)
  }

  switchOff(): void {
    this.#inputs.restart()
    this.#leaseTimer?.cancel()
    this.#reset()
  }

  protected changed(): void {
    this.#inputs.moved()
  }

  protected after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #inputsChanged(changed: number): void {
    const { settled } = this.#inputs
    this.#latch.open(changed & settled & TAMPER)
    if ((changed & ~settled & SWITCH.slip) !== 0) this.#slips += 1
    if (this.#reportedPorts.has(0)) this.#reportPort(0)
    this.#tell(0)
  }

  #execute(input: FirmataInput): void {
    switch (input.is) {
      case 'version':
        this.#line.write(versionMessage())
        return
      case 'reset':
        this.#reset()
        return
      case 'mode':
        this.#outputs.setMode(input.pin, input.mode)
        break
      case 'write-pin':
        this.#writePin(input.pin, input.value !== 0)
        break
      case 'write-port':
        for (let bit = 0; bit < 8; bit += 1)
          this.#writePin(8 * input.port + bit, ((input.bits >> bit) & 1) === 1)
        break
      case 'write-analogue':
        this.#dim(input.pin, input.value)
        break
      case 'report-port':
        if (input.port >= PORTS) return
        this.#reportedPorts.delete(input.port)
        if (!input.on) return
        this.#reportedPorts.add(input.port)
        this.#reportPort(input.port)
        return
      case 'sample':
        if (input.channel >= CHANNELS) return
        this.#sampled.delete(input.channel)
        if (input.on) this.#sampled.add(input.channel)
        this.#sampleLater()
        return
      case 'sysex':
        this.#answer(input.command, input.data)
        break
    }
    this.#showOutputs()
  }

  #reset(): void {
    this.#outputs.reset()
    this.#reportedPorts.clear()
    this.#sampled.clear()
    this.#sampling?.cancel()
    this.#sampling = undefined
    this.#samplingMs = SAMPLING_MS
    this.#beSilent()
    this.#showOutputs()
  }

  #writePin(pin: number, on: boolean): void {
    if (this.#lease !== 'lapsed') this.#outputs.write(pin, on)
  }

  #dim(pin: number, value: number): void {
    if (this.#lease !== 'lapsed') this.#outputs.dim(pin, value)
  }

  #answer(command: number, data: Uint8Array): void {
    const [first = 0] = data
    switch (command) {
      case SYSEX.reportFirmware:
        this.#reportFirmware()
        return
      case SYSEX.capabilityQuery:
        this.#line.write(capabilitiesMessage())
        return
      case SYSEX.analogMappingQuery:
        this.#line.write(analogueMappingMessage())
        return
      case SYSEX.pinStateQuery:
        if (data.length === 1 && first < PINS) this.#reportPin(first)
        return
      case SYSEX.extendedAnalogue:
        if (data.length >= 2) this.#dim(first, fromSevenBits(data.subarray(1)))
        return
      case SYSEX.samplingInterval:
        if (data.length === 2) this.#samplingMs = Math.max(SHORTEST_SAMPLING_MS, fromSevenBits(data))
        return
      case USER_SYSEX:
        this.#obey(data)
    }
  }

  /** A message of our own. One that is not whole is not answered: the host asks again. */
  #obey(sysex: Uint8Array): void {
    const asked = readAsked(sysex)
    if (asked === undefined) return
    const { kind, data } = asked
    const [number = 0, second = 0] = data
    const lengths: Readonly<Record<number, number>> = {
      [ASK.status]: 1,
      [ASK.feed]: 2,
      [ASK.beep]: 3,
      [ASK.acknowledge]: 5,
    }
    if (number === 0 || data.length !== lengths[kind] || (kind === ASK.feed && second === 0)) return
    if (kind === ASK.feed) this.#feed(second)
    if (kind === ASK.beep) this.#soundFor(fromSevenBits(data.subarray(1)))
    if (kind === ASK.acknowledge)
      this.#latch.acknowledge(fromSevenBits(data.subarray(1)), this.#inputs.settled & TAMPER)
    this.#tell(number)
  }

  #feed(seconds: number): void {
    this.#lease = 'fed'
    this.#leaseTimer?.cancel()
    this.#leaseTimer = this.#clock.after(1_000 * seconds, () => {
      this.#lease = 'lapsed'
      this.#lapses = (this.#lapses + 1) % 128
      // Nobody may come back and find them on: what the host had set is forgotten.
      this.#outputs.switchOff()
      this.#beSilent()
      this.#showOutputs()
      this.#tell(0)
    })
  }

  #soundFor(ms: number): void {
    if (ms === 0 || this.#lease === 'lapsed') return
    this.#beep?.cancel()
    this.#beep = this.#clock.after(Math.min(LONGEST_BEEP_MS, ms), () => {
      this.#beep = undefined
      this.#showOutputs()
    })
  }

  #beSilent(): void {
    this.#beep?.cancel()
    this.#beep = undefined
  }

  #tell(number: number): void {
    const { batteryMv, supplyMv, temperature } = this.#sampledMeasures()
    this.#line.write(
      statusMessage({
        number,
        inputs: ((this.#inputs.settled ^ ~TAMPER) & 0xfc) >> FIRST_BIT,
        latched: this.#latch.latched >> FIRST_BIT,
        state:
          (this.#lease === 'fed' ? STATE.fed : 0) |
          (this.#lease === 'lapsed' ? STATE.lapsed : 0) |
          (this.#isNew ? STATE.new : 0) |
          (this.#beep === undefined ? 0 : STATE.sounding) |
          (this.lamp() ? STATE.lit : 0),
        lapses: this.#lapses,
        openings: this.#latch.openings,
        slips: this.#slips,
        batteryMv,
        supplyMv,
        temperature,
      }),
    )
  }

  /** Of ten bits against 5 V, as the converter gives them. */
  #sample(channel: number): number {
    const { batteryMv, supplyMv, celsius } = this.measured
    const mv = [batteryMv / 3, supplyMv / 3, 500 + 10 * celsius][channel] ?? 0
    return Math.min(1023, Math.max(0, Math.floor((mv / 5_000) * 1024)))
  }

  #sampledMeasures() {
    const undivided = (channel: number) => Math.floor((this.#sample(channel) * 1_875) / 128)
    const temperature = Math.floor((this.#sample(2) * 5_000) / 1024) + 500
    return { batteryMv: undivided(0), supplyMv: undivided(1), temperature }
  }

  #sampleLater(): void {
    if (this.#sampling !== undefined || this.#sampled.size === 0) return
    this.#sampling = this.#clock.after(this.#samplingMs, () => {
      this.#sampling = undefined
      for (const channel of [...this.#sampled].sort())
        this.#line.write(analogueMessage(channel, this.#sample(channel)))
      this.#sampleLater()
    })
  }

  #reportFirmware(): void {
    const name = sevenBitPairs(FIRMWARE.name)
    this.#line.write(sysexMessage(SYSEX.reportFirmware, [FIRMWARE.major, FIRMWARE.minor, ...name]))
  }

  #reportPort(port: number): void {
    this.#line.write(digitalMessage(port, port === 0 ? this.#inputs.settled : 0))
  }

  #reportPin(pin: number): void {
    const [mode, value] = this.#outputs.stateOf(pin)
    this.#line.write(
      sysexMessage(SYSEX.pinStateResponse, [pin, mode, value & 0x7f, ...(value > 0x7f ? [1] : [])]),
    )
  }

  #showOutputs(): void {
    this.show({ lamp: this.#outputs.lamp, light: this.#outputs.light, buzzer: this.#beep !== undefined })
  }
}
