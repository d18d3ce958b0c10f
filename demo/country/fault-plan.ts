/** What goes wrong in a run, drawn from its seed: who is copied, who forges, whose link flaps, what is killed and when. */
import { shuffle, uniform } from '../../core/ballot-box/draw.ts'
import type { Random } from '../../core/ports.ts'
import { SIDES } from './centre-processes.ts'

/** How a message is forged. Each comes from a device that may speak, as the brokers see it. */
export const FORGERIES = ['checkpoint-key', 'tally-key', 'certificate', 'other-device'] as const
export type Forgery = (typeof FORGERIES)[number]

/** A device of which somebody has a copy with all its keys. `fork`: it goes on otherwise; `second-journal`: it begins anew. */
export type Clone = 'fork' | 'second-journal'

/** What is killed: a broker, a collector, the database. */
export interface Kill {
  readonly what: 'broker' | 'collector' | 'database'
  readonly side: number
  /** Of the time in which devices send their tallies. */
  readonly at: number
}

/** Devices by their numbers. */
export interface FaultPlan {
  readonly forgers: ReadonlyMap<number, Forgery>
  readonly clones: ReadonlyMap<number, Clone>
  /** They sign other counts than those they committed to, before they send the true ones. */
  readonly liars: readonly number[]
  readonly flooder: number
  readonly doubled: readonly number[]
  /** Half of the honest: they send their journals, too, only while processes are killed. */
  readonly late: readonly number[]
  readonly flapping: readonly number[]
  readonly kills: readonly Kill[]
}

/** So many devices there must be for every kind of fault to find one of its own. */
export const FEWEST_FOR_FAULTS = 32

const CLONES = 20
const LIARS = 10
const FORGED = 0.01
const DOUBLED = 0.05
const FLAPPING = 0.1

/** Draws a plan for a country of so many devices. */
export function drawFaultPlan(devices: number, random: Random): FaultPlan {
  const left = shuffle(
    Array.from({ length: devices }, (_, number) => number),
    random,
  )
  const take = (count: number) => left.splice(0, count)
  const atMost = (count: number) => Math.min(count, Math.ceil(devices / 16))
  const forgers = take(Math.max(FORGERIES.length, Math.round(devices * FORGED)))
  const clones = take(Math.max(2, atMost(CLONES)))
  const liars = take(atMost(LIARS))
  const [flooder = 0] = take(1)
  const late = left.filter((_, place) => place % 2 === 0)
  return {
    forgers: new Map(forgers.map((number, i) => [number, FORGERIES[i % FORGERIES.length] ?? 'tally-key'])),
    clones: new Map(clones.map((number, i) => [number, i % 2 === 0 ? 'fork' : 'second-journal'])),
    liars,
    flooder,
    late,
    doubled: take(Math.ceil(devices * DOUBLED)),
    flapping: take(Math.ceil(devices * FLAPPING)),
    kills: shuffle(['broker', 'collector', 'database'] as const, random).map((what, i) => ({
      what,
      side: uniform(SIDES, random),
      at: (i + 1) / 4,
    })),
  }
}

/** The plan in words, a line each. */
export function printFaultPlan(plan: FaultPlan, spreadMs: number): readonly string[] {
  const { forgers, clones, liars, doubled, late, flapping, kills } = plan
  const at = (share: number) => `${((share * spreadMs) / 1_000).toFixed(1)} s`
  return [
    `${forgers.size} devices from which forged messages come, ${clones.size} copied, ${liars.length} that lie, one that floods`,
    `${doubled.length} that lose a receipt and an answer, once each, and say all of it twice; ${flapping.length} on links that flap`,
    `${late.length} that send their journals, too, only while processes are killed`,
    ...kills.map(({ what, side, at: share }) =>
      what === 'database'
        ? `kill -9 of the database at ${at(share)}`
        : `kill -9 of ${what} ${side + 1} at ${at(share)}`,
    ),
  ]
}
