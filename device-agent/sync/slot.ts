/**
 * Polls close everywhere in the same minutes. A device waits for a slot of its own before it speaks then, so that 32,000 do not speak at once: drawn
 * from its id, so that it is the same after a restart and nobody has to give slots out.
 *
 * ```
 * polls close                    half the window                     the window's end
 *      |- last entries, each device in its slot -|- tallies, each device in its slot -|
 * ```
 *
 * Until its slot a device says nothing more of its journal, not at a turn of the timer and not to a broker that came back: what it had not said before
 * the closing goes along with the closing.
 *
 * The centre takes no tally before the closings of its station: in the second half it has them, if all closed together. What becomes ready
 * when its slot has passed goes at once: people's rounds with the cards are spread by themselves.
 */
import { sha256 } from '../../core/keys/hash.ts'

/** What a device has to say at closing. */
export type Said = 'entries' | 'tally'

/** Where in the window a device's slot is, milliseconds from its beginning; whole, less than `windowMs` unless that is 0. */
export function slotMs(election: string, device: string, said: Said, windowMs: number): number {
  const half = windowMs / 2
  const hash = sha256(Buffer.from(`sandogh closing slot ${election} ${device}`))
  const share = new DataView(hash.buffer, hash.byteOffset).getUint32(0) / 2 ** 32
  return Math.floor((said === 'entries' ? 0 : half) + share * half)
}

/**
 * How long a device has still to wait, milliseconds; 0 once its slot has come.
 * @param closedAt when its polls were closed, milliseconds since 1970
 */
export function slotWaitMs(slot: number, closedAt: number, now: number): number {
  // A clock that was set back since makes nobody wait for longer than the slot is.
  return Math.min(slot, Math.max(0, closedAt + slot - now))
}
