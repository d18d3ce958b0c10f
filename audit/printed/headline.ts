/** The first line of a report: whether what was given holds, and what is missing of the count. */
import type { AuditedCount } from '../count/audit-count.ts'
import { placeOf } from '../story/tell-story.ts'
import type { Words } from '../strings.ts'

/** Names that one reads in a line. */
const MISSING_SHOWN = 12

/** The verdict, in a line. */
export function headline(count: AuditedCount, words: Words): string {
  const { strings } = words
  const [first] = count.findings
  if (first !== undefined) return strings.doesNotHold(placeOf(first, words))
  const devices = count.stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const given = strings.given(devices.length, count.stations.length, ballots)
  const missing = missingOf(count, words)
  return missing.length === 0 ? strings.holds(given) : strings.holdsGiven(given, missingLine(missing, words))
}

/** Devices and check-ins of the package of which nothing that holds was given. */
export function missingOf(
  { electionPackage, stations }: AuditedCount,
  { strings, latin }: Words,
): readonly string[] {
  const factsOf = new Map(stations.map((facts) => [facts.station, facts]))
  return electionPackage.definition.stations.flatMap(({ id, devices }) => {
    const facts = factsOf.get(id)
    return [
      ...(facts?.missing ?? devices).map((device) => {
        const text = strings.missingDevice(latin(device), latin(id))
        const said = facts?.declared.find((one) => one.device === device)
        return said === undefined ? text : strings.declaredDead(text, latin(said.at), latin(said.time))
      }),
      ...(facts === undefined || facts.checkIn === null ? [strings.missingCheckIn(latin(id))] : []),
    ]
  })
}

/** As many as one reads in a line. */
export function missingLine(missing: readonly string[], { strings, ui }: Words): string {
  const more = missing.length - MISSING_SHOWN
  return [...missing.slice(0, MISSING_SHOWN), ...(more > 0 ? [strings.andMore(more)] : [])].join(
    ui.peripherals.comma,
  )
}
