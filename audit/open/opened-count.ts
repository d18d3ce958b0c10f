/** All stations that were opened, together: their sum, and ids that stand twice. */
import type { Definition } from '../../core/election/definition.ts'
import { sumTallies, type Tally } from '../../core/election/tally.ts'
import type { Refusal } from '../../core/result.ts'
import { findIdsTwice } from './ids-twice.ts'
import type { OpenedStation } from './open-station.ts'

export interface OpenedCount {
  /** In the package's order. */
  readonly stations: readonly OpenedStation[]
  /** Over all stations whose own is told. */
  readonly tally: Tally
  /** Station by station, device by device, batch by batch; empty if everything is equal. */
  readonly findings: readonly Refusal[]
}

/** Puts opened stations together. */
export function combineOpened(definition: Definition, stations: readonly OpenedStation[]): OpenedCount {
  const told = stations.flatMap(({ tally }) => (tally === undefined ? [] : [tally]))
  const findings = stations.map((station) => [...station.findings])
  for (const { station, finding } of findIdsTwice(stations)) findings[station]?.push(finding)
  return {
    stations,
    tally: sumTallies(definition, told),
    findings: findings.flatMap((own) => own.toSorted((a, b) => a.at - b.at)).map(({ refusal }) => refusal),
  }
}
