/**
 * In whose place a journal votes. A station has as many places as the package lists devices for it; each is its device's, or that of the spare
 * that took over from it.
 */
import type { Station } from './definition.ts'

/** A place of a station, by the device that the package lists for it. */
export interface Place {
  readonly station: Station
  readonly device: string
}

/**
 * The place of a device.
 * @param tookOver the device whose place it took, of a spare that did
 * @returns undefined of a spare that took no place, or one of a station that does not list it
 */
export function placeOf(
  { stations }: { readonly stations: readonly Station[] },
  device: string,
  tookOver: string | undefined,
): Place | undefined {
  const place = tookOver ?? device
  const station = stations.find(({ devices }) => devices.includes(place))
  if (station === undefined || (tookOver !== undefined && !station.spares?.includes(device))) return undefined
  return { station, device: place }
}

/** The device whose bundle, key or sheet speaks for a station: that of its first place. */
export function isReportingPlace({ station, device }: Place): boolean {
  return station.devices[0] === device
}
