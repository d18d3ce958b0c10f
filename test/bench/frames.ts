/**
 * A finger's release on its way to what it changes on the glass: virtual touchscreen, agent, socket, page, painted frame. Virtual time stands
 * still while the browser paints, so what is measured is the machine's own time; the packet's time on the wire is added.
 */

import { type BrowserDay, browserDay } from '../browser/browser-day.ts'
import { launchChromium } from '../browser/chromium.ts'
import { PACKET_US } from './touch-path.ts'

const VOTERS = 4
const CODES = ['239', '374', '451', '127', '513', '215', '316', '332', '546']

/** Milliseconds. */
export interface Frames {
  readonly presses: readonly number[]
  readonly floor: readonly number[]
  /** A screen's, on average. */
  readonly scripting: number
  readonly styleAndLayout: number
}

interface Metrics {
  readonly ScriptDuration: number
  readonly LayoutDuration: number
  readonly RecalcStyleDuration: number
}

/** Whole votes by touch, each press timed. */
export async function measureFrames(): Promise<Frames> {
  const browser = await launchChromium()
  const presses: number[] = []
  const floor: number[] = []
  const costs = { scripting: 0, styleAndLayout: 0 }
  try {
    await browserDay(browser, { voters: VOTERS }, async (day) => {
      const meter = await meterOf(day)
      for (const card of day.cards) {
        await day.person.see('voter.idle')
        day.bench.reader.insertCard(card)
        await day.person.see('voter.choosing')
        const before = await meter()
        const screens = presses.length
        for (const code of CODES) {
          for (const digit of code) presses.push(await timed(() => day.person.press(`digit-${digit}`)))
          floor.push(await day.look((page) => page.evaluate<number>(TWO_FRAMES)))
        }
        presses.push(await timed(() => day.person.press('review')))
        const after = await meter()
        const shown = presses.length - screens
        costs.scripting += (1_000 * (after.ScriptDuration - before.ScriptDuration)) / shown / VOTERS
        costs.styleAndLayout +=
          (1_000 *
            (after.LayoutDuration +
              after.RecalcStyleDuration -
              before.LayoutDuration -
              before.RecalcStyleDuration)) /
          shown /
          VOTERS
        for (const id of ['finish', 'finish']) await day.person.press(id)
        await day.person.see('voter.comparing')
        await day.person.press('accept')
        await day.person.see('voter.thanks')
        day.bench.reader.pullCard()
      }
    })
  } finally {
    await browser.close()
  }
  return { presses, floor, ...costs }
}

const TWO_FRAMES = `new Promise((resolve) => {
  const begun = performance.now()
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)))
})`

async function timed(press: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await press()
  return performance.now() - begun + PACKET_US / 1_000
}

/** What the page has cost since it was asked first; asked once, so that it counts on. */
async function meterOf(day: BrowserDay): Promise<() => Promise<Metrics>> {
  const session = await day.look((page) => page.context().newCDPSession(page))
  await day.look(() => session.send('Performance.enable'))
  return () =>
    day.look(async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value])) as unknown as Metrics
    })
}
