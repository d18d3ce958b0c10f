import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrowserDay, browserDay } from '../../../browser/browser-day.ts'
import { launchChromium } from '../../../browser/chromium.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

const CODE = '254'

describeWith([CHROMIUM], 'a whole vote', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** The page shows exactly what the device sent: each element, its text, its place. */
  async function checkDrawn({ page, bench }: BrowserDay): Promise<void> {
    const sent = bench.display.current()?.elements ?? []
    const drawn = await page.locator('main > *').evaluateAll((nodes) =>
      nodes.map((node) => {
        const { x, y, width, height } = node.getBoundingClientRect()
        const name = node.getAttribute('alt') ?? node.textContent
        return { id: node.getAttribute('data-id'), name, rect: { x, y, width, height } }
      }),
    )
    expect(drawn).toEqual(sent.map(({ id, name, rect }) => ({ id, name, rect })))
  }

  /** Moves the focus to an element and presses it. */
  async function choose(day: BrowserDay, id: string): Promise<void> {
    for (let moves = 0; moves < 40; moves += 1) {
      const focused = await day.page.evaluate('document.activeElement.dataset.id')
      if (focused === id) break
      await day.act((page) => page.keyboard.press('Space'))
    }
    await day.act((page) => page.keyboard.press('Enter'))
    await checkDrawn(day)
  }

  test('by keyboard and two switches is painted by the page, refused nothing by its policy, and counted', async () => {
    const audited = await browserDay(browser, { voters: 1 }, async (day) => {
      const { bench, person, cards, complaints } = day
      const [card] = cards
      if (card === undefined) throw new Error('no card')
      await checkDrawn(day)
      bench.reader.insertCard(card)
      await person.see('voter.choosing')
      for (const digit of CODE) {
        await day.act((page) => page.keyboard.press(digit))
        await checkDrawn(day)
      }
      await choose(day, 'review')
      await person.see('voter.reviewing')
      await choose(day, 'finish')
      await choose(day, 'finish')
      await person.see('voter.comparing')
      expect(bench.printer.hanging()?.qrTexts[0]).toContain(CODE)
      await choose(day, 'accept')
      await person.see('voter.thanks')
      bench.reader.pullCard()
      expect(complaints.filter((text) => !/^An iframe which has both/.test(text))).toEqual([])
    })
    expect(audited).toMatchObject({ holds: true, ballots: 1, blank: 0 })
    expect(audited.votes.get(CODE)).toBe(1)
  })
})
