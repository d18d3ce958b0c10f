/**
 * What two officers said of a device that was dead with its polls open at closing (event `device.declared_dead`), held against the station: they
 * can say it of another device of the station alone, and a device that was declared dead and closed is two truths, of which neither is dropped.
 */
import type { Station } from '../../core/election/definition.ts'
import type { DeclaredDead } from '../../core/journal/day.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { VerifiedBundle } from './verify-bundle.ts'

/** Who says it of which device of the station, and when. */
export interface Declaration {
  readonly device: string
  /** The device in whose journal it stands. */
  readonly at: string
  readonly time: string
  readonly by: readonly DeclaredDead['by'][number]['role'][]
}

const KEEP =
  'Keep the bundles, the device and the paper in its box, and have the officers say in writing what happened.'

/**
 * The first declaration of each device of a station.
 * @param bundles verified, of this station, in the package's order
 * @returns a refusal `declared.device` for what cannot be declared there, `declared.closed` for a device that closed after all
 */
export function verifyDeclared(
  { devices }: Station,
  bundles: readonly VerifiedBundle[],
): Result<readonly Declaration[]> {
  const declared = new Map<string, Declaration>()
  for (const { where, device, standsFor, day } of bundles) {
    for (const entry of day.dead) {
      if (!devices.includes(entry.device) || entry.device === standsFor)
        return refuse(
          'declared.device',
          `${where}/journal.jsonl entry ${entry.seq}`,
          'it declares what is no other device of this station dead',
          KEEP,
        )
      if (declared.has(entry.device)) continue
      const by = entry.by.map(({ role }) => role)
      declared.set(entry.device, { device: entry.device, at: device, time: entry.at, by })
    }
  }
  for (const { where, standsFor } of bundles) {
    const said = declared.get(standsFor)
    if (said === undefined) continue
    const what = `this device closed, but ${textOf(said)}: which of the two is true people have to find out`
    return refuse('declared.closed', where, what, KEEP)
  }
  return ok([...declared.values()])
}

/** Who said it, where and when. */
export function textOf({ at, time, by }: Omit<Declaration, 'device'>): string {
  return `declared dead at ${at} ${time} by ${by.join(' and ')}`
}
