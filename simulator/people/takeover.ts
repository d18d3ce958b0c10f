/** Two officers and a technician before a spare that is to take the place of a device that died; every action of theirs is counted. */
import type { Clock } from '../../core/ports.ts'
import type { PersonCard } from '../cards/person-card.ts'
import type { WatchedBench } from './bench.ts'
import type { OfficerHand, Officers } from './officers.ts'
import { Person } from './person.ts'

/** The technician's card and PIN. */
export interface TechnicianHand {
  readonly card: PersonCard
  readonly pin: string
}

/** Who is there, and what they do outside the device. */
export interface TakeoverPeople {
  readonly officers: Pick<Officers, 'executive' | 'supervisory'>
  readonly technician: TechnicianHand
  /** Puts the holder with both media of the device that died into the spare. */
  readonly putIn: () => void
}

/**
 * From a device that does not run any more to a spare that votes.
 * @returns what they did, one line an action
 */
export async function takeOver(
  bench: WatchedBench,
  clock: Clock,
  { officers, technician, putIn }: TakeoverPeople,
): Promise<readonly string[]> {
  const person = new Person(bench, clock)
  const actions: string[] = ['the spare is switched on', 'the holder with both media is taken out']
  await person.see('takeover.waiting')
  putIn()
  actions.push('the holder is put into the spare')
  actions.push(...(await giveWord(bench, clock, { officers, technician })))
  await person.see('voter.idle')
  return actions
}

/** The three cards before a spare that has read media. @returns what they did */
export async function giveWord(
  bench: WatchedBench,
  clock: Clock,
  { officers, technician }: Omit<TakeoverPeople, 'putIn'>,
): Promise<readonly string[]> {
  const person = new Person(bench, clock)
  const actions: string[] = []
  const hands: readonly (readonly [string, OfficerHand | TechnicianHand])[] = [
    ['executive', officers.executive],
    ['supervisor', officers.supervisory],
    ['technician', technician],
  ]
  for (const [who, { card, pin }] of hands) {
    await person.see('takeover.admitting.insert')
    bench.reader.insertCard(card)
    actions.push(`the ${who} puts the card in`)
    await person.see('takeover.admitting.pin')
    await person.type(pin)
    actions.push(`the ${who} types the PIN`)
    await person.see('takeover.admitting.take')
    bench.reader.pullCard()
    actions.push(`the ${who} takes the card out`)
  }
  return actions
}
