/** What a station's view means in words: for people who see a voting device for the first time. */
import type { Duty, ReportKind, SeenCard, StationView } from './messages.ts'

/** How the polls stand, and what comes next. */
export interface PollsWords {
  readonly state: string
  readonly next?: string
  /** What virtual officers can do now. */
  readonly duty?: Duty
}

/** By the name of the device's screen; the longest beginning that is here counts. */
const SCREENS: Readonly<Record<string, PollsWords>> = {
  'polls.closed': {
    state: 'The polls are closed. Nobody has voted yet.',
    next: 'To open them: turn both keys on, then each officer puts in the own card and types its PIN on the voting device.',
    duty: 'open',
  },
  'polls.admitting': { state: 'The officers are being admitted.' },
  'polls.admitting.insert': {
    state: 'The officers are being admitted.',
    next: 'Put in the next card; the device says whose. To give up, turn the keys back.',
  },
  'polls.admitting.pin': {
    state: 'The officers are being admitted.',
    next: 'Type the PIN of the card that is in on the voting device.',
  },
  'polls.admitting.take': { state: 'The officers are being admitted.', next: 'Take the card out.' },
  'polls.admitting.refused': {
    state: 'The card was not taken.',
    next: 'The voting device says why. Take it out and put in another.',
  },
  'polls.reporting-zero': { state: 'The polls are being opened: the zero report is printed.' },
  'polls.reporting-zero.trouble': {
    state: 'The zero report could not be printed.',
    next: 'Mend the printer on the bench, then press the button on the voting device.',
  },
  'polls.paused': {
    state: 'Voting is stopped.',
    next: 'The device was restarted, its case was opened, or its glass has shifted. Two officers resume it as they opened it; the device says what became of the last vote.',
    duty: 'resume',
  },
  'polls.resuming': { state: 'Voting is being resumed.' },
  'polls.resuming.trouble': {
    state: 'The slip that still hangs could not be dropped.',
    next: 'Mend the printer on the bench, then press the button on the voting device.',
  },
  'polls.closing': { state: 'The polls are being closed.' },
  'polls.reporting-minutes': { state: 'The polls are closed for good: the minutes are printed.' },
  'polls.reporting-minutes.trouble': {
    state: 'The minutes could not be printed.',
    next: 'Mend the printer on the bench, then press the button on the voting device.',
  },
  'polls.reporting-totals': { state: 'The polls are closed for good: the results are printed.' },
  'polls.reporting-totals.trouble': {
    state: 'The results could not be printed.',
    next: 'Mend the printer on the bench, then press the button on the voting device.',
  },
  'polls.finished': {
    state: 'The polls are closed for good.',
    next: 'An officer’s card that is put in now forgets its share of the day’s key. Everything is ready to be counted.',
  },
  'polls.no-voters': {
    state: 'The polls are open, but no new voter is let in: the storage is full or the battery nearly empty.',
    next: 'The device says which, and what to do.',
    duty: 'close',
  },
  'polls.failed': {
    state: 'The storage of this device failed.',
    next: 'The device says what became of the last vote. Switch it off and on.',
  },
  'polls.stopped': {
    state: 'This device is stopped for good: somebody holds another history of it.',
    next: 'Nobody votes here any more.',
  },
  voter: { state: 'The polls are open. A voter is at the device.' },
  'voter.idle': {
    state: 'The polls are open.',
    next: 'Issue a voter card and put it in on the bench. To close the polls: turn both keys on, two cards, two PINs.',
    duty: 'close',
  },
  'device.missing': {
    state: 'A part of the device does not answer, so nobody can vote.',
    next: 'The device says which. Are all plugs in on the bench?',
  },
  'polls.choosing-dead': {
    state: 'The polls are closed for good. The officers are naming a device that is dead.',
    next: 'Choose it on the voting device and say so once more; then both officers’ cards. Or go back.',
  },
  'device.glass-blocked': {
    state: 'Something lies on the glass.',
    next: 'Take it away on the bench.',
  },
}

/** How the polls stand. */
export function pollsInWords({ device }: StationView): PollsWords {
  switch (device.power) {
    case 'off':
      return { state: 'The device has no power.', next: 'Switch it on on the bench.' }
    case 'starting':
      return { state: 'The device is starting.' }
    case 'stopped':
      return {
        state: `The device’s program has stopped: ${device.stopped ?? 'nobody knows why'}.`,
        next: 'Start it again on the bench.',
      }
    case 'on':
      break
  }
  if (device.screen === undefined) return { state: 'The device shows nothing.' }
  const parts = device.screen.name.split('.')
  const known = parts.map((_, i) => SCREENS[parts.slice(0, parts.length - i).join('.')]).find(Boolean)
  return known ?? { state: `The device shows ${device.screen.name}.` }
}

/** Whether somebody should open the device's address: it is on, and no page paints its screens. */
export function isDisplayWanted({ device, lines }: StationView): boolean {
  return device.power === 'on' && device.screen === undefined && lines.display.isPlugged
}

export const DUTY_WORDS: Readonly<
  Record<
    Duty,
    { readonly order: string; readonly doing: string; readonly done: string; readonly leadsTo: RegExp }
  >
> = {
  open: {
    order: 'Let virtual officers open the polls',
    doing:
      'Virtual officers are opening the polls: two keys, three cards with their PINs, then the zero report is printed.',
    done: 'The virtual officers have opened the polls.',
    leadsTo: /^voter\./,
  },
  resume: {
    order: 'Let virtual officers resume voting',
    doing: 'Virtual officers are resuming voting: two keys, two cards with their PINs.',
    done: 'The virtual officers have resumed voting.',
    leadsTo: /^voter\./,
  },
  close: {
    order: 'Let virtual officers close the polls',
    doing:
      'Virtual officers are closing the polls: two keys, two cards with their PINs; minutes and results are printed; then three cards forget the day’s key.',
    done: 'The virtual officers have closed the polls, and their cards have forgotten the day’s key.',
    leadsTo: /^polls\.finished/,
  },
}

/** What the virtual officers are doing, or did last if nothing has happened since. */
export function officersInWords(view: StationView): string | undefined {
  const { officers } = view
  switch (officers.is) {
    case 'resting':
      return undefined
    case 'working': {
      const out = view.cards.find(({ id }) => id === officers.tookOut)
      const first = out === undefined ? '' : ` First they took out what was in the reader: ${cardName(out)}.`
      return `${DUTY_WORDS[officers.duty].doing} This may take a minute.${first}`
    }
    case 'done':
      return DUTY_WORDS[officers.duty].leadsTo.test(view.device.screen?.name ?? '')
        ? DUTY_WORDS[officers.duty].done
        : undefined
    case 'gave-up':
      return `The virtual officers stopped: ${officers.why}. Go on by hand from where they were.`
  }
}

export const REPORT_WORDS: Readonly<Record<ReportKind, string>> = {
  'zero-report': 'Zero report',
  minutes: 'Minutes',
  results: 'Results',
}

/** What a card is called. */
export function cardName({ id, of }: Pick<SeenCard, 'id' | 'of'>): string {
  if (of === 'voter') return `Voter card ${id.slice('voter-'.length)}`
  return { executive: 'Executive’s card', supervisory: 'Supervisor’s card', spare: 'Sealed spare card' }[of]
}

export const CARD_STATES: Readonly<Record<NonNullable<SeenCard['state']>, string>> = {
  blank: 'blank',
  issued: 'may vote',
  claimed: 'in use at this device',
  spent: 'has voted',
}
