/** What a device tells the centre of how it is: what people at it are told, what its lines' counters say, and no more. */
import { type DeviceStatus, roundBallots, roundCounter, roundRoom } from '../../core/messages/status.ts'
import type { LinkHealth } from '../../firmware/link/supervisor.ts'
import type { HealthSnapshot } from '../health/health.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { PeripheralName } from './peripherals.ts'

interface StatusParts {
  readonly store: Pick<DeviceStore, 'day' | 'space'>
  readonly health: HealthSnapshot<PeripheralName>
  readonly isPaperLow: boolean
  readonly program: string
  /** By the device's clock, milliseconds since 1970. */
  readonly now: number
}

/** Undefined once the polls are closed for good: then the device has said what it had to say. */
export function statusOf({ store, health, isPaperLow, program, now }: StatusParts): DeviceStatus | undefined {
  const { polls, casts, power, temperature, clock } = store.day
  if (polls === 'finished') return undefined
  const room = roundRoom(store.space.ballotsLeft)
  // Looking at the room may have found a medium that fails.
  const { lostMedia } = store.day
  const medium = (name: 'a' | 'b') => (lostMedia.includes(name) ? 'lost' : 'used')
  return {
    at: `${new Date(now).toISOString().slice(0, 19)}Z`,
    program,
    polls,
    casts: roundBallots(casts),
    lines: {
      touchscreen: lineOf(health.touchscreen),
      'card-reader': lineOf(health['card-reader']),
      printer: lineOf(health.printer),
      'io-board': lineOf(health['io-board']),
      display: lineOf(health.display),
    },
    media: { a: medium('a'), b: medium('b') },
    power,
    temperature,
    room,
    paper: isPaperLow ? 'low' : 'enough',
    clock,
  }
}

function lineOf({ state, counters, reconnects }: LinkHealth): DeviceStatus['lines']['printer'] {
  return {
    state,
    discardedBytes: roundCounter(counters.discardedBytes),
    badChecksums: roundCounter(counters.badChecksums),
    timeouts: roundCounter(counters.timeouts),
    reconnects: roundCounter(reconnects),
  }
}
