/** The dialogue with one officer's card in the reader: found, its PIN typed on the screen and sent to the card, taken or refused. Pure. */
import type { FinishedStep, OfficerRefusal, OfficerRole, PollsEffect, PollsInput } from './polls.ts'

export const PIN_LENGTH = 8

/** Where the dialogue with the card in the reader stands. */
export type CardStep =
  | { readonly is: 'insert' }
  | { readonly is: 'reading' }
  | { readonly is: 'pin'; readonly role: OfficerRole; readonly entry: string; readonly triesLeft?: number }
  | { readonly is: 'checking'; readonly role: OfficerRole }
  | { readonly is: 'take' }
  | { readonly is: 'refused'; readonly why: OfficerRefusal }

/** What a dialogue is held for. */
export interface CardPurpose {
  /** Why a card of that officer is not asked for its PIN, if it is not. */
  readonly refuse: (role: OfficerRole) => OfficerRefusal | undefined
  /** What is done with a whole PIN. */
  readonly send: (role: OfficerRole, pin: string) => PollsEffect
}

/** Where the dialogue stands next and what is to be done. */
export interface CardDialogueStep {
  readonly card: CardStep
  readonly effects: readonly PollsEffect[]
}

/**
 * From a card put in to its PIN sent. What a right PIN leads to is its caller's, and so is a card taken out.
 * @returns undefined where the input means nothing: a late answer about a card that is out again, for example
 */
export function stepCard(
  card: FinishedStep,
  input: PollsInput,
  purpose: CardPurpose,
): CardDialogueStep | undefined {
  switch (input.is) {
    case 'card-inserted':
      return to({ is: 'reading' }, { do: 'find-officer' })
    case 'officer-refused':
      if (card.is !== 'reading' && card.is !== 'checking') return undefined
      return to({ is: 'refused', why: input.why })
    case 'officer-found': {
      if (card.is !== 'reading') return undefined
      const why = purpose.refuse(input.role)
      return to(why === undefined ? { is: 'pin', role: input.role, entry: '' } : { is: 'refused', why })
    }
    case 'pin-wrong':
      if (card.is !== 'checking') return undefined
      return to({ is: 'pin', role: card.role, entry: '', triesLeft: input.triesLeft })
    case 'pressed':
      return card.is === 'pin' ? stepPin(card, input.id, purpose) : undefined
    default:
      return undefined
  }
}

/** Typing a PIN; the last digit sends it to the card, and the state forgets it. */
function stepPin(
  card: CardStep & { is: 'pin' },
  id: string,
  { send }: CardPurpose,
): CardDialogueStep | undefined {
  if (id === 'correct') return to({ ...card, entry: card.entry.slice(0, -1) })
  const digit = /^digit-([0-9])$/.exec(id)?.[1]
  if (digit === undefined) return undefined
  const entry = card.entry + digit
  if (entry.length < PIN_LENGTH) return to({ ...card, entry })
  return to({ is: 'checking', role: card.role }, send(card.role, entry))
}

function to(card: CardStep, ...effects: readonly PollsEffect[]): CardDialogueStep {
  return { card, effects }
}
