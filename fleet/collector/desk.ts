/** What the collector works with, and the two replies it makes. */
import { type Answer, messageHash, signAnswer } from '../../core/messages/answer.ts'
import { encodeReceipt, type Receipt } from '../../core/messages/receipt.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Signer } from '../../core/ports.ts'
import type { CentreStore } from '../store/store.ts'
import type { Outcome } from './outcome.ts'

export interface Desk {
  readonly store: CentreStore
  readonly package: ElectionPackage
  /** Ed25519 key of the authority that issued the devices' certificates. */
  readonly authorityKey: Uint8Array
  /** Signs the receipts; its name and key stand in the definition. */
  readonly witness: { readonly name: string; readonly signer: Signer }
  /** Signs the answers; its key stands in the centre's certificate. */
  readonly messageSigner: Signer
  readonly clock: Clock
}

/** The receipt as a reply. */
export function receiptReply(receipt: Receipt): NonNullable<Outcome['reply']> {
  return { kind: 'receipt', payload: encodeReceipt(receipt) }
}

/** A signed answer to a message as a reply. */
export function answerReply(
  desk: Desk,
  message: Uint8Array,
  answer: Omit<Answer, 'to'>,
): NonNullable<Outcome['reply']> {
  return {
    kind: 'answer',
    payload: signAnswer({ ...answer, to: messageHash(message) }, desk.messageSigner),
  }
}
