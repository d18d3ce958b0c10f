/**
 * From packets to touches, pure. Packets may be lost, doubled or come from more than a finger, and a one-touch controller shows two
 * fingers or a palm as one place that jumps. Whatever is doubtful presses nothing: the touch is cancelled and ignored until it ends.
 *
 * ```
 * up ──contact──▶ down ──release──▶ up, a touch                  quiet too long (a lost release) ──▶ up, nothing pressed
 *  │                └─ second contact, jump, out of range ─▶ spoiled ──release──▶ up
 *  └─ movement without a contact, out of range ────────────▶ spoiled            (down, spoiled: for too long) ─▶ stuck ──release──▶ up
 * ```
 */
import type { RawPlace, TouchEvent } from './codec.ts'

/** How often the machine is told that time passes, while anything touches the glass. */
export const TICK_MS = 500

/**
 * So many ticks without a packet, a second and more, end a touch whose release was lost: a touched controller reports 50 times a second.
 * After a pause of this program the first tick comes before the packets that waited meanwhile, so one alone says nothing.
 */
const QUIET_TICKS = 3

/** A touch that lasts this long is no finger that means anything: 10 seconds. */
const STUCK_TICKS = 20

/**
 * Raw units on an axis between two reports, 20 ms, that no pressing finger covers: 5 mm across and 10 mm down on our panel. A second
 * finger on the next key of the keypad moves the one place by half a key, as far as this.
 */
const JUMP = 150

export type Gesture =
  | { readonly is: 'up' }
  | Held<{ readonly is: 'down'; readonly from: RawPlace; readonly last: RawPlace }>
  /** Something that is no plain touch; ignored until it ends. */
  | Held<{ readonly is: 'spoiled' }>
  /** It does not end. */
  | Held<{ readonly is: 'stuck' }>

/** Ticks since the touch began, and since its last packet. */
type Held<S> = S & { readonly ticks: number; readonly quiet: number }

/** Why a touch presses nothing. */
export type Doubt = 'no-contact' | 'second-contact' | 'jumped' | 'out-of-range' | 'no-release'

export type GestureInput =
  | { readonly is: 'touch'; readonly touch: TouchEvent }
  /** {@link TICK_MS} have passed. */
  | { readonly is: 'tick' }

export type GestureEvent =
  | { readonly is: 'down'; readonly at: RawPlace }
  /** A whole touch is over. */
  | { readonly is: 'up'; readonly from: RawPlace; readonly at: RawPlace }
  /** What began, if anything did, counts for nothing. */
  | { readonly is: 'cancelled'; readonly why: Doubt }
  | { readonly is: 'stuck' }
  /** What was stuck has ended. */
  | { readonly is: 'freed' }

export interface GestureStep {
  readonly state: Gesture
  readonly event?: GestureEvent
}

const UP: Gesture = { is: 'up' }

/** The next state, and what is to be told. */
export function stepGesture(state: Gesture, input: GestureInput): GestureStep {
  if (input.is === 'tick') return tick(state)
  const { touch } = input
  switch (state.is) {
    case 'up':
      return begin(touch)
    case 'down':
      return goOn(state, touch)
    case 'spoiled':
      return { state: touch.kind === 'up' ? UP : { ...state, quiet: 0 } }
    case 'stuck':
      return touch.kind === 'up' ? { state: UP, event: { is: 'freed' } } : { state: { ...state, quiet: 0 } }
  }
}

function begin(touch: TouchEvent): GestureStep {
  // The release of a touch whose contact was lost.
  if (touch.kind === 'up') return { state: UP }
  if (touch.doubtful) return spoil(0, 'out-of-range')
  if (touch.kind === 'move') return spoil(0, 'no-contact')
  const at = placeOf(touch)
  return { state: { is: 'down', from: at, last: at, ticks: 0, quiet: 0 }, event: { is: 'down', at } }
}

function goOn(state: Gesture & { is: 'down' }, touch: TouchEvent): GestureStep {
  const why = doubtOf(state.last, touch)
  if (touch.kind === 'up') {
    if (why !== undefined) return { state: UP, event: { is: 'cancelled', why } }
    return { state: UP, event: { is: 'up', from: state.from, at: placeOf(touch) } }
  }
  return why === undefined ? { state: { ...state, last: placeOf(touch), quiet: 0 } } : spoil(state.ticks, why)
}

function doubtOf(last: RawPlace, touch: TouchEvent): Doubt | undefined {
  if (touch.doubtful) return 'out-of-range'
  if (touch.kind === 'down') return 'second-contact'
  const jumped = Math.abs(touch.x - last.x) > JUMP || Math.abs(touch.y - last.y) > JUMP
  return jumped ? 'jumped' : undefined
}

function tick(state: Gesture): GestureStep {
  if (state.is === 'up') return { state }
  const quiet = state.quiet + 1
  const ticks = state.ticks + 1
  if (quiet >= QUIET_TICKS) {
    if (state.is === 'stuck') return { state: UP, event: { is: 'freed' } }
    return { state: UP, event: { is: 'cancelled', why: 'no-release' } }
  }
  if (state.is !== 'stuck' && ticks >= STUCK_TICKS)
    return { state: { is: 'stuck', ticks, quiet }, event: { is: 'stuck' } }
  return { state: { ...state, ticks, quiet } }
}

function spoil(ticks: number, why: Doubt): GestureStep {
  return { state: { is: 'spoiled', ticks, quiet: 0 }, event: { is: 'cancelled', why } }
}

function placeOf({ x, y }: TouchEvent): RawPlace {
  return { x, y }
}
