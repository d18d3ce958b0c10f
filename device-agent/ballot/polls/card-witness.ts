/**
 * An officer's card as a messenger between the devices of a station: what it brings is held against this journal and the neighbours' known
 * heads, what it takes along is this device's head and what this device knows of the others. The admission goes into the journal first, so that a card always knows more of this
 * device than any earlier image of its disk.
 */
import type { Clock } from '../../../core/ports.ts'
import type { OfficerCard } from '../../../firmware/card-reader/card.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { exchangeHeads, findOwnAlarm, verifiedHeads } from '../../witness/exchange.ts'
import { encodeHeads, parseHeads } from '../../witness/station-heads.ts'
import type { HeadChecks, VerifiedHead } from '../../witness/verify-head.ts'
import type { DeviceHome } from '../home.ts'
import type { Admitted, Purpose, StopReason } from './polls.ts'

/** Each is some 400 bytes on a card that takes seconds to write. */
const MOST_PROOFS = 8

/** What a device needs to exchange heads. */
export interface WitnessParts {
  readonly home: Pick<DeviceHome, 'config' | 'electionPackage' | 'authorityKey' | 'certificateDer'>
  readonly store: DeviceStore
  readonly clock: Clock
}

/** How a meeting ended. */
export type Met =
  | { readonly is: 'met' }
  /** The card could not be read or written. */
  | { readonly is: 'unreadable' }
  /** The card holds another history of this device. */
  | { readonly is: 'stopped'; readonly why: StopReason }

/** Reads the heads of an admitted officer's card, remembers and cosigns what holds, and writes the card anew. */
export async function meetNeighbours(
  card: OfficerCard,
  { role, certificate }: Admitted,
  purpose: Purpose | 'leaving',
  parts: WitnessParts,
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
  const carried = sizesToProve(heads, parts)
  if (brought.isDamaged) store.append({ type: 'officer.card_damaged', role })
  store.append({ type: 'officer.admitted', role, certificate, purpose })
  const { size, closing } = store.day
  const note = store.checkpointAt(size)
  if (note === undefined) throw new Error('a journal has a checkpoint for every entry')
  const exchanged = exchangeHeads(
    heads,
    {
      device,
      origin: store.origin,
      certificate: home.certificateDer,
      entries: store.entriesFrom(0),
      note,
      witness: store.witness,
      ...(closing && { closing: closing.seq }),
      isSpare: store.day.adopted !== undefined,
    },
    { neighbours: store.station.neighbours, carried, canKeep: (head) => store.station.canKeep(head) },
    checks,
  )
  // Remembered before it is told (C2SP tlog-witness): no second head of that size is ever cosigned here.
  store.station.keep([...exchanged.learned, ...exchanged.seen])
  for (const { device: neighbour, alarm } of exchanged.alarms) {
    const known = store.day.alarms.some((event) => event.device === neighbour && event.alarm === alarm)
    if (!known) store.append({ type: 'witness.alarm', device: neighbour, alarm })
  }
  const written = await card.writeHeads(encodeHeads(exchanged.heads))
  return { is: written.ok ? 'met' : 'unreadable' }
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
