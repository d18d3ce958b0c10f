import { expect, it } from 'vitest'
import type { Language } from '../../core/election/definition.ts'
import { foldForSearch } from '../../core/text/fold-for-search.ts'
import type { Bench } from '../../simulator/people/bench.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { ALPHABETS } from '../../ui/alphabets.ts'
import { USUAL_LOOK } from '../../ui/screen.ts'
import { tagOf } from '../../ui/strings.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

/** One code is typed, one is found by its name, one is typed and taken away again. */
const [TYPED, FOUND, REMOVED] = ['239', '374', '254'] as const
const LANGUAGES: readonly Language[] = ['fa', 'en', 'ar', 'az']

/** Presses what is shown, and waits for the next screen. */
type Press = (hall: Hall, id: string) => Promise<Screen>

const WAYS: Readonly<Record<string, Press>> = {
  touch: ({ person }, id) => person.press(id),
  keyboard: ({ bench }, id) => onward(bench, () => bench.display.press(id)),
  'two switches': async ({ bench }, id) => {
    while (bench.display.current()?.['focus'] !== id) await onward(bench, () => bench.display.switch('next'))
    return onward(bench, () => bench.display.switch('choose'))
  },
}

function onward({ display }: Bench, act: () => void): Promise<Screen> {
  const before = display.current()?.revision ?? 0
  const next = display.waitFor(({ revision }) => revision > before)
  act()
  return next
}

/** A whole vote, from the language to the card taken back. */
async function vote(hall: Hall, press: Press, voter: number, language: Language): Promise<void> {
  const { bench, person, cards } = hall
  const card = cards[voter]
  if (card === undefined) throw new Error('too few cards')
  const go = async (...ids: readonly string[]) => {
    for (const id of ids) expect((await press(hall, id)).language).toBe(tagOf(language))
  }
  const leafTo = async (id: string) => {
    while (!offers(bench, id)) await go('page-next')
  }
  const keys = (code: string) => [...code].map((digit) => `digit-${digit}`)
  await person.see('voter.idle')
  // What is chosen already changes nothing.
  if (language !== 'fa') await go(`language-${language}`)
  await go('options', 'text-3', 'contrast-dark', 'options-done')
  bench.reader.insertCard(card)
  await person.see('voter.choosing')
  await go(...keys(TYPED), 'find')
  await leafTo(`pick-${FOUND}`)
  await go(letterOf(bench, `pick-${FOUND}`, language))
  await leafTo(`pick-${FOUND}`)
  await go(`pick-${FOUND}`, ...keys(REMOVED))
  await leafTo(`remove-${REMOVED}`)
  await go(`remove-${REMOVED}`, 'review')
  await leafTo('finish')
  await go('finish', 'finish')
  await person.see('voter.comparing')
  await leafTo('accept')
  await go('accept')
  await person.see('voter.thanks')
  bench.reader.pullCard()
  const first = await person.see('voter.idle')
  expect(first).toMatchObject({ language: 'fa', look: USUAL_LOOK })
  expect(first).not.toHaveProperty('focus')
}

function offers({ display }: Bench, id: string): boolean {
  const element = display.current()?.elements.find((shown) => shown.id === id)
  return element !== undefined && element['enabled'] !== false
}

/** The key for the first letter of a name that is shown. */
function letterOf({ display }: Bench, id: string, language: Language): string {
  const name = foldForSearch(display.current()?.elements.find((shown) => shown.id === id)?.name ?? '')
  return `letter-${ALPHABETS[language].find((letter) => foldForSearch(letter) === name[0])}`
}

it.each(Object.entries(WAYS))(
  'a whole vote in each language by %s, large and white on black, is what was chosen, and leaves nothing of itself to the next voter',
  async (_, press) => {
    const evening = await pollingDay(LANGUAGES.length, async (hall) => {
      for (const [voter, language] of LANGUAGES.entries()) await vote(hall, press, voter, language)
    })
    expect(evening.audited).toMatchObject({ holds: true, ballots: LANGUAGES.length, voidSlips: 0 })
    for (const [code, votes] of evening.audited.votes)
      expect(votes).toBe(code === TYPED || code === FOUND ? LANGUAGES.length : 0)
    expect(evening.box.slips).toEqual(LANGUAGES.map(() => [TYPED, FOUND]))
  },
)

it('what somebody chose on the first screen and left is gone after a minute, and so is the focus; a card that comes before keeps it', async () => {
  await pollingDay(1, async (hall) => {
    const { bench, person } = hall
    await person.see('voter.idle')
    await person.press('language-en')
    await onward(bench, () => bench.display.switch('next'))
    await person.pause(59_000)
    expect(bench.display.current()).toMatchObject({ language: 'en' })
    expect(bench.display.current()).toHaveProperty('focus')
    await person.pause(2_000)
    expect(bench.display.current()).toMatchObject({ name: 'voter.idle', language: 'fa' })
    expect(bench.display.current()).not.toHaveProperty('focus')
    await person.press('options')
    await person.press('language-ar')
    const [card] = hall.cards
    if (card === undefined) throw new Error('no card')
    bench.reader.insertCard(card)
    expect(await person.see('voter.choosing')).toMatchObject({ language: 'ar' })
    await person.pause(70_000)
    expect(bench.display.current()).toMatchObject({ name: 'voter.choosing', language: 'ar' })
    bench.reader.pullCard()
    expect(await person.see('voter.ended-without-vote')).toMatchObject({ language: 'ar' })
    expect(await person.see('voter.idle')).toMatchObject({ language: 'fa' })
  })
})

it('whoever goes through the keys with a switch, or changes the size, is not asked whether they are there', async () => {
  await pollingDay(1, async (hall) => {
    const { bench, person } = hall
    await person.see('voter.idle')
    const [card] = hall.cards
    if (card === undefined) throw new Error('no card')
    bench.reader.insertCard(card)
    await person.see('voter.choosing')
    for (let minutes = 0; minutes < 4; minutes += 2) {
      await person.pause(120_000)
      await onward(bench, () => bench.display.switch('next'))
    }
    await person.pause(120_000)
    await person.press('options')
    await person.pause(120_000)
    await person.press('text-4')
    expect(bench.display.current()?.name).toBe('voter.options')
    await person.pause(151_000)
    expect(bench.display.current()?.name).toBe('voter.alert')
    await onward(bench, () => bench.display.switch('next'))
    await person.pause(20_000)
    await onward(bench, () => bench.display.switch('choose'))
    expect(bench.display.current()?.name).toBe('voter.options')
    await person.pause(185_000)
    expect(bench.display.current()?.name).toBe('voter.refused')
    bench.reader.pullCard()
    await person.see('voter.idle')
  })
})
