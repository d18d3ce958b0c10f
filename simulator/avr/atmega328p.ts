/**
 * One run of an ATmega328P at 16 MHz, from a reset to the next: avr8js with its ports, serial line, converter, EEPROM and watchdog, and what
 * avr8js has not: SLEEP, the instruction that is carried out after SEI before any interrupt, and a serial line that keeps its byte and
 * tells a broken one.
 */
import {
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRUSART,
  AVRWatchdog,
  adcConfig,
  avrInstruction,
  CPU,
  type EEPROMMemoryBackend,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  usart0Config,
  watchdogConfig,
} from 'avr8js'
import { addAlarmTimer } from './alarm-timer.ts'

export const CYCLES_PER_MS = 16_000
export const FLASH_BYTES = 32_768
export const EEPROM_BYTES = 1_024
const SRAM_BYTES = 2_048

const SLEEP = 0x9588
const SEI = 0x9478
/** A jump to itself, where a program that has run off ends. */
const SPIN = 0xcfff
const MCUSR = 0x54
const UCSR0A_RXC = 0x80
const UCSR0A_FE = 0x10
const UCSR0B_UDRIE = 0x20
const TCCR2A = 0xb0
const OCR2A = 0xb3
const COM2A1 = 0x80

/** Why a run began, as the register MCUSR says it. */
export const RESET_CAUSE = { power: 0x01, line: 0x02, watchdog: 0x08 } as const

/** What of avr8js's queue is needed to jump to its head. */
interface Queue {
  readonly nextClockEvent: { readonly cycles: number } | null
}

/** A chip, running. */
export class Atmega328p {
  readonly #cpu: CPU
  readonly #queue: Queue
  readonly #usart: AVRUSART
  readonly #adc: AVRADC
  readonly #portB: AVRIOPort
  readonly #portD: AVRIOPort
  readonly #toReceive: { readonly byte: number; readonly isBroken: boolean }[] = []
  /** The byte that is on the wire has no stop bit. */
  #isBroken = false
  #asleep = false
  #ended = false

  /** @param sent is called with each byte as the chip sends it */
  constructor(
    flash: Uint8Array,
    eeprom: EEPROMMemoryBackend,
    cause: keyof typeof RESET_CAUSE,
    sent: (byte: number) => void,
  ) {
    const program = new Uint16Array(FLASH_BYTES / 2)
    new Uint8Array(program.buffer).set(flash)
    const cpu = new CPU(program, SRAM_BYTES)
    this.#cpu = cpu
    this.#queue = cpu as unknown as Queue
    this.#portB = new AVRIOPort(cpu, portBConfig)
    new AVRIOPort(cpu, portCConfig)
    this.#portD = new AVRIOPort(cpu, portDConfig)
    this.#adc = new AVRADC(cpu, adcConfig)
    new AVREEPROM(cpu, eeprom)
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, CYCLES_PER_MS * 1_000))
    addAlarmTimer(cpu)
    this.#usart = new AVRUSART(cpu, usart0Config, CYCLES_PER_MS * 1_000)
    this.#usart.onByteTransmit = sent
    this.#keepReceivedByte()
    cpu.data[MCUSR] = RESET_CAUSE[cause]
    // The watchdog's reset: the registers begin anew too, which is another run.
    cpu.reset = () => {
      this.#ended = true
    }
  }

  /** Cycles since the reset. */
  get cycles(): number {
    return this.#cpu.cycles
  }

  /** Whether the watchdog has ended this run. */
  get hasEnded(): boolean {
    return this.#ended
  }

  /** Sleeping, with nothing more to send or to receive. */
  get isQuiet(): boolean {
    const sends = ((this.#cpu.data[usart0Config.UCSRB] ?? 0) & UCSR0B_UDRIE) !== 0
    const wakes = this.#cpu.nextInterrupt >= 0
    return this.#asleep && !wakes && !sends && this.#toReceive.length === 0 && !this.#usart.rxBusy
  }

  /** At which cycle something happens next if nothing comes from outside. */
  get nextEvent(): number {
    return this.#queue.nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY
  }

  /** Runs until that cycle, the end of this run, or until `enough` says so while it sleeps. */
  run(until: number, enough: () => boolean = () => false): void {
    const cpu = this.#cpu
    while (cpu.cycles < until && !this.#ended) {
      if (!this.#asleep) this.#step()
      else if (enough()) return
      else this.#sleep(until)
    }
  }

  /** Bytes begin to come in at the line's pace. What comes before the firmware listens is lost. */
  receive(bytes: Uint8Array): void {
    this.#listenTo(bytes, false)
  }

  /** The same of bytes whose stop bit is not there, as a loose wire gives them. */
  receiveBroken(bytes: Uint8Array): void {
    this.#listenTo(bytes, true)
  }

  /** Whether an open pin of port D is held high by its own pull-up. */
  isPulledUp(pin: number): boolean {
    return this.#portD.pinState(pin) === PinState.InputPullUp
  }

  /** Levels of the pins of port D, where no output drives them. */
  setLevels(bits: number): void {
    for (let pin = 0; pin < 8; pin += 1) this.#portD.setPin(pin, ((bits >> pin) & 1) !== 0)
  }

  setVoltage(channel: number, volts: number): void {
    this.#adc.channelValues[channel] = volts
  }

  /** What an output of port B gives, 0 to 255: 0 where it is no output. Dimming of pin 3 is read off timer 2's registers. */
  output(pin: number): number {
    const { data } = this.#cpu
    const bit = 1 << pin
    if (((data[portBConfig.DDR] ?? 0) & bit) === 0) return 0
    if (pin === 3 && ((data[TCCR2A] ?? 0) & COM2A1) !== 0) return data[OCR2A] ?? 0
    return ((data[portBConfig.PORT] ?? 0) & bit) === 0 ? 0 : 255
  }

  /** Calls back at each change of port B. */
  onOutputs(listener: () => void): void {
    this.#portB.addListener(listener)
  }

  /** A particle, a spike: the program runs off, and spins with interrupts off. */
  runOff(): void {
    const cpu = this.#cpu
    cpu.pc = cpu.progMem.indexOf(SPIN)
    cpu.data[95] = (cpu.data[95] ?? 0) & 0x7f
    this.#asleep = false
  }

  #step(): void {
    const cpu = this.#cpu
    const opcode = cpu.progMem[cpu.pc]
    if (opcode === SLEEP) {
      cpu.pc += 1
      cpu.cycles += 1
      this.#asleep = true
      return
    }
    avrInstruction(cpu)
    if (opcode === SEI) this.#step()
    else cpu.tick()
  }

  /** To the next event, and awake if that interrupts. */
  #sleep(until: number): void {
    const cpu = this.#cpu
    if (cpu.nextInterrupt < 0 || !cpu.interruptsEnabled)
      cpu.cycles = Math.max(cpu.cycles, Math.min(until, this.nextEvent))
    const { pc } = cpu
    cpu.tick()
    if (cpu.pc !== pc) this.#asleep = false
  }

  #listenTo(bytes: Uint8Array, isBroken: boolean): void {
    if (!this.#usart.rxEnable) return
    for (const byte of bytes) this.#toReceive.push({ byte, isBroken })
    this.#receiveNext()
  }

  #receiveNext(): void {
    if (this.#usart.rxBusy) return
    const next = this.#toReceive.shift()
    if (next === undefined) return
    this.#isBroken = next.isBroken
    this.#usart.writeByte(next.byte)
  }

  /** avr8js forgets that a byte has come when the control register is written. */
  #keepReceivedByte(): void {
    const cpu = this.#cpu
    const { UCSRA, UCSRB, UDR, rxCompleteInterrupt } = usart0Config
    let unread = false
    this.#usart.onRxComplete = () => {
      unread = true
      const flags = cpu.data[UCSRA] ?? 0
      cpu.data[UCSRA] = this.#isBroken ? flags | UCSR0A_FE : flags & ~UCSR0A_FE
      this.#receiveNext()
    }
    const read = cpu.readHooks[UDR]
    cpu.readHooks[UDR] = (address) => {
      unread = false
      return read?.(address) ?? 0
    }
    const write = cpu.writeHooks[UCSRB]
    cpu.writeHooks[UCSRB] = (...args) => {
      const done = write?.(...args)
      if (unread && ((cpu.data[UCSRA] ?? 0) & UCSR0A_RXC) === 0) {
        cpu.setInterruptFlag({
          address: rxCompleteInterrupt,
          flagRegister: UCSRA,
          flagMask: UCSR0A_RXC,
          enableRegister: UCSRB,
          enableMask: 0x80,
          constant: true,
        })
      }
      return done
    }
  }
}
