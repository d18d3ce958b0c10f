import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGES } from '../../../../core/election/definition.ts'
import type { VoterCard } from '../../../../simulator/cards/voter-card.ts'
import { axeViolations } from '../../../browser/axe.ts'
import { type BrowserDay, browserDay } from '../../../browser/browser-day.ts'
import { launchChromium } from '../../../browser/chromium.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

/** How a voter uses the device: with a finger, with a keyboard, with two switches that are two of its keys, or with a mouse in a rehearsal. */
const MANNERS = ['touch', 'keyboard', 'switches', 'mouse'] as const
type Manner = (typeof MANNERS)[number]

const VOTERS = LANGUAGES.flatMap((language) => MANNERS.map((manner) => ({ language, manner })))
const CODE = '254'

/** What is said of our policies without anything having happened. */
const USUAL = /^An iframe which has both|^Error with Permissions-Policy header: Unrecognized feature/

/** One voter before the page. */
class PageVoter {
  readonly #day: BrowserDay
  readonly #manner: Manner
  /** What axe found on the way, by screen. */
  readonly found: string[] = []

  constructor(day: BrowserDay, manner: Manner) {
    this.#day = day
    this.#manner = manner
  }

  async see(name: string): Promise<void> {
    await this.#day.person.see(name)
    await this.#check()
  }

  /** Presses what has that name. */
  async press(id: string): Promise<void> {
    const { act, person, bench } = this.#day
    if (this.#manner === 'touch') await person.press(id)
    else if (this.#manner === 'mouse') {
      const rect = bench.display.current()?.elements.find((element) => element.id === id)?.rect
      if (rect === undefined) throw new Error(`there is no ${id}`)
      await act((page) => page.mouse.click(rect.x + rect.width / 2, rect.y + rect.height / 2))
    } else {
      const digit = /^digit-(\d)$/.exec(id)?.[1]
      if (this.#manner === 'keyboard' && digit !== undefined) await act((page) => page.keyboard.press(digit))
      else await this.#choose(id)
    }
    await this.#check()
  }

  /** Moves the focus to an element and uses it. */
  async #choose(id: string): Promise<void> {
    const { act, page } = this.#day
    for (let moves = 0; (await page.evaluate('document.activeElement.dataset.id')) !== id; moves += 1) {
      if (moves === 60) throw new Error(`the focus never comes to ${id}`)
      await act(() => page.keyboard.press('Space'))
    }
    await act(() => page.keyboard.press('Enter'))
  }

  /** The page shows exactly what the device sent: each element, its text, its place. */
  #check(): Promise<void> {
    return this.#day.look((page) => this.#compare(page))
  }

  async #compare(page: Page): Promise<void> {
    const { bench } = this.#day
    const sent = bench.display.current()
    const drawn = await page.locator('main > *').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { x, y, width, height } = node.getBoundingClientRect()
        const name = node.getAttribute('alt') ?? node.textContent
        return { id: node.getAttribute('data-id'), name, rect: { x, y, width, height } }
      }),
    )
    expect(drawn, sent?.name).toEqual(sent?.elements.map(({ id, name, rect }) => ({ id, name, rect })))
    if (this.#manner !== 'keyboard') return
    for (const violation of await axeViolations(page)) this.found.push(`${sent?.name}: ${violation}`)
  }
}

/** From card in to card out. */
async function vote(day: BrowserDay, card: VoterCard, language: string, voter: PageVoter): Promise<void> {
  await voter.see('voter.idle')
  if (language !== 'fa') await voter.press(`language-${language}`)
  day.bench.reader.insertCard(card)
  await voter.see('voter.choosing')
  for (const digit of CODE) await voter.press(`digit-${digit}`)
  await voter.press('review')
  await voter.see('voter.reviewing')
  await voter.press('finish')
  await voter.press('finish')
  await voter.see('voter.comparing')
  expect(day.bench.printer.hanging()?.qrTexts[0]).toContain(CODE)
  await voter.press('accept')
  await voter.see('voter.thanks')
  expect(await day.page.locator('main').getAttribute('lang')).toMatch(language)
  day.bench.reader.pullCard()
}

describeWith([CHROMIUM], 'a whole vote', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test('in each language, by touch, keyboard, switches and mouse, is drawn as it was sent, keeps nobody out and is counted', async () => {
    const found: string[] = []
    const audited = await browserDay(browser, { voters: VOTERS.length, pointer: true }, async (day) => {
      for (const [i, { language, manner }] of VOTERS.entries()) {
        const card = day.cards[i]
        if (card === undefined) throw new Error('too few cards')
        const voter = new PageVoter(day, manner)
        await vote(day, card, language, voter)
        found.push(...voter.found)
      }
      // Nothing was refused by the page's policy all day.
      expect(day.complaints.filter((text) => !USUAL.test(text))).toEqual([])
    })
    expect(found).toEqual([])
    expect(audited).toMatchObject({ holds: true, ballots: VOTERS.length, blank: 0 })
    expect(audited.votes.get(CODE)).toBe(VOTERS.length)
  }, 900_000)
})
