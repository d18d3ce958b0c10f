/** The hand that puts a virtual card in front of provisioning: sends it the commands that it is made somebody's with. */
import { valueOrThrow } from '../core/result.ts'
import {
  type CardMaking,
  type CardOwner,
  personalisation,
} from '../provisioning/enrolment/personalisation.ts'
import type { SmartCard } from '../simulator/cards/smart-card.ts'

const HEADER = 4
const GET_RESPONSE = [0x00, 0xc0, 0x00, 0x00]

/** Personalises a card over its T=0 and gives it back. Throws where it is none to be personalised. */
export function makeCard<T extends SmartCard>(card: T, owner: CardOwner, making: CardMaking): T {
  card.reset()
  const dialogue = personalisation(owner, making, `virtual card for ${owner.kind}`)
  let step = dialogue.next()
  while (step.done !== true) step = dialogue.next(answerOf(card, step.value))
  card.powerOff()
  valueOrThrow(step.value)
  return card
}

/** A whole command, answered whole. */
function answerOf(card: SmartCard, command: Uint8Array): Uint8Array {
  const [p3 = 0] = command.subarray(HEADER)
  const body = command.length > HEADER + 1 ? command.subarray(HEADER + 1, HEADER + 1 + p3) : new Uint8Array(0)
  const answer = card.transmit(Uint8Array.from([...command.subarray(0, HEADER), p3]), body)
  const [sw1, sw2 = 0] = answer.subarray(-2)
  return sw1 === 0x61 ? card.transmit(Uint8Array.of(...GET_RESPONSE, sw2), new Uint8Array(0)) : answer
}
