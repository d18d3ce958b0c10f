/**
 * A command to its end, as data: `61 xx` says that xx bytes wait for GET RESPONSE, `6C xx` that nothing was done because xx bytes are
 * what can be had (ISO 7816-4, 5.6; ISO 7816-3, 12.2).
 */
import type { Apdu, CardAnswer } from './apdu.ts'

/** A command under way: what was last sent, and what came before. */
export interface FollowUp {
  readonly sent: Apdu
  readonly pieces: readonly Uint8Array[]
  /** The length was corrected once for what was last sent. */
  readonly corrected: boolean
}

/** What follows from an answer: another command, the end, or a card that goes on for ever. */
export type FollowUpStep =
  | { readonly is: 'send'; readonly state: FollowUp }
  | { readonly is: 'done'; readonly answer: CardAnswer }
  | { readonly is: 'endless' }

/** An answer of at most 256 bytes needs few GET RESPONSEs; a card that promises more without end is broken. */
const PIECES_AT_MOST = 8

/** A command that is about to be sent. */
export function beginFollowUp(apdu: Apdu): FollowUp {
  return { sent: apdu, pieces: [], corrected: false }
}

/** What follows from the card's answer to what was last sent. */
export function stepFollowUp(state: FollowUp, answer: CardAnswer): FollowUpStep {
  const [sw1, sw2] = [answer.status >> 8, answer.status & 0xff]
  const expected = sw2 === 0 ? 256 : sw2
  // A command with data is not sent twice on such a word: what it did is then the caller's to ask.
  if (sw1 === 0x6c && state.sent.data === undefined && !state.corrected) {
    return { is: 'send', state: { ...state, sent: { ...state.sent, expected }, corrected: true } }
  }
  const pieces = [...state.pieces, answer.data]
  if (sw1 !== 0x61) return { is: 'done', answer: { data: joined(pieces), status: answer.status } }
  if (pieces.length > PIECES_AT_MOST) return { is: 'endless' }
  const sent = { cla: 0x00, ins: 0xc0, p1: 0, p2: 0, expected }
  return { is: 'send', state: { sent, pieces, corrected: false } }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}
