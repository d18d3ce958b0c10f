/** What is told of a station that was verified: plain values, that pass from one thread to another and into every report. */
import { givenAgain } from '../../core/bundle/issued.ts'
import { batchCount } from '../../core/journal/day-rules.ts'
import type { Ahead, OwnClock } from './clock.ts'
import type { Declaration } from './declared-dead.ts'
import type { VerifiedStation } from './verify-station.ts'

export interface DeviceFacts {
  readonly device: string
  readonly where: string
  /** Of a spare: the device in whose place it voted, and with how much of it it began. */
  readonly tookOver: {
    readonly device: string
    readonly entries: number
    readonly ballots: number
    /** Whether both its media were held against each other, or officers said that one is lost or cannot be read. */
    readonly media: 'both' | 'one'
  } | null
  readonly origin: string
  readonly entries: number
  readonly ballots: number
  readonly voidSlips: number
  readonly batches: number
  /** When the centre stated that it holds every entry, seconds since 1970. */
  readonly receipt: number | null
  readonly random: 'system' | 'seeded, not secret'
  readonly programs: readonly string[]
  readonly totals: 'released' | 'sealed'
  readonly clock: {
    readonly wentBack: NonNullable<OwnClock['wentBack']> | null
    readonly outside: NonNullable<OwnClock['outside']> | null
    readonly ahead: readonly Ahead[]
  }
  readonly seenBy: { readonly centre: boolean; readonly neighbours: readonly string[]; readonly of: number }
  /** SHA-256 of `manifest.json`, base64. */
  readonly manifest: string
}

export interface StationFacts {
  readonly station: string
  readonly devices: readonly DeviceFacts[]
  readonly missing: readonly string[]
  /** Those of them that were declared dead. */
  readonly declared: readonly Declaration[]
  readonly neverReleased: readonly string[]
  readonly withoutSheet: boolean
  /** Device that made the station's sheet. */
  readonly sheet: string | null
  readonly checkIn: {
    readonly issued: number
    readonly returned: number
    /** Among the issued: given in the place of cards that a dead device had claimed. */
    readonly again: number
  } | null
}

/** What is told of a station. */
export function factsOf(verified: VerifiedStation): StationFacts {
  const { station, bundles, missing, eyes, ahead, issued, released, declared } = verified
  return {
    station: station.id,
    devices: bundles.map((bundle, i) => {
      const { device, where, origin, day, clock, receipt, tally, digests, adopted } = bundle
      return {
        device,
        where,
        tookOver:
          adopted === undefined
            ? null
            : {
                device: adopted.device,
                entries: adopted.day.size,
                ballots: adopted.day.casts,
                media: adopted.media,
              },
        origin,
        entries: day.size,
        ballots: day.casts,
        voidSlips: day.voids,
        batches: batchCount(day),
        receipt: receipt ?? null,
        random: day.random,
        programs: day.programs,
        totals: tally === undefined ? 'sealed' : 'released',
        clock: {
          wentBack: clock.wentBack ?? null,
          outside: clock.outside ?? null,
          ahead: ahead[i] ?? [],
        },
        seenBy: {
          centre: eyes[i]?.centre ?? false,
          neighbours: eyes[i]?.neighbours ?? [],
          of: station.devices.length - 1,
        },
        manifest: digests.manifest,
      }
    }),
    missing,
    declared,
    neverReleased: released.neverReleased,
    withoutSheet: released.withoutSheet,
    sheet: released.sheet?.device ?? null,
    checkIn:
      issued === undefined
        ? null
        : { issued: issued.issued, returned: issued.returned, again: givenAgain(issued) },
  }
}
