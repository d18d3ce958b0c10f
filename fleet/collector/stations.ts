/** Which stations a device may vote at, looked up for every message: a definition has 10,000 of them. */
import { type Definition, devicesOfStation, type Station } from '../../core/election/definition.ts'
import type { Scope } from '../store/store.ts'

export class Stations {
  readonly #byId: ReadonlyMap<string, Station>
  readonly #byDevice: ReadonlyMap<string, readonly Station[]>

  constructor({ stations }: Pick<Definition, 'stations'>) {
    this.#byId = new Map(stations.map((station) => [station.id, station]))
    const listed = stations.flatMap((station) =>
      devicesOfStation(station).map((device) => ({ device, station })),
    )
    this.#byDevice = new Map(
      [...Map.groupBy(listed, ({ device }) => device)].map(([device, listing]) => [
        device,
        listing.map(({ station }) => station),
      ]),
    )
  }

  station(id: string): Station | undefined {
    return this.#byId.get(id)
  }

  /** The station that lists a device as its own, or those that list it as a spare: several may list one. */
  of(device: string): readonly Station[] {
    return this.#byDevice.get(device) ?? []
  }

  /**
   * What a transaction about these devices has to hold, each scope once: every station that one of them may vote at, for what a spare signs may be about
   * any of its own. A device of no station stands alone, under a name that no station has.
   */
  scopesOf(devices: readonly string[]): readonly Scope[] {
    const scopes = devices.flatMap((device): readonly Scope[] => {
      const stations = this.of(device)
      return stations.length === 0
        ? [{ name: `device ${device}`, devices: [device] }]
        : stations.map((station) => ({ name: station.id, devices: devicesOfStation(station) }))
    })
    return [...new Map(scopes.map((scope) => [scope.name, scope])).values()]
  }
}
