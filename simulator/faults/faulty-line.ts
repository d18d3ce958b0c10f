/** A line between a virtual peripheral and its driver on which things go wrong as a plan says. */
import { hash } from 'node:crypto'
import type { Clock, Timer } from '../../core/ports.ts'
import type { PeripheralLine, PluggableLine } from '../lines/peripheral-line.ts'
import type { Fault, FaultPlan, Way } from './plan.ts'
import { misread } from './uart.ts'

/** How often a babbling line speaks. */
const BABBLE_MS = 20
/** Bytes of one block of noise: one SHA-256. */
const NOISE_BLOCK = 32

/** The line itself and what is to go wrong on it. */
interface FaultyLineSettings {
  /** A plan that unplugs needs a line that can be plugged in again. */
  readonly line: PeripheralLine & Partial<PluggableLine> & { replug?(): void }
  readonly clock: Clock
  readonly baudRate: number
  /** 10 for 8N1, 11 for 8N2. */
  readonly bitsPerByte?: number
  readonly plan: FaultPlan
}

/** The peripheral's end of a line that lies. */
export interface FaultyLine extends PeripheralLine {
  /** How many of the plan's faults have begun. */
  readonly begun: number
  /** Pulls the plug, as a hand does. Throws when it is out already, or has none. */
  unplug(): void
  /** Puts it in again. Throws when it is in. */
  replug(): void
  readonly plugged: boolean
}

/** Puts the plan on the line. Throws where the plan unplugs a line that cannot be. */
export function faultyLine(settings: FaultyLineSettings): FaultyLine {
  const { line, clock, baudRate, bitsPerByte = 10, plan } = settings
  if (plan.some((fault) => fault.is === 'unplug') && (line.unplug === undefined || line.replug === undefined))
    throw new RangeError('a plan unplugs this line, which cannot be plugged in again')
  let plugged = true
  let down: ((bytes: Uint8Array) => void) | undefined
  const move = (into: boolean) => {
    if (plugged === into) throw new Error(`the plug is ${into ? 'in' : 'out'} already`)
    if (line.unplug === undefined || line.replug === undefined) throw new Error('this line has no plug')
    plugged = into
    if (into) line.replug()
    else {
      for (const way of [ways.up, ways.down]) way.forget()
      line.unplug()
    }
  }
  const pull = (ms: number) => {
    if (!plugged) return
    move(false)
    clock.after(ms, () => {
      if (!plugged) move(true)
    })
  }
  const make = (way: Way, deliver: (bytes: Uint8Array) => void) =>
    new FaultyWay({
      clock,
      bytesPerMs: baudRate / bitsPerByte / 1_000,
      faults: plan.filter((fault) => fault.way === way),
      deliver: (bytes) => {
        if (plugged) deliver(bytes)
      },
      pull,
    })
  const ways = {
    up: make('up', (bytes) => line.write(bytes)),
    down: make('down', (bytes) => down?.(bytes)),
  }
  return {
    get begun() {
      return ways.up.begun + ways.down.begun
    },
    get plugged() {
      return plugged
    },
    onData(listener) {
      down = listener
      line.onData((bytes) => ways.down.take(bytes))
    },
    onOpen: (listener) => line.onOpen(listener),
    write: (bytes) => {
      if (plugged) ways.up.take(bytes)
    },
    unplug: () => move(false),
    replug: () => move(true),
  }
}

/** One way of a line. */
class FaultyWay {
  readonly #clock: Clock
  readonly #bytesPerMs: number
  readonly #deliver: (bytes: Uint8Array) => void
  readonly #pull: (ms: number) => void
  /** Not begun yet, by place. */
  readonly #waiting: Fault[]
  readonly #planned: number
  #passed = 0
  #dropping = 0
  #splitting: { left: number; readonly pieces: number } | undefined
  #merging: { readonly bytes: number; readonly until: number } | undefined
  #muteUntil = 0
  #garbling: { readonly until: number; readonly ratio: number } | undefined
  /** Nothing that comes now is delivered before this. */
  #notBefore = 0
  #queue: { readonly bytes: Uint8Array; readonly due: number }[] = []
  #timer: Timer | undefined
  #merged: Uint8Array = new Uint8Array(0)
  /** Counts plugs: what was on its way when one was pulled never arrives. */
  #generation = 0

  constructor(parts: {
    readonly clock: Clock
    readonly bytesPerMs: number
    readonly faults: FaultPlan
    readonly deliver: (bytes: Uint8Array) => void
    readonly pull: (ms: number) => void
  }) {
    this.#clock = parts.clock
    this.#bytesPerMs = parts.bytesPerMs
    this.#deliver = parts.deliver
    this.#pull = parts.pull
    this.#waiting = parts.faults.toSorted((a, b) => a.at - b.at)
    this.#planned = parts.faults.length
  }

  get begun(): number {
    return this.#planned - this.#waiting.length
  }

  /** The plug is out: nothing arrives any more, and noise ends. */
  forget(): void {
    this.#generation += 1
    this.#timer?.cancel()
    this.#timer = undefined
    this.#queue = []
    this.#merged = new Uint8Array(0)
    this.#merging = undefined
    this.#notBefore = 0
  }

  /** Takes bytes off one end: up to the next fault they pass as they are. */
  take(bytes: Uint8Array): void {
    const generation = this.#generation
    let from = 0
    while (from < bytes.length) {
      for (;;) {
        const [next] = this.#waiting
        if (next === undefined || next.at > this.#passed) break
        this.#waiting.shift()
        this.#begin(next)
        // The plug is out: what is left of these bytes is lost, and counts as passed.
        if (this.#generation !== generation) {
          this.#passed += bytes.length - from
          return
        }
      }
      const room = (this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY) - this.#passed
      let length = Math.min(bytes.length - from, room)
      if (this.#dropping > 0) length = Math.min(length, this.#dropping)
      else if (this.#splitting !== undefined)
        length = Math.min(length, this.#splitting.left, this.#splitting.pieces)
      const piece = new Uint8Array(bytes.subarray(from, from + length))
      from += length
      this.#passed += length
      this.#pass(piece)
    }
  }

  #begin(fault: Fault): void {
    const now = this.#clock.elapsed()
    switch (fault.is) {
      case 'split':
        this.#splitting = { left: fault.bytes, pieces: fault.pieces }
        return
      case 'merge':
        this.#flush()
        this.#merging = { bytes: fault.bytes, until: now + fault.ms }
        this.#after(fault.ms, () => this.#flush())
        return
      case 'drop':
        this.#dropping += fault.bytes
        return
      case 'flip':
        this.#flips.push(fault.bits)
        return
      case 'delay':
        this.#notBefore = Math.max(this.#notBefore, now) + fault.ms
        return
      case 'mute':
        this.#muteUntil = Math.max(this.#muteUntil, now + fault.ms)
        return
      case 'babble':
        this.#babble(now + fault.ms, fault.seed)
        return
      case 'garble':
        this.#garbling = { until: now + fault.ms, ratio: fault.hundredths / 100 }
        return
      case 'unplug':
        this.#pull(fault.ms)
        return
    }
  }

  /** Bits to be turned over in the next byte. */
  #flips: number[] = []

  #pass(piece: Uint8Array): void {
    if (this.#dropping > 0) {
      this.#dropping -= piece.length
      return
    }
    if (this.#splitting !== undefined) {
      this.#splitting.left -= piece.length
      if (this.#splitting.left <= 0) this.#splitting = undefined
    }
    for (const bits of this.#flips.splice(0)) piece[0] = (piece[0] ?? 0) ^ bits
    const now = this.#clock.elapsed()
    if (now < this.#muteUntil) return
    const garbled = this.#garbling !== undefined && now < this.#garbling.until ? this.#garbling.ratio : 1
    this.#merge(garbled === 1 ? piece : misread(piece, garbled))
  }

  #merge(piece: Uint8Array): void {
    if (this.#merging === undefined) {
      this.#send(piece)
      return
    }
    this.#merged = Buffer.concat([this.#merged, piece])
    if (this.#merged.length >= this.#merging.bytes) this.#flush()
  }

  #flush(): void {
    const merged = this.#merged
    this.#merged = new Uint8Array(0)
    this.#merging = undefined
    if (merged.length > 0) this.#send(merged)
  }

  /** In order: what is late makes everything behind it late. */
  #send(bytes: Uint8Array): void {
    const now = this.#clock.elapsed()
    if (this.#queue.length === 0 && now >= this.#notBefore) {
      this.#deliver(bytes)
      return
    }
    this.#queue.push({ bytes, due: Math.max(now, this.#notBefore) })
    this.#wait()
  }

  #wait(): void {
    const [first] = this.#queue
    if (this.#timer !== undefined || first === undefined) return
    this.#timer = this.#clock.after(Math.max(0, first.due - this.#clock.elapsed()), () => {
      this.#timer = undefined
      this.#queue.shift()
      this.#deliver(first.bytes)
      this.#wait()
    })
  }

  /** Noise goes between whatever else is said, past a merge and a mute: it is on the wire, not in the sender. */
  #babble(until: number, seed: number): void {
    const noise = noiseFrom(seed)
    const speak = () => {
      const left = until - this.#clock.elapsed()
      if (left <= 0) return
      const ms = Math.min(BABBLE_MS, left)
      this.#deliver(noise(Math.max(1, Math.floor(ms * this.#bytesPerMs))))
      this.#after(ms, speak)
    }
    speak()
  }

  #after(ms: number, action: () => void): void {
    const generation = this.#generation
    this.#clock.after(ms, () => {
      if (generation === this.#generation) action()
    })
  }
}

/** Bytes that come out the same from the same number: block n is SHA-256 of `seed n`. */
function noiseFrom(seed: number): (length: number) => Uint8Array {
  let block = 0
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let from = 0; from < length; from += NOISE_BLOCK) {
      const noise = hash('sha256', `${seed} ${block++}`, 'buffer')
      bytes.set(noise.subarray(0, Math.min(NOISE_BLOCK, length - from)), from)
    }
    return bytes
  }
}
