/** Two officers and the sealed spare: open the polls, resume them after a fault, close them, and have their cards forget the day key. */
import type { Clock } from '../../core/ports.ts'
import type { OfficerCard } from '../cards/officer-card.ts'
import type { WatchedBench } from './bench.ts'
import { Person } from './person.ts'

/** A card with the PIN its officer knows. */
export interface OfficerHand {
  readonly card: OfficerCard
  readonly pin: string
}

/** The three cards of a station. */
export interface Officers {
  readonly executive: OfficerHand
  readonly supervisory: OfficerHand
  readonly spare: OfficerHand
}

/** Opens the polls. The first device of the morning asks for the spare card too. */
export async function openPolls(bench: WatchedBench, clock: Clock, officers: Officers): Promise<void> {
  const person = new Person(bench, clock)
  await person.see('polls.closed')
  turnKeys(bench, true)
  await present(person, officers.executive)
  await present(person, officers.supervisory)
  const next = await person.see('polls.admitting.insert', 'polls.reporting-zero', 'voter.idle')
  if (next.name === 'polls.admitting.insert') await present(person, officers.spare)
  await person.see('voter.idle')
  turnKeys(bench, false)
}

/** Resumes the polls after a restart or an opened case. */
export async function resumePolls(bench: WatchedBench, clock: Clock, officers: Officers): Promise<void> {
  const person = new Person(bench, clock)
  await person.see('polls.paused')
  turnKeys(bench, true)
  await present(person, officers.executive)
  await present(person, officers.supervisory)
  await person.see('voter', 'polls.no-voters')
  turnKeys(bench, false)
}

/** Closes the polls for good and waits for the minutes. */
export async function closePolls(bench: WatchedBench, clock: Clock, officers: Officers): Promise<void> {
  const person = new Person(bench, clock)
  await person.see('voter.idle', 'polls.no-voters')
  turnKeys(bench, true)
  await present(person, officers.executive)
  await present(person, officers.supervisory)
  await person.see('polls.finished')
  turnKeys(bench, false)
}

/**
 * Shows the officers' cards to a device that is closed: each learns what the others carried, takes word of this device along, and forgets its
 * share of the day key once every device of the station is known to be closed.
 * @returns whether the last card forgot its share
 */
export async function takeLeave(bench: WatchedBench, clock: Clock, officers: Officers): Promise<boolean> {
  const person = new Person(bench, clock)
  let erased = false
  for (const { card, pin } of [officers.executive, officers.supervisory, officers.spare]) {
    await person.see('polls.finished.insert')
    bench.reader.insertCard(card)
    await person.see('polls.finished.pin')
    await person.type(pin)
    const shown = await person.see('polls.finished.erased', 'polls.finished.carried')
    erased = shown.name === 'polls.finished.erased'
    bench.reader.pullCard()
    await person.see('polls.finished.insert')
  }
  return erased
}

/** One officer's card: in, PIN, out. */
export async function present(person: Person, { card, pin }: OfficerHand): Promise<void> {
  await person.see('polls.admitting.insert')
  person.bench.reader.insertCard(card)
  await person.see('polls.admitting.pin')
  await person.type(pin)
  await person.see('polls.admitting.take')
  person.bench.reader.pullCard()
}

/** Turns both key switches. Throws when they are so already. */
export function turnKeys({ board }: WatchedBench, on: boolean): void {
  board.turnKey('executive', on)
  board.turnKey('supervisory', on)
}

/**
 * At a device that is closed: declares another one of the station dead, with two presses and two cards, and waits for the minutes, which are
 * printed once more.
 */
export async function declareDead(
  bench: WatchedBench,
  clock: Clock,
  officers: Officers,
  device: string,
): Promise<void> {
  const person = new Person(bench, clock)
  await person.see('polls.finished.insert')
  await person.press('declare-dead')
  await person.press(`dead-${device}`)
  await person.press('confirm-dead')
  await present(person, officers.executive)
  await present(person, officers.supervisory)
  await person.see('polls.finished.insert')
}
