/** What comes of one message. */
import type { Refusal } from '../../core/result.ts'
import type { Alarm } from './alarm.ts'
import { A_MESSAGE } from './allowance.ts'
import type { Desk, Reply } from './desk.ts'

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

/** The same answer as before, to a message of which nothing is stored: at the cost of looking up again what is held, or nothing of it. */
export function answeredAgain(desk: Pick<Desk, 'allowance'>, device: string, decision: Decision): Decision {
  const spent = desk.allowance.spend(device, A_MESSAGE)
  return spent === 'granted' ? decision : notServed(device, spent)
}

/** Of a device that asks for more than its share. It will send again. */
export function notServed(device: string, why: 'flooded' | 'dropped'): Decision {
  return why === 'flooded' ? { alarm: { kind: 'flood', device } } : {}
}
