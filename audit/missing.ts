/** What of a count was not given, or does not hold. */
import type { AuditedCount } from './count/audit-count.ts'
import { textOf } from './verify/declared-dead.ts'

/** Devices and check-ins of all stations of the package of which nothing that holds was given. */
export function incompleteOf(count: AuditedCount): readonly string[] {
  return incompleteStations(count).flatMap(({ devices, checkIn }) => [...devices, ...checkIn])
}

/** Devices of all stations of the package of which nothing that holds was given. */
export function missingDevicesOf(count: AuditedCount): readonly string[] {
  return incompleteStations(count).flatMap(({ devices }) => devices)
}

function incompleteStations({ electionPackage, stations }: AuditedCount) {
  const factsOf = new Map(stations.map((facts) => [facts.station, facts]))
  return electionPackage.definition.stations.map(({ id, devices }) => {
    const facts = factsOf.get(id)
    return {
      devices: (facts?.missing ?? devices).map((device) => {
        const said = facts?.declared.find((one) => one.device === device)
        return `device ${device} of station ${id}${said === undefined ? '' : ` (${textOf(said)})`}`
      }),
      checkIn: facts === undefined || facts.checkIn === null ? [`the check-in of station ${id}`] : [],
    }
  })
}

/** As many as one reads in a line. */
export function missingText(missing: readonly string[]): string {
  const shown = missing.length <= MISSING_SHOWN ? missing : missing.slice(0, MISSING_SHOWN)
  const more = missing.length - shown.length
  return [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join(', ')
}

const MISSING_SHOWN = 12
