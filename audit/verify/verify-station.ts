/** All bundles of one station together: what no single device can show. */
import type { Issued } from '../../core/bundle/issued.ts'
import type { Station } from '../../core/election/definition.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { type IssuedFile, verifyCheckIn } from './check-in.ts'
import { type Ahead, aheadOf } from './clock.ts'
import { findContradiction, headsOf } from './contradiction.ts'
import { type Declaration, verifyDeclared } from './declared-dead.ts'
import type { Reference } from './reference.ts'
import { type Released, verifyReleased } from './release.ts'
import type { Remembered } from './remembered.ts'
import type { VerifiedBundle } from './verify-bundle.ts'
import { type Eyes, eyesOn } from './witnessed.ts'

/** A station of which everything that was given holds. */
export interface VerifiedStation {
  readonly station: Station
  /** In the package's order of devices. */
  readonly bundles: readonly VerifiedBundle[]
  /** Devices of the package without a bundle here, their own or that of a spare in their place. */
  readonly missing: readonly string[]
  /** Who has seen each device's journal to its end, in the order of `bundles`. */
  readonly eyes: readonly Eyes[]
  /** Where others' clocks contradict each device's, in the order of `bundles`. */
  readonly ahead: readonly (readonly Ahead[])[]
  readonly released: Released
  /** Devices that were declared dead; all of them are missing. */
  readonly declared: readonly Declaration[]
  /** The check-in's count; absent if its folder was not given. */
  readonly issued?: Issued
}

const KEEP = 'Keep all of it as it is and compare it with the devices, the check-in and the centre.'

/** What was given of a station beside its bundles. */
export interface Beside {
  /** The check-in's count. */
  readonly issued?: IssuedFile
  /** Whether a bundle that is or may be of this station does not hold: then counts over all its devices cannot be compared. */
  readonly spoiled: boolean
}

/**
 * Verifies that the bundles of a station go together: no journal contradicts what its neighbours saw of it, each device once, no
 * authorization spent twice, no sealed ballot twice, no device that was declared dead and closed, no totals that should not have left, and, with the check-in's count, every device there and
 * authorizations issued = ballots + returned.
 * @param bundles verified, of this station and this package
 */
export function verifyStation(
  station: Station,
  bundles: readonly VerifiedBundle[],
  beside: Beside,
  reference: Reference,
  remembered: Remembered,
): Result<VerifiedStation> {
  const { electionPackage } = reference
  const contradiction = findContradiction(bundles)
  if (contradiction !== undefined) return fail(contradiction)
  const twice =
    findTwice(bundles, 'a second bundle of this device', ({ device }) => [device]) ??
    findTwice(bundles, 'an authorization that was spent on both', ({ spentTags }) => spentTags) ??
    findTwice(bundles, 'a sealed ballot that is in both', ({ ballotLeaves }) => hashesIn(ballotLeaves))
  if (twice !== undefined) return refuse('station.twice', twice.where, twice.what, KEEP)
  const sorted = station.devices.flatMap((id) => bundles.filter(({ standsFor }) => standsFor === id))
  const missing = station.devices.filter((id) => !bundles.some(({ standsFor }) => standsFor === id))
  const declared = verifyDeclared(station, sorted)
  if (!declared.ok) return declared
  const eyes: Eyes[] = []
  for (const bundle of sorted) {
    const seen = eyesOn(bundle, sorted, reference, remembered)
    if (!seen.ok) return seen
    eyes.push(seen.value)
  }
  const ahead = sorted.map(({ origin, clock }) =>
    aheadOf(
      clock.times,
      headsOf(sorted).filter((head) => head.origin === origin),
    ),
  )
  const released = verifyReleased(station, sorted, declared.value, electionPackage.definition)
  if (!released.ok) return released
  const verified = {
    station,
    bundles: sorted,
    missing,
    eyes,
    ahead,
    released: released.value,
    declared: declared.value,
  }
  if (beside.issued === undefined) return ok(verified)
  const issued = verifyCheckIn(beside.issued, verified, electionPackage, beside.spoiled)
  return issued.ok ? ok({ ...verified, issued: issued.value }) : issued
}

/** The hashes that stand one after another, as texts. */
function hashesIn(packed: Uint8Array): readonly string[] {
  const text = Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('latin1')
  return Array.from({ length: packed.length / 32 }, (_, i) => text.slice(i * 32, (i + 1) * 32))
}

/** The first bundle in which a thing stands that stood before, within it or in another. */
function findTwice(
  bundles: readonly VerifiedBundle[],
  what: string,
  things: (bundle: VerifiedBundle) => readonly string[],
) {
  const seen = new Map<string, string>()
  for (const bundle of bundles) {
    for (const thing of things(bundle)) {
      const other = seen.get(thing)
      if (other !== undefined) return { where: bundle.where, what: `beside ${other} here is ${what}` }
      seen.set(thing, bundle.where)
    }
  }
  return undefined
}
