/**
 * A plan of what goes wrong on one serial line, as data and as one line of text. Each fault stands at a byte: byte 0 is the first that
 * ever passed that way, over all openings of the line. Times are milliseconds of the line's clock.
 *
 * ```
 * up:split@12,40,1      from byte 12 the next 40 arrive in pieces of 1
 * up:merge@0,64,200     from byte 0 bytes are held until 64 are together, or 200 ms have passed
 * down:drop@300,2       bytes 300 and 301 are lost
 * down:flip@100,16      byte 100 arrives with the bits of 16 turned over
 * up:delay@90,1500      byte 90 and all behind it come 1500 ms late
 * up:mute@90,5000       from byte 90 nothing arrives for 5000 ms
 * up:babble@90,2000,7   when byte 90 comes, 2000 ms of noise at line rate begin (drawn from 7)
 * down:garble@0,900,50  from byte 0, for 900 ms, the receiver reads at 50 hundredths of the speed that was sent
 * down:unplug@900,4000  the plug comes out before byte 900 and goes in again 4000 ms later
 * ```
 */
import type { Random } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

/** Up: from the peripheral to the device. Down: from the device to the peripheral. */
export type Way = 'up' | 'down'

interface At {
  readonly way: Way
  /** Before which byte of that way it happens. */
  readonly at: number
}

export type Fault =
  | (At & { readonly is: 'split'; readonly bytes: number; readonly pieces: number })
  | (At & { readonly is: 'merge'; readonly bytes: number; readonly ms: number })
  | (At & { readonly is: 'drop'; readonly bytes: number })
  | (At & { readonly is: 'flip'; readonly bits: number })
  | (At & { readonly is: 'delay'; readonly ms: number })
  | (At & { readonly is: 'mute'; readonly ms: number })
  | (At & { readonly is: 'babble'; readonly ms: number; readonly seed: number })
  | (At & { readonly is: 'garble'; readonly ms: number; readonly hundredths: number })
  | (At & { readonly is: 'unplug'; readonly ms: number })

/** What goes wrong on one line, in no order. */
export type FaultPlan = readonly Fault[]

/** The numbers behind a fault's name, in the order in which they are written, with the largest that each may be. The least is 1. */
const FIELDS = {
  split: { bytes: 1_000_000, pieces: 4_096 },
  merge: { bytes: 4_096, ms: 600_000 },
  drop: { bytes: 4_096 },
  flip: { bits: 255 },
  delay: { ms: 600_000 },
  mute: { ms: 600_000 },
  babble: { ms: 600_000, seed: 0xffff_ffff },
  garble: { ms: 600_000, hundredths: 10_000 },
  unplug: { ms: 600_000 },
} as const satisfies Record<Fault['is'], Readonly<Record<string, number>>>

const KINDS = Object.keys(FIELDS) as readonly Fault['is'][]
const LAST_BYTE = 1_000_000_000
/** A plan of more text than this is none. */
const LONGEST_TEXT = 4_096

/** The plan as one line of text; `none` if nothing goes wrong. */
export function printFaultPlan(plan: FaultPlan): string {
  if (plan.length === 0) return 'none'
  return plan
    .map((fault) => `${fault.way}:${fault.is}@${[fault.at, ...numbersOf(fault)].join(',')}`)
    .join(' ')
}

/** The plan that a line of text says, or why it says none. */
export function parseFaultPlan(text: string): Result<FaultPlan> {
  if (text.length > LONGEST_TEXT) return refuse('faults.plan', 'plan', 'this is longer than any plan', NEXT)
  if (text === 'none') return ok([])
  const plan: Fault[] = []
  for (const word of text.split(' ')) {
    const fault = parseFault(word)
    if (fault === undefined) return refuse('faults.plan', 'plan', `"${word.slice(0, 60)}" is no fault`, NEXT)
    plan.push(fault)
  }
  return ok(plan)
}

const NEXT = 'Write faults as up:drop@300,2 with one space between them, or "none".'

/** How many bytes will pass each way in the run, and how much is to go wrong. */
interface Drawing {
  readonly up: number
  readonly down: number
  readonly faults: number
  /** Which kinds may be drawn; all by default. */
  readonly kinds?: readonly Fault['is'][]
  /** The longest that anything lasts; 20 s by default. */
  readonly longestMs?: number
  /** The most bytes that are lost one behind the other; 600 by default. */
  readonly mostLost?: number
}

/** Draws a plan. Places and times are drawn by their order of size, so that the first bytes and short moments have their share. */
export function drawFaultPlan(
  random: Random,
  { up, down, faults, kinds = KINDS, longestMs = 20_000, mostLost = 600 }: Drawing,
): FaultPlan {
  const unit = () => new DataView(random.bytes(4).slice().buffer).getUint32(0) / 2 ** 32
  const below = (limit: number) => Math.floor(unit() * limit)
  /** From 1 to `most`; each power of two as likely as the next. */
  const sized = (most: number) => Math.max(1, Math.round(most ** unit()))
  const draw: { readonly [K in Fault['is']]: (at: At) => Fault } = {
    split: (at) => ({ ...at, is: 'split', bytes: sized(2_000), pieces: sized(16) }),
    merge: (at) => ({ ...at, is: 'merge', bytes: sized(512), ms: sized(2_000) }),
    drop: (at) => ({ ...at, is: 'drop', bytes: sized(mostLost) }),
    flip: (at) => ({ ...at, is: 'flip', bits: 1 << below(8) }),
    delay: (at) => ({ ...at, is: 'delay', ms: sized(longestMs) }),
    mute: (at) => ({ ...at, is: 'mute', ms: sized(longestMs) }),
    babble: (at) => ({ ...at, is: 'babble', ms: sized(longestMs), seed: 1 + below(0xffff_fffe) }),
    garble: (at) => ({ ...at, is: 'garble', ms: sized(longestMs), hundredths: 25 * (1 + below(3)) }),
    unplug: (at) => ({ ...at, is: 'unplug', ms: sized(longestMs) }),
  }
  return Array.from({ length: faults }, () => {
    const way = below(2) === 0 ? 'up' : 'down'
    const bytes = way === 'up' ? up : down
    // Half of them anywhere, half of them early.
    const at = below(2) === 0 ? below(bytes) : sized(bytes) - 1
    const kind = kinds[below(kinds.length)]
    if (kind === undefined) throw new RangeError('no kind of fault to draw from')
    return draw[kind]({ way, at })
  })
}

function numbersOf(fault: Fault): readonly number[] {
  const values: Readonly<Record<string, unknown>> = { ...fault }
  return Object.keys(FIELDS[fault.is]).map((name) => Number(values[name]))
}

function parseFault(word: string): Fault | undefined {
  const [, way, name, digits] = /^(up|down):([a-z]+)@([0-9]{1,10}(?:,[0-9]{1,10})*)$/.exec(word) ?? []
  const kind = KINDS.find((known) => known === name)
  if (way === undefined || kind === undefined || digits === undefined) return undefined
  const [at, ...values] = digits.split(',').map(Number)
  const fields = Object.entries(FIELDS[kind])
  if (at === undefined || at > LAST_BYTE || values.length !== fields.length) return undefined
  const fits = fields.every(([, most], i) => (values[i] ?? 0) >= 1 && (values[i] ?? 0) <= most)
  // Numbers are written in one way only: no leading zeros.
  if (!fits || [at, ...values].join(',') !== digits) return undefined
  return { way, at, is: kind, ...Object.fromEntries(fields.map(([field], i) => [field, values[i]])) } as Fault
}
