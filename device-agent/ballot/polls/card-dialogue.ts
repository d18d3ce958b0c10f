/** The dialogue with one officer's or technician's card in the reader: found, its PIN typed on the screen and sent to the card, taken or refused. Pure. */
import type { OfficerRefusal, OfficerRole } from './polls.ts'

export const PIN_LENGTH = 8

/** Where the dialogue with the card in the reader stands. */
export type CardStep<Role = OfficerRole> =
  | { readonly is: 'insert' }
  | { readonly is: 'reading' }
  | { readonly is: 'pin'; readonly role: Role; readonly entry: string; readonly triesLeft?: number }
  | { readonly is: 'checking'; readonly role: Role }
  | { readonly is: 'take' }
  | { readonly is: 'refused'; readonly why: OfficerRefusal }

/** What a card brings about; whoever holds a dialogue has other inputs besides. */
export type CardInput<Role = OfficerRole> =
  | { readonly is: 'card-inserted' }
  | { readonly is: 'officer-found'; readonly role: Role }
  | { readonly is: 'officer-refused'; readonly why: OfficerRefusal }
  | { readonly is: 'pin-wrong'; readonly triesLeft: number }
  | { readonly is: 'pressed'; readonly id: string }

/** What a dialogue is held for. */
export interface CardPurpose<Role, Effect> {
  /** Why a card of that officer is not asked for its PIN, if it is not. */
  readonly refuse: (role: Role) => OfficerRefusal | undefined
  /** What is done with a whole PIN. */
  readonly send: (role: Role, pin: string) => Effect
}

/** Where the dialogue stands next and what is to be done. */
export interface CardDialogueStep<Role, Effect> {
  readonly card: CardStep<Role>
  readonly effects: readonly (Effect | { readonly do: 'find-officer' })[]
}

/**
 * From a card put in to its PIN sent. What a right PIN leads to is its caller's, and so is a card taken out.
 * @returns undefined where the input means nothing: a late answer about a card that is out again, for example
 */
export function stepCard<Role, Effect>(
  card: CardStep<Role> | { readonly is: 'erased' | 'carried' },
  given: CardInput<Role> | { readonly is: string },
  purpose: CardPurpose<Role, Effect>,
): CardDialogueStep<Role, Effect> | undefined {
  const input = given as CardInput<Role>
  switch (input.is) {
    case 'card-inserted':
      return { card: { is: 'reading' }, effects: [{ do: 'find-officer' }] }
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
function stepPin<Role, Effect>(
  card: CardStep<Role> & { is: 'pin' },
  id: string,
  { send }: CardPurpose<Role, Effect>,
): CardDialogueStep<Role, Effect> | undefined {
  if (id === 'correct') return to({ ...card, entry: card.entry.slice(0, -1) })
  const digit = /^digit-([0-9])$/.exec(id)?.[1]
  if (digit === undefined) return undefined
  const entry = card.entry + digit
  if (entry.length < PIN_LENGTH) return to({ ...card, entry })
  return to({ is: 'checking', role: card.role }, send(card.role, entry))
}

function to<Role, Effect>(
  card: CardStep<Role>,
  ...effects: CardDialogueStep<Role, Effect>['effects']
): CardDialogueStep<Role, Effect> {
  return { card, effects }
}
