/**
 * Timer 1 of the ATmega328P as this firmware uses it: it counts at 1/1024 of the clock, all round, and its compare unit A interrupts.
 *
 * The one of avr8js has an event for each count, 15,625 a second; a chip that sleeps a second at a time could then not be jumped over.
 * Here the only event is the compare match.
 */
import type { CPU } from 'avr8js'

const TCCR1B = 0x81
const TCNT1L = 0x84
const TCNT1H = 0x85
const OCR1AL = 0x88
const OCR1AH = 0x89
const DIVIDER = 1024
/** CS12 and CS10: by 1024; all other bits 0: no waveform. */
const BY_1024 = 0x05
const ROUND = 0x1_0000

const COMPARE_A = {
  address: 0x16,
  flagRegister: 0x36,
  flagMask: 0x02,
  enableRegister: 0x6f,
  enableMask: 0x02,
} as const

/** Puts the timer into a chip. Throws when the firmware wants of it what it is not. */
export function addAlarmTimer(cpu: CPU): void {
  let startedAt: number | undefined
  /** The register that both halves of a 16 bit register share. */
  let high = 0

  const count = () => (startedAt === undefined ? 0 : Math.floor((cpu.cycles - startedAt) / DIVIDER))
  const match = () => {
    cpu.setInterruptFlag(COMPARE_A)
    // avr8js loses its other events when an event in hand is cleared.
    plan()
  }
  const plan = () => {
    if (startedAt === undefined) return
    const now = count()
    const compare = (cpu.data[OCR1AH] ?? 0) * 256 + (cpu.data[OCR1AL] ?? 0)
    const ahead = (((compare - now) % ROUND) + ROUND) % ROUND || ROUND
    cpu.addClockEvent(match, startedAt + (now + ahead) * DIVIDER - cpu.cycles)
  }
  const planAnew = () => {
    cpu.clearClockEvent(match)
    plan()
  }

  cpu.writeHooks[TCCR1B] = (value) => {
    if (value !== BY_1024) throw new Error('the emulated timer 1 counts by 1024 and nothing else')
    cpu.data[TCCR1B] = value
    startedAt = cpu.cycles
    planAnew()
    return true
  }
  cpu.readHooks[TCNT1L] = () => {
    high = (count() >> 8) & 0xff
    return count() & 0xff
  }
  cpu.readHooks[TCNT1H] = () => high
  cpu.writeHooks[OCR1AH] = (value) => {
    high = value
    return true
  }
  cpu.writeHooks[OCR1AL] = (value) => {
    cpu.data[OCR1AH] = high
    cpu.data[OCR1AL] = value
    planAnew()
    return true
  }
  cpu.writeHooks[COMPARE_A.enableRegister] = (value) => {
    cpu.data[COMPARE_A.enableRegister] = value
    cpu.updateInterruptEnable(COMPARE_A, value)
    return true
  }
  cpu.writeHooks[COMPARE_A.flagRegister] = (value) => {
    // Flags are cleared by writing ones.
    cpu.clearInterruptByFlag(COMPARE_A, value)
    return true
  }
}
