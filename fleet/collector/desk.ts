/** What the collector works with, and the two replies it makes. */
import { type Answer, signAnswer } from '../../core/messages/answer.ts'
import { encodeReceipt, type Receipt } from '../../core/messages/receipt.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Signer } from '../../core/ports.ts'
import type { CentreStore } from '../store/store.ts'
import { Allowance } from './allowance.ts'
import { OwnClock } from './own-clock.ts'
import { Stations } from './stations.ts'
import { ToldLately } from './told-lately.ts'

/**
 * So many journals of one device are kept that came by its line. A device has one; one that was copied or set up anew a second, and two are enough for its
 * place to be withheld: the others would fill the disk and tell nothing more (docs/decisions/0023).
 */
export const MOST_JOURNALS = 4

/** What a message is held against before anything is known of its journal. */
export interface Ground {
  readonly package: ElectionPackage
  /** Ed25519 key of the authority that issued the devices' certificates. */
  readonly authorityKey: Uint8Array
  readonly stations: Stations
}

export interface DeskParts extends Omit<Ground, 'stations'> {
  readonly store: CentreStore
  /** Signs the receipts; its name and key stand in the definition. */
  readonly witness: { readonly name: string; readonly signer: Signer }
  /** Signs the answers; its key stands in the centre's certificate. */
  readonly messageSigner: Signer
  readonly clock: Clock
}

export type Desk = DeskParts &
  Ground & {
    readonly allowance: Pick<Allowance, 'spend'>
    /** {@link MOST_JOURNALS}; of what people bring there is no bound. */
    readonly mostJournals: number
    /** One for all that finds floods: a device floods once, whatever of it is too much. */
    readonly floods: ToldLately
    readonly ownClock: OwnClock
  }

export function openDesk(parts: DeskParts): Desk {
  const floods = new ToldLately(parts.clock)
  return {
    ...parts,
    stations: new Stations(parts.package.definition),
    allowance: new Allowance(parts.clock, floods),
    mostJournals: MOST_JOURNALS,
    floods,
    ownClock: new OwnClock(),
  }
}

/** What is said to a device, before it is encoded: an answer is signed only once what it says is on disk. */
export type Reply =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'answer'; readonly answer: Omit<Answer, 'to'> }

/** The payload of a reply. */
export function encodeReply(desk: Pick<Desk, 'messageSigner'>, reply: Reply, to: string): Uint8Array {
  return reply.kind === 'receipt'
    ? encodeReceipt(reply.receipt)
    : signAnswer({ ...reply.answer, to }, desk.messageSigner)
}
