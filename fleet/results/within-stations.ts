/** What counts of that which journals say of others. */
import type { Definition } from '../../core/election/definition.ts'
import { declaredBy } from '../collector/declared-dead.ts'
import { Stations } from '../collector/stations.ts'
import { placeOfJournal } from '../collector/takeover.ts'
import type { JournalFacts } from './disputes.ts'

/**
 * Journals with what they say of places of their own stations, and nothing that they say of others: the definition tells who may take a place and who stands
 * beside whom. Whoever only has a certificate of the authority is nobody's spare and nobody's neighbour.
 */
export function withinStations<Journal extends JournalFacts>(
  definition: Definition,
  journals: readonly Journal[],
) {
  const places = { package: { definition }, stations: new Stations(definition) }
  return journals.map((journal) => {
    const place = placeOfJournal(places, journal)
    const { takeover, ...own } = journal
    const dead = place === undefined ? [] : declaredBy(place, journal)
    return { ...own, dead, ...(place && takeover && { takeover }) }
  })
}
