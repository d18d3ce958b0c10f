import { describe, expect, it } from 'vitest'
import type { Language } from '../../../core/election/definition.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import type { TextLevel } from '../../../ui/tokens.ts'
import { everyVoterScreen } from '../../../ui/voter-screens/every-screen.ts'
import type { StateOf } from '../../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../../ui/voter-screens/voter-screens.ts'
import { testCode } from '../../fixtures/definition.ts'
import { PACKAGES } from '../../fixtures/packages.ts'
import { measure } from '../measure.ts'
import { find, names, pressable } from '../read-screen.ts'
import { CHOOSING, COMPARING, lists, plain, REVIEWING, seen } from './seen.ts'

describe('what a voter reads', () => {
  it('every choice with its name, its code in Persian digits and in Latin ones, before printing and beside the slip', () => {
    for (const state of [REVIEWING, COMPARING]) {
      const screen = seen({ ...state, ballot: [[0, 7, 11]] }, { language: 'fa' })
      for (const [position, name] of [
        [0, 'مگره'],
        [7, 'سن‌ژوس'],
        [11, 'او'],
      ] as const) {
        const code = testCode(position)
        expect(find(screen, `name-${code}`).name).toBe(name)
        expect(find(screen, `code-${code}`).name).toBe(persianDigits(code))
        expect(find(screen, `latin-${code}`).name).toBe(code)
      }
      expect(screen.elements.filter(({ id }) => id.startsWith('name-'))).toHaveLength(3)
    }
  })

  it('what is missing and what was typed twice; a blank vote is called blank', () => {
    const said = (state: Partial<StateOf<'reviewing'>>) => names(seen({ ...REVIEWING, ...state }))
    expect(said({ ballot: [[0, 1]] })).toContain('2 of 9 chosen. You may still choose 7 more.')
    const full = said({ ballot: [[0, 1, 2, 3, 4, 5, 6, 7, 8]] })
    expect(full).toContain('9 of 9 chosen.')
    expect(full).not.toContain('more')
    expect(said({ ballot: [[]] })).toContain('Nobody is chosen: your vote is blank.')
    expect(said({ repeated: ['101', '108'] })).toContain('Typed twice, counts once: 101, 108')
    expect(names(seen({ ...REVIEWING, repeated: ['101'] }, { language: 'fa' }))).toContain('۱۰۱')
  })

  it('that finish is pressed twice, and that every page must be read first', () => {
    const hint = (state: Partial<StateOf<'reviewing'>>, level: TextLevel = 2) =>
      find(seen({ ...REVIEWING, ballot: [[0, 1, 2, 3, 4, 5, 6, 7, 8]], ...state }, { level }), 'hint').name
    expect(hint({})).toContain('twice')
    expect(hint({ finishPressed: true })).toContain('once more')
    expect(hint({}, 4)).toContain('every page')
  })

  it('the code being typed in Persian and Latin digits, left to right in every language', () => {
    for (const language of ['fa', 'en', 'ar', 'az'] as const) {
      const screen = seen({ ...CHOOSING, entry: '12' }, { language })
      expect(find(screen, 'entry')).toMatchObject({ name: '۱ ۲ _', direction: 'ltr' })
      expect(find(screen, 'entry-latin').name).toBe('12')
    }
  })

  it('whom a code stands for: name, code, list, and the photo where there is one', () => {
    const notice = { is: 'added', contest: 0, position: 2 } as const
    const screen = seen({ ...CHOOSING, ballot: [[2]], notice }, { of: lists })
    expect(find(screen, 'added-name-115').name).toBe('Gluckstein')
    expect(find(screen, 'added-code-115').name).toBe('۱۱۵')
    expect(find(screen, 'added-list-115').name).toBe('List: Dawn list')
    const independent = seen(
      { ...CHOOSING, ballot: [[9]], notice: { ...notice, position: 9 } },
      { of: lists },
    )
    expect(find(independent, 'added-list-164').name).toBe('Independent')
    expect(names(seen({ ...CHOOSING, ballot: [[2]], notice }))).not.toContain('Independent')
    expect(screen.elements.some(({ role }) => role === 'picture')).toBe(false)
  })

  it('a photo by the hash that the package names, and whom it shows', () => {
    const [council] = plain.contests
    if (council === undefined) throw new Error('no contest')
    const photo = Buffer.from('ab'.repeat(32), 'hex').toString('base64')
    const candidates = council.candidates.map((candidate) => ({ ...candidate, photo }))
    const pictured = { ...plain, contests: [{ ...council, candidates }] }
    const notice = { is: 'added', contest: 0, position: 2 } as const
    expect(
      find(seen({ ...CHOOSING, ballot: [[2]], notice }, { of: pictured }), 'added-photo-115'),
    ).toMatchObject({
      role: 'picture',
      name: 'Photo of Gluckstein',
      photo: 'ab'.repeat(32),
      press: false,
    })
  })

  it('the members of a list, with their codes', () => {
    const screen = seen({ is: 'members', contest: 0, position: 16, first: 0, alert: false }, { of: lists })
    expect(find(screen, 'heading').name).toBe('Dawn list')
    const shown = screen.elements.filter(({ id }) => id.startsWith('name-')).map(({ name }) => name)
    expect(shown).toEqual(['Megret', 'Lepage', 'Gluckstein', 'Bayrou'])
    expect(find(screen, 'hint').name).toContain('4')
    expect(pressable(screen)).toEqual(['remove-901', 'go-on'])
  })

  it('a chosen row where it was, when another comes that is read after it', () => {
    const many = seen({ ...CHOOSING, ballot: [[0, 1, 2]] })
    const one = seen({ ...CHOOSING, ballot: [[0]] })
    expect(find(many, `remove-${testCode(0)}`).rect).toEqual(find(one, `remove-${testCode(0)}`).rect)
  })

  it('all names of a package in one size, however long each is', () => {
    for (const known of Object.values(PACKAGES)) {
      const screens = new VoterScreens(known, measure)
      for (const { screen } of everyVoterScreen(
        { ...known, languages: known.languages.slice(0, 1) },
        screens,
      )) {
        const sizes = screen.elements.filter(({ id }) => id.startsWith('name-')).map(({ size }) => size)
        expect(new Set(sizes).size).toBeLessThanOrEqual(1)
      }
    }
  })

  it('of a printer that fails, what became of the vote', () => {
    const vote = (step: 'printing' | 'dropping') =>
      names(seen({ is: 'held', trouble: 'paper-out', at: { step } }))
    expect(vote('printing')).toContain('No vote is cast yet')
    expect(vote('dropping')).toContain('Your vote was cast')
  })

  it('who took the card out early: that no vote was recorded, and how to begin anew', () => {
    const screen = seen({ is: 'ended-without-vote' })
    expect(find(screen, 'heading').name).toBe('No vote was recorded')
    expect(names(screen)).toContain('insert the card here again and begin anew')
  })

  it('"no vote with this card" only over a card that cannot vote, not over one that was badly put in or left alone', () => {
    const heading = (why: 'unreadable' | 'released' | 'already-used') =>
      find(seen({ is: 'refused', why }), 'heading').name
    expect(heading('already-used')).toBe('No vote with this card')
    expect(heading('unreadable')).toBe('The card could not be read')
    expect(heading('released')).toBe('No vote was recorded')
  })

  it('lists in the heading where there are lists, and only there', () => {
    expect(find(seen(CHOOSING), 'heading').name).toBe('Type the code of a candidate')
    expect(find(seen(CHOOSING, { of: lists }), 'heading').name).toBe('Type the code of a candidate or list')
  })

  it('a correction key that does not look like an alarm', () => {
    expect(find(seen({ ...CHOOSING, entry: '1' }), 'correct').emphasis).toBe('plain')
  })

  it('every problem with a code, in words', () => {
    const said = (problem: NonNullable<StateOf<'choosing'>['notice']> & { is: 'problem' }) =>
      find(seen({ ...CHOOSING, notice: problem }), 'notice')
    const notice = said({ is: 'problem', problem: { is: 'too-many', allowed: 9 } })
    expect(notice).toMatchObject({ role: 'status', emphasis: 'danger' })
    expect(notice.name).toBe('No more than 9 may be chosen. Remove one first.')
    const others = [
      'unknown-code',
      'already-chosen',
      'covered-by-list',
      'list-covers-chosen',
      'list-with-individuals',
    ] as const
    expect(new Set(others.map((is) => said({ is: 'problem', problem: { is } }).name)).size).toBe(5)
  })

  it('each thing in the language that it is really in', () => {
    const screen = seen({ ...REVIEWING, ballot: [[0], [0]] }, { of: PACKAGES['two contests'] })
    expect(find(screen, 'name-801')).toMatchObject({ name: 'رضا', language: 'fa', direction: 'rtl' })
    expect(find(screen, 'name-101')).toMatchObject({ name: 'Megret', language: 'en', direction: 'ltr' })
    expect(seen(CHOOSING, { language: 'az' }).language).toBe('az-Arab')
  })

  it('that it is a rehearsal, in two languages; of an election nothing of the kind', () => {
    const said = (language: Language) => {
      const screen = seen({ is: 'idle' }, { language })
      return screen.elements
        .filter(({ emphasis }) => emphasis === 'rehearsal')
        .map((element) => element.language)
    }
    expect(said('fa')).toEqual(['fa', 'en'])
    expect(said('en')).toEqual(['en', 'fa'])
    expect(said('az')).toEqual(['az-Arab', 'fa'])
    const real = { ...plain, rehearsal: false }
    expect(names(seen({ is: 'idle' }, { of: real }))).not.toMatch(/تمرین|Rehearsal/)
  })

  it('for the poll worker, that the roll is nearly at its end, before a card comes and in Persian', () => {
    const low = { notes: ['paper-low'] } as const
    expect(find(seen({ is: 'idle' }, low), 'note')).toMatchObject({ language: 'fa', direction: 'rtl' })
    expect(names(seen(CHOOSING, low))).not.toContain('رول')
  })

  it('for the poll worker, that a storage medium is lost, before a card comes and in Persian', () => {
    const lost = { notes: ['medium-lost'] } as const
    expect(find(seen({ is: 'idle' }, lost), 'note')).toMatchObject({ language: 'fa', direction: 'rtl' })
    expect(names(seen(CHOOSING, lost))).not.toContain('حافظه')
  })
})
