/**
 * A SmartSet controller, an E271-2210 on a resistive panel: what it says of touches and what it does with commands (manual, chapter 6).
 * What the manual has a controller refuse is refused, with the digit that it gives. It has no low power mode and no 38,400 baud (page 85).
 */
import type { Clock } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import {
  ERROR,
  type ErrorDigit,
  type SmartSetCommand,
  SmartSetReader,
  smartSetPacket,
  TOUCH,
  word,
} from './smartset.ts'
import { calibrationOf, type Place } from './touch-axes.ts'
import { toldTouch, touchBytes } from './touch-formats.ts'
import { ALL_TESTS, CONFIGURATION, IDENTITY, JUMPERS, OWNER, TESTS } from './touch-identity.ts'
import { TouchNvram } from './touch-nvram.ts'
import {
  FACTORY,
  PROCESSING,
  QUIET,
  SERIAL,
  settingOf,
  settingsAfter,
  type TouchSettings,
} from './touch-settings.ts'
import { TICK_MS, TouchTimer } from './touch-timer.ts'

const [XON, XOFF] = [0x11, 0x13] as const

/** What the panel feels: where, and whether it begins, lasts or ends. */
type Contact = typeof TOUCH.first | typeof TOUCH.stream | typeof TOUCH.release

/** A two-point calibration that waits for one press or the other. */
interface Calibrating {
  readonly low?: Place
}

export class TouchController {
  readonly #line: PeripheralLine
  readonly #reader = new SmartSetReader()
  readonly #nvram = new TouchNvram()
  #settings = FACTORY
  #faulty = 0
  #lastResults = 0
  #reportedStray = 0
  readonly #timer: TouchTimer
  #calibrating: Calibrating | undefined
  /** The last contact, and the last place that was told of it. */
  #contact: { readonly kind: Contact; readonly at: Place } | undefined
  #told: Place | undefined
  #isPoint = false
  /** What waits because the host said XOFF. */
  #held: Uint8Array[] | undefined

  constructor(line: PeripheralLine, clock: Clock) {
    this.#line = line
    this.#timer = new TouchTimer(clock, (isContinuous) => this.#expire(isContinuous))
    line.onData((bytes) => this.#receive(bytes))
  }

  /** How far apart it reports a finger that rests. No delay is still one packet after the other. */
  get reportMs(): number {
    return TICK_MS * Math.max(1, this.#settings.repeatDelay)
  }

  /** How long it waits before it believes that a finger has gone. */
  get untouchMs(): number {
    return TICK_MS * this.#settings.untouchDelay
  }

  /** From now on these tests fail, and only these. */
  fail(tests: readonly (keyof typeof TESTS)[]): void {
    this.#faulty = tests.reduce((mask, test) => mask | (1 << TESTS[test]), 0)
  }

  /** Starts as after power-on: what was not saved is forgotten, and every test is run. */
  restart(): void {
    this.#reader.reset()
    this.#reportedStray = this.#reader.strayBytes
    this.#held = undefined
    this.#calibrating = undefined
    this.#lastResults = this.#faulty & ALL_TESTS
    this.#set(this.#nvram.atPowerOn)
    this.#timer.set(this.#settings.timer)
  }

  /** The panel feels a contact in the converter's own numbers. */
  feel(kind: Contact, at: Place): void {
    const { quiet, reports, processing } = this.#settings
    if ((quiet & QUIET.touches) !== 0) return
    this.#contact = { kind, at }
    if (kind === TOUCH.first) {
      this.#told = undefined
      this.#isPoint = this.#calibrating !== undefined
      if (this.#calibrating !== undefined) this.#takePoint(this.#calibrating, at)
    }
    // A press that is a point of the calibration is told to its end by the acknowledgement alone.
    if (this.#isPoint) return
    const still = kind === TOUCH.stream && this.#told?.x === at.x && this.#told.y === at.y
    if ((reports & kind) === 0 || (still && (processing & PROCESSING.tracking) !== 0)) return
    this.#told = at
    this.#tell(kind, at)
  }

  #tell(kind: number, at: Place): void {
    this.#send(touchBytes(toldTouch(kind | this.#warning, at, this.#settings), this.#settings))
  }

  /** Bytes came that were no packet, and no acknowledgement has said so yet. */
  get #warning(): number {
    return this.#reader.strayBytes > this.#reportedStray ? TOUCH.warning : 0
  }

  #receive(bytes: Uint8Array): void {
    const [, , serial] = this.#settings.parameters
    if ((serial & SERIAL.echo) !== 0) this.#send(bytes)
    for (const byte of bytes) {
      if (this.#isFlowControl(byte)) continue
      const command = this.#reader.take(byte)
      if (command !== undefined) this.#obey(command)
    }
  }

  /** XON and XOFF between packets, once they were asked for. */
  #isFlowControl(byte: number): boolean {
    const [, , serial] = this.#settings.parameters
    if ((serial & SERIAL.xonXoff) === 0 || !this.#reader.isBetweenPackets) return false
    if (byte === XOFF) this.#held ??= []
    else if (byte === XON) this.#release()
    return byte === XOFF || byte === XON
  }

  #obey({ letter, data, checksumIsRight }: SmartSetCommand): void {
    const [, , serial] = this.#settings.parameters
    const refused = !checksumIsRight && (serial & SERIAL.checksum) !== 0
    // A hard reset has no acknowledgement.
    if (!refused && letter === 'R' && ((data[0] ?? 0) & 1) === 0) {
      this.restart()
      return
    }
    // Any command ends a calibration that waits for a press.
    const wasCalibrating = this.#calibrating !== undefined
    this.#calibrating = undefined
    const error = refused ? ERROR.badChecksum : this.#execute(letter, data)
    this.#acknowledge(error, wasCalibrating ? ERROR.calibrationCancelled : ERROR.none)
  }

  /** Bytes outside any packet are remembered until there is an acknowledgement to report them in. */
  #acknowledge(...found: ErrorDigit[]): void {
    const errors = found.filter((error) => error !== ERROR.none)
    if (this.#warning !== 0) errors.push(ERROR.badPacket)
    this.#reportedStray = this.#reader.strayBytes
    this.#say('A', [...Buffer.from(errors.join('').padEnd(4, ERROR.none), 'ascii')])
  }

  /** Does a command and sends its answer, if it has one; gives the error digit of its acknowledgement. */
  #execute(letter: string, data: Uint8Array): ErrorDigit {
    const [first = 0] = data
    switch (letter) {
      case 'a':
        // The acknowledgement that follows is the answer.
        return ERROR.none
      case 'd':
        return this.#answer('D', [this.#lastResults])
      case 'D':
        this.#lastResults = this.#faulty & first
        return this.#answer('D', [this.#lastResults])
      case 'g':
        for (const [query, axis = ''] of CONFIGURATION) {
          const asked = Buffer.from(axis, 'ascii')
          this.#answer(query.toUpperCase(), settingOf(query, asked, this.#settings) ?? [])
        }
        return ERROR.none
      case 'i':
        return this.#answer('I', IDENTITY)
      case 'j':
        return this.#answer('J', JUMPERS)
      case 'N':
        return this.#moveSettings(data)
      case 'o':
        return this.#answer('O', OWNER)
      case 'R':
        this.#held = undefined
        return ERROR.none
      case 't':
        this.#tell(this.#contact?.kind ?? 0, this.#contact?.at ?? { x: 0, y: 0 })
        return ERROR.none
      case 'C':
        if (first !== 0x32) break
        this.#calibrating = {}
        return ERROR.none
    }
    return letter === letter.toLowerCase() ? this.#query(letter, data) : this.#change(letter, data)
  }

  #query(letter: string, data: Uint8Array): ErrorDigit {
    const setting = settingOf(letter, data, this.#settings)
    if (setting === undefined)
      return letter === 'c' || letter === 's' ? ERROR.badPacket : ERROR.illegalCommand
    const [form = 0, reports = 0, ...rest] = setting
    if (letter === 'm') return this.#answer('M', [form, reports | this.#warning, ...rest])
    return this.#answer(
      letter.toUpperCase(),
      letter === 'h' ? [...setting, ...word(this.#timer.left)] : setting,
    )
  }

  #change(letter: string, data: Uint8Array): ErrorDigit {
    const settings = settingsAfter(letter, data, this.#settings)
    if (typeof settings === 'string') return settings
    this.#set(settings)
    // Any other setting leaves a timer that runs alone.
    if (letter === 'H') this.#timer.set(settings.timer)
    return ERROR.none
  }

  #set(settings: TouchSettings): void {
    this.#settings = settings
    this.#reader.key = settings.key
  }

  #expire(isContinuous: boolean): void {
    const { timer, quiet } = this.#settings
    this.#settings = { ...this.#settings, timer: { ...timer, isOn: isContinuous } }
    if ((quiet & QUIET.timer) !== 0) return
    this.#say('H', [...(settingOf('h', new Uint8Array(0), this.#settings) ?? []), ...word(0)])
  }

  /** To NVRAM or back: direction, areas, and which of the two places. */
  #moveSettings([direction = 0, areas = 0, place = 0]: Uint8Array): ErrorDigit {
    if ((direction & 1) === 1)
      return this.#nvram.save(this.#settings, areas, place) ? ERROR.none : ERROR.badPacket
    const loaded = this.#nvram.load(this.#settings, areas, place)
    if (loaded === undefined) return ERROR.badPacket
    this.#set(loaded)
    this.#timer.set(loaded.timer)
    return ERROR.none
  }

  /** A press while two points are asked for: each is acknowledged, and the second one makes the calibration. */
  #takePoint({ low }: Calibrating, at: Place): void {
    if (low === undefined) {
      this.#calibrating = { low: at }
      this.#acknowledge(ERROR.none)
      return
    }
    this.#calibrating = undefined
    const [x, y] = [calibrationOf('x', low.x, at.x), calibrationOf('y', low.y, at.y)]
    const isUsable = x !== undefined && y !== undefined
    if (isUsable) this.#settings = { ...this.#settings, calibration: { ...this.#settings.calibration, x, y } }
    this.#acknowledge(isUsable ? ERROR.none : ERROR.divideByZero)
  }

  #answer(letter: string, data: readonly number[]): ErrorDigit {
    this.#say(letter, data)
    return ERROR.none
  }

  #say(letter: string, data: readonly number[]): void {
    this.#send(smartSetPacket(letter, data, this.#settings.key))
  }

  #send(bytes: Uint8Array): void {
    if ((this.#settings.quiet & QUIET.everything) !== 0) return
    if (this.#held === undefined) this.#line.write(bytes)
    // Its output buffer is small: of more than this the rest is lost.
    else if (this.#held.length < 32) this.#held.push(bytes)
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const bytes of held) this.#line.write(bytes)
  }
}
