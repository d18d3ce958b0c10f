/** What the screens are a function of, gathered from all that a device knows of itself. */
import type { DeviceStore } from '../store/device-store.ts'
import type { Conditions } from './conditions.ts'
import type { Fingers } from './fingers.ts'
import type { HandingOver } from './handing-over.ts'
import type { DeviceHome } from './home.ts'
import { lastVoteOf } from './last-vote.ts'
import type { RollWatch } from './paper.ts'
import type { Peripherals } from './peripherals.ts'
import type { Polls } from './polls/polls.ts'
import { deadDevices, openDevices } from './release.ts'
import type { SessionRun } from './session/run.ts'
import type { Facts } from './showing.ts'
import type { TamperWatch } from './tamper-watch.ts'

/** Where it is gathered. */
export interface Seen {
  readonly home: DeviceHome
  readonly store: DeviceStore
  readonly polls: Polls
  readonly sessions: SessionRun
  readonly peripherals: Peripherals
  readonly fingers: Fingers
  readonly tamper: TamperWatch
  readonly conditions: Conditions
  readonly roll: RollWatch
  readonly handingOver: HandingOver
  readonly keysOn: boolean
}

export function factsOf(seen: Seen): Facts {
  const { home, store, polls, conditions } = seen
  const dead = polls.is === 'finished' ? deadDevices({ home, store }) : []
  return {
    ...inMemory(seen),
    lastVote: lastVoteOf(store.slip),
    alarms: store.day.alarms,
    tampered: store.day.tampered,
    stationClosed: polls.is === 'finished' && openDevices({ home, store }).length === 0,
    dead: dead.filter((id) => id !== store.place?.device),
    isDeclaredDead: dead.some((id) => id === store.place?.device),
    notes: notesOf(seen),
    noVoters: conditions.noVoters,
  }
}

/** What wants a hand soonest; and a lost medium, whatever else there is: with it votes are in one place. */
export function notesOf({
  conditions,
  roll,
  store,
}: {
  readonly conditions: Pick<Conditions, 'note'>
  readonly roll: Pick<RollWatch, 'isLow'>
  readonly store: { readonly day: Pick<DeviceStore['day'], 'lostMedia'> }
}): Facts['notes'] {
  const first = conditions.note ?? (roll.isLow ? 'paper-low' : undefined)
  const lost = store.day.lostMedia.length > 0 ? (['medium-lost'] as const) : []
  return first === undefined ? lost : [first, ...lost]
}

/** The same where nothing can be asked of the store: it failed. */
export function factsWithoutStore(seen: Seen): Facts {
  return {
    ...inMemory(seen),
    lastVote: 'none',
    alarms: [],
    tampered: false,
    stationClosed: false,
    dead: [],
    isDeclaredDead: false,
    notes: [],
    noVoters: undefined,
  }
}

function inMemory({ polls, sessions, peripherals, fingers, tamper, handingOver, keysOn }: Seen) {
  return {
    contests: sessions.contests,
    polls,
    session: sessions.state,
    missing: peripherals.missing,
    glassBlocked: fingers.isStuck,
    keysOn,
    caseOpen: tamper.isOpen,
    handedOver: handingOver.state,
  }
}
