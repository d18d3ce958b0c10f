/** Which station a device belongs to, looked up for every message: a definition has 10,000 of them. */
import { type Definition, devicesOfStation, type Station } from '../../core/election/definition.ts'
import type { Scope } from '../store/store.ts'

export class Stations {
  readonly #byId: ReadonlyMap<string, Station>
  readonly #byDevice: ReadonlyMap<string, Station>

  constructor({ stations }: Pick<Definition, 'stations'>) {
    this.#byId = new Map(stations.map((station) => [station.id, station]))
    this.#byDevice = new Map(
      stations.flatMap((station) => devicesOfStation(station).map((device) => [device, station] as const)),
    )
  }

  station(id: string): Station | undefined {
    return this.#byId.get(id)
  }

  /** The station that lists a device as its own or as a spare. */
  of(device: string): Station | undefined {
    return this.#byDevice.get(device)
  }

  /** What a transaction about a device has to hold; a device of no station stands alone, under a name that no station has. */
  scopeOf(device: string): Scope {
    const station = this.of(device)
    return station === undefined
      ? { name: `device ${device}`, devices: [device] }
      : { name: station.id, devices: devicesOfStation(station) }
  }
}
