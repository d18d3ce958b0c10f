/** The voters of a session: what each meant, what the device told them, and what a screen says to them. */
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { fa } from '../../ui/strings/voter/fa.ts'
import { stringsIn } from '../../ui/strings.ts'

/** What a voter meant, and what the device told them. */
export interface Voter {
  readonly card: VoterCard
  readonly codes: readonly string[]
  told: 'nothing' | 'recorded' | 'not recorded'
  /** Accept was pressed since the device last said that nothing was recorded. */
  accepted: boolean
  tries: number
  done: boolean
}

/** A promise that was broken before their eyes. */
export class Broken extends Error {}

/** What the screen tells the voter of their vote. Throws where it contradicts what was told before. */
export function hear(voter: Voter, { name, elements }: Screen): void {
  const says = (text: string) => elements.some((element) => element.name === text)
  const recorded =
    ['voter.dropping', 'voter.thanks'].includes(name) ||
    (name === 'voter.held' && says(fa['held-dropping'])) ||
    (name === 'voter.refused' && says(fa['refused-already-used']))
  if (recorded) {
    if (voter.told === 'not recorded' && !voter.accepted)
      throw new Broken('a voter was told that nothing was recorded, and then that it was')
    voter.told = 'recorded'
  } else if (name === 'voter.ended-without-vote') {
    if (voter.told === 'recorded') throw new Broken('a recorded vote was told to be none')
    voter.told = 'not recorded'
    voter.accepted = false
  }
}

/** The device asks two officers to close the polls. */
export function isForClosing({ elements }: Screen): boolean {
  const { purpose } = stringsIn('fa').officers
  return elements.some(({ id, name }) => id === 'heading' && name === purpose.closing)
}

/** Codes that the keypad screen shows as chosen. */
export function chosenOn(screen: Screen): readonly string[] {
  return screen.elements.flatMap(({ id }) => /^remove-([0-9]+)$/.exec(id)?.[1] ?? [])
}
