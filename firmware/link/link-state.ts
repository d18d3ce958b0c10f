/**
 * How one peripheral is kept connected, as data: what a line is doing, what can happen to it, and what follows. Pure; `supervisor.ts`
 * performs the effects.
 *
 * ```
 *  connecting ──opened──▶ identifying ──identified──▶ ready ──alive──▶ ready
 *      ▲  │                   │                         │
 *      │  └──failed, timed-out┴──lost, mute, timed-out──┤
 *      └────────────timed-out (the wait)──── faulted ◀──┘
 * ```
 * In every state exactly one timer runs, so that there is always a next step: the deadline of the connection, the next heartbeat, the
 * heartbeat's own limit, the wait before the next try.
 */
import type { LinkFault } from './fault.ts'

/**
 * What a line is doing: being opened; asking who is there; working; or waiting to be tried again. `failures` counts the tries
 * that came to nothing since a heartbeat was last answered: a line that comes and goes is not tried faster than one that is gone.
 */
export type LinkState =
  | { readonly is: 'connecting'; readonly failures: number }
  | { readonly is: 'identifying'; readonly failures: number }
  /** `asked`: a heartbeat is under way. */
  | { readonly is: 'ready'; readonly failures: number; readonly asked: boolean }
  | { readonly is: 'faulted'; readonly failures: number; readonly fault: LinkFault }

/** What can happen to a line. */
export type LinkInput =
  | { readonly is: 'opened' }
  | { readonly is: 'identified' }
  /** It could not be opened, or nobody that we know answered. */
  | { readonly is: 'failed'; readonly fault: LinkFault }
  | { readonly is: 'lost'; readonly fault: LinkFault }
  /** The heartbeat was answered. */
  | { readonly is: 'alive' }
  /** The heartbeat was not answered. */
  | { readonly is: 'mute'; readonly fault: LinkFault }
  /** The one timer has run out. */
  | { readonly is: 'timed-out' }

/** What is to be done, in this order. */
export type LinkEffect =
  | { readonly do: 'connect' }
  /** Close whatever this try has opened, or opens yet. */
  | { readonly do: 'give-up' }
  | { readonly do: 'ask' }
  /** Set the one timer to the next heartbeat, in the place of the one before. */
  | { readonly do: 'rest' }
  /** Set the one timer, in the place of the one before. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Set it to a time drawn uniformly from nothing to this (full jitter), so that many devices never try in step. */
  | { readonly do: 'wait-up-to'; readonly ms: number }
  /** Say once that it does not work. */
  | { readonly do: 'tell'; readonly fault: LinkFault }
  | { readonly do: 'announce'; readonly present: boolean }

interface LinkStep {
  readonly state: LinkState
  readonly effects: readonly LinkEffect[]
}

/**
 * Between two heartbeats on a device in service, milliseconds: a line that is dead but open is found this long after, and the driver's own
 * deadline.
 */
export const HEARTBEAT_MS = 5_000
/**
 * The longest that a connection or a heartbeat may take, milliseconds. Drivers have shorter deadlines of their own; this one holds
 * whatever a driver waits for, and for the opening itself.
 */
export const LINK_LIMIT_MS = 60_000
/** Bound of the first wait before another try, milliseconds; it doubles with every failure. */
const FIRST_WAIT_MS = 200
/** No wait before another try is longer, milliseconds. */
export const LONGEST_WAIT_MS = 10_000

/** How every line begins. */
export function beginLink(): LinkStep {
  return connect(0)
}

/** What follows from an input. One that means nothing in this state changes nothing. */
export function stepLink(state: LinkState, input: LinkInput): LinkStep {
  switch (state.is) {
    case 'connecting':
    case 'identifying':
      return stepConnecting(state, input)
    case 'ready':
      return stepReady(state, input)
    case 'faulted':
      return input.is === 'timed-out' ? connect(state.failures) : same(state)
  }
}

function stepConnecting(
  state: Extract<LinkState, { is: 'connecting' | 'identifying' }>,
  input: LinkInput,
): LinkStep {
  const { failures } = state
  switch (input.is) {
    case 'opened':
      return same({ is: 'identifying', failures })
    case 'identified':
      return {
        state: { is: 'ready', failures, asked: false },
        effects: [{ do: 'announce', present: true }, { do: 'rest' }],
      }
    case 'failed':
    case 'lost':
      return fault(failures, input.fault, failures === 0 ? [{ do: 'tell', fault: input.fault }] : [])
    case 'timed-out': {
      const late: LinkFault = { is: 'timeout', what: 'the line did not connect in time' }
      return fault(failures, late, failures === 0 ? [{ do: 'tell', fault: late }] : [])
    }
    default:
      return same(state)
  }
}

function stepReady(state: Extract<LinkState, { is: 'ready' }>, input: LinkInput): LinkStep {
  switch (input.is) {
    case 'timed-out':
      if (state.asked) return lose(state.failures, { is: 'timeout', what: 'a heartbeat never ended' })
      return {
        state: { ...state, asked: true },
        effects: [{ do: 'wait', ms: LINK_LIMIT_MS }, { do: 'ask' }],
      }
    case 'alive':
      if (!state.asked) return same(state)
      return {
        state: { is: 'ready', failures: 0, asked: false },
        effects: [{ do: 'rest' }],
      }
    case 'mute':
      return state.asked ? lose(state.failures, input.fault) : same(state)
    case 'lost':
      return lose(state.failures, input.fault)
    default:
      return same(state)
  }
}

function connect(failures: number): LinkStep {
  return {
    state: { is: 'connecting', failures },
    effects: [{ do: 'wait', ms: LINK_LIMIT_MS }, { do: 'connect' }],
  }
}

/** What worked and is gone is always told; what never came back is not told again. */
function lose(failures: number, why: LinkFault): LinkStep {
  return fault(failures, why, [
    { do: 'tell', fault: why },
    { do: 'announce', present: false },
  ])
}

function fault(failures: number, why: LinkFault, told: readonly LinkEffect[]): LinkStep {
  const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  return {
    state: { is: 'faulted', failures: failures + 1, fault: why },
    effects: [{ do: 'give-up' }, { do: 'wait-up-to', ms }, ...told],
  }
}

function same(state: LinkState): LinkStep {
  return { state, effects: [] }
}
