/** What comes of one message. */
import type { Refusal } from '../../core/result.ts'
import type { Alarm } from './alarm.ts'
import type { Reply } from './desk.ts'

/** Decided, but not yet on disk: nobody is told before the transaction has ended. */
export interface Decision {
  readonly reply?: Reply
  readonly alarm?: Alarm
}

export interface Outcome {
  /** To be published to the device, if it is answered at all. */
  readonly reply?: { readonly kind: 'receipt' | 'answer'; readonly payload: Uint8Array }
  readonly alarm?: Alarm
}

/** An outcome that is one alarm with the refusal behind it. */
export function alarmed(
  kind: Extract<Alarm, { readonly refusal: Refusal }>['kind'],
  device: string,
  refusal: Refusal,
): { readonly alarm: Alarm } {
  return { alarm: { kind, device, refusal } }
}
