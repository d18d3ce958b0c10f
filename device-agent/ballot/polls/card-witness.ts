/**
 * An officer's card as a messenger between the devices of a station: what it brings is held against this journal and the neighbours' known
 * heads, what it takes along is this device's head and what this device knows of the others. The admission goes into the journal first, so that a card always knows more of this
 * device than any earlier image of its disk.
 */
import type { Clock } from '../../../core/ports.ts'
import type { OfficerCard } from '../../../firmware/card-reader/card.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { exchangeHeads, findOwnAlarm, type OwnJournal, verifiedHeads } from '../../witness/exchange.ts'
import { encodeHeads, parseHeads } from '../../witness/station-heads.ts'
import type { HeadChecks, VerifiedHead } from '../../witness/verify-head.ts'
import type { DeviceHome } from '../home.ts'
import { contradictedIn } from '../release.ts'
import type { Admitted, Purpose, StopReason } from './polls.ts'

/** Each is some 400 bytes on a card that takes seconds to write. */
const MOST_PROOFS = 8

/** What a device needs to exchange heads. */
export interface WitnessParts {
  readonly home: Pick<DeviceHome, 'config' | 'electionPackage' | 'authorityKey' | 'certificateDer'>
  readonly store: DeviceStore
  readonly clock: Clock
}

/** What two officers do at the second one's card, once the card's news is known here: their word goes onto this very card. @returns false if it cannot be done any more */
export type Declare = () => boolean

/** How a meeting ended. */
export type Met =
  | { readonly is: 'met' }
  /** The card could not be read or written. */
  | { readonly is: 'unreadable' }
  /** The card holds another history of this device, or word that it was declared dead. */
  | { readonly is: 'stopped'; readonly why: StopReason }
  /** The neighbour that was to be declared dead is closed, or is declared dead already. */
  | { readonly is: 'not-dead' }

/** Reads the heads of an admitted officer's card, remembers and cosigns what holds, and writes the card anew. */
export async function meetNeighbours(
  card: OfficerCard,
  { role, certificate }: Admitted,
  purpose: Purpose | 'leaving',
  parts: WitnessParts,
  declare?: Declare,
): Promise<Met> {
  const { home, store, clock } = parts
  const { device, station } = home.config
  const { definition } = home.electionPackage
  const checks: HeadChecks = { definition, station, authorityKey: home.authorityKey, nowMs: clock.now() }
  const bytes = await card.readHeads()
  if (!bytes.ok) return { is: 'unreadable' }
  const brought = parseHeads(bytes.value)
  const heads = verifiedHeads(brought.heads, checks)
  const why = findOwnAlarm(heads, { device, origin: store.origin, entries: store.entriesFrom(0) })
  if (why !== undefined) return { is: 'stopped', why }
  // Once closed its ballots are handed out, and people hold the two accounts against each other.
  const isDeclaredDead = heads.some(({ dead }) => dead.includes(store.place?.device ?? device))
  if (isDeclaredDead && store.day.polls !== 'finished') return { is: 'stopped', why: 'declared-dead' }
  const carried = sizesToProve(heads, parts)
  if (brought.isDamaged) store.append({ type: 'officer.card_damaged', role })
  store.append({ type: 'officer.admitted', role, certificate, purpose })
  const exchange = () =>
    exchangeHeads(
      heads,
      ownJournal(parts),
      { neighbours: store.station.neighbours, carried, canKeep: (head) => store.station.canKeep(head) },
      checks,
    )
  let exchanged = exchange()
  // Remembered before it is told (C2SP tlog-witness): no second head of that size is ever cosigned here.
  store.station.keep([...exchanged.learned, ...exchanged.seen])
  const contradicted = contradictedIn(parts).map((id) => ({ device: id, alarm: 'closed-after-all' as const }))
  for (const { device: neighbour, alarm } of [...exchanged.alarms, ...contradicted]) {
    const known = store.day.alarms.some((event) => event.device === neighbour && event.alarm === alarm)
    if (!known) store.append({ type: 'witness.alarm', device: neighbour, alarm })
  }
  if (declare !== undefined) {
    if (!declare()) return { is: 'not-dead' }
    exchanged = exchange()
  }
  const written = await card.writeHeads(encodeHeads(exchanged.heads))
  return { is: written.ok ? 'met' : 'unreadable' }
}

/** This device's journal as it is now. */
function ownJournal({ home, store }: WitnessParts): OwnJournal {
  const { size, closing, dead, adopted } = store.day
  const note = store.checkpointAt(size)
  if (note === undefined) throw new Error('a journal has a checkpoint for every entry')
  return {
    device: home.config.device,
    origin: store.origin,
    certificate: home.certificateDer,
    entries: store.entriesFrom(0),
    note,
    witness: store.witness,
    ...(closing && { closing: closing.seq }),
    dead: dead.map(({ seq }) => seq),
    isSpare: adopted !== undefined,
  }
}

/**
 * Sizes of this journal that a neighbour may know: those it cosigned, those the cards carried away, and those the card that is here carries
 * proofs from, because they may be known from a card that came back torn. What every neighbour has gone on from needs no proof any more.
 */
function sizesToProve(heads: readonly VerifiedHead[], { home, store }: WitnessParts): readonly number[] {
  const { device, station } = home.config
  const told = heads
    .filter((head) => head.device === device)
    .flatMap(({ head, size: end }) => head.proofs.map(({ size }) => size).filter((size) => size < end))
  const cosigned = store.station.cosignedSizes
  const devices = home.electionPackage.definition.stations.find(({ id }) => id === station)?.devices ?? []
  const known = cosigned.length < devices.length - 1 ? 0 : Math.min(...cosigned)
  const others = [...Object.values(store.day.carried), ...told].filter((size) => size > known)
  return [...new Set([...cosigned, ...others.toSorted((a, b) => b - a)])].slice(0, MOST_PROOFS)
}
