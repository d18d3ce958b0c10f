/**
 * Many screens drawn at once by the part that draws them on a device, in a real browser with the page's own style and typeface, and measured
 * there: whether a text leaves its element, and whether two elements touch.
 */

import type { Browser, Page } from 'playwright-core'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { GRID, type Screen } from '../../ui/screen.ts'
import { good } from '../firmware/scripted-line.ts'
import { realDisplay } from './display-build.ts'

/** It is of the browser's side, whose types this side does not know. */
const SCREEN_MARKUP = './web/screen-markup.tsx'

/** A page that holds as many screens as are given to it. */
export class DrawnScreens {
  readonly #page: Page
  readonly #close: () => Promise<void>
  readonly #markup: (screen: Screen) => string

  private constructor(page: Page, close: () => Promise<void>, markup: (screen: Screen) => string) {
    this.#page = page
    this.#close = close
    this.#markup = markup
  }

  static async open(browser: Browser): Promise<DrawnScreens> {
    const { readPageFiles, serveDisplay, page: folder } = await realDisplay()
    const files = good(readPageFiles(folder))
    const server = await serveDisplay({
      page: files,
      photos: new Map(),
      random: systemRandom,
      clock: systemClock,
    })
    // Places stand in style attributes, which the page's policy allows its own script alone to set.
    const context = await browser.newContext({ viewport: GRID, bypassCSP: true })
    const page = await context.newPage()
    await page.goto(server.newAddress())
    await page.evaluate(
      `Promise.all([400, 700].map((weight) => document.fonts.load(weight + ' 40px Vazirmatn', 'ا')))`,
    )
    const { screenMarkup } = await import(/* @vite-ignore */ SCREEN_MARKUP)
    const close = async () => {
      await context.close()
      await server.close()
    }
    return new DrawnScreens(page, close, screenMarkup)
  }

  /** What does not hold of these screens as they are drawn, a sentence each. */
  async breachesOf(screens: readonly Screen[]): Promise<readonly string[]> {
    const holders = screens.map(
      (screen) =>
        `<div style="position:relative;width:${GRID.width}px;height:${GRID.height}px">${this.#markup(screen)}</div>`,
    )
    return this.#page.evaluate<readonly string[]>(`(${MEASURE})(${JSON.stringify(holders.join(''))})`)
  }

  close(): Promise<void> {
    return this.#close()
  }
}

/** Runs in the browser. */
const MEASURE = `(markup) => {
  document.body.innerHTML = markup
  const breaches = []
  const round = ({ left, top, right, bottom }) => [left, top, right, bottom].map((side) => Math.round(side))
  for (const screen of document.querySelectorAll('.screen')) {
    const where = screen.dataset.name + ' in ' + screen.lang
    const places = [...screen.children].map((element) => ({ element, id: element.dataset.id, box: element.getBoundingClientRect() }))
    for (const [i, { element, id, box }] of places.entries()) {
      const text = document.createRange()
      text.selectNodeContents(element)
      // A line is as high as the style says: the typeface's own box, with room for every mark there is, is higher.
      const half = Number.parseFloat(getComputedStyle(element).lineHeight) / 2
      for (const line of text.getClientRects()) {
        const middle = (line.top + line.bottom) / 2
        const inside = line.left >= box.left - 1 && line.right <= box.right + 1 && middle - half >= box.top - 1 && middle + half <= box.bottom + 1
        if (!inside) breaches.push(where + ': ' + id + ' leaves its place: ' + element.textContent + ' ' + round(line) + ' in ' + round(box))
      }
      for (const other of places.slice(i + 1)) {
        const apart = box.right <= other.box.left + 0.5 || other.box.right <= box.left + 0.5 || box.bottom <= other.box.top + 0.5 || other.box.bottom <= box.top + 0.5
        if (!apart) breaches.push(where + ': ' + id + ' lies over ' + other.id)
      }
    }
  }
  return breaches
}`
