/** The officers' and the bench's page in a real browser, before a station whose polls are still closed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LiveStation } from '../../demo/station/live-station.ts'
import { serveStationPage } from '../../demo/station/station-page.ts'
import { PAGE_NAMES, type PageName } from '../../demo/web/messages.ts'
import type { PageServer } from '../../device-agent/ballot/page/page-server.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { GRID } from '../../ui/screen.ts'
import { axeViolations } from '../browser/axe.ts'
import { launchChromium } from '../browser/chromium.ts'
import { silent } from '../end-to-end/station.ts'
import { CHROMIUM, describeWith } from '../oracles/needs.ts'

const LONGEST_MS = 60_000

describeWith([CHROMIUM], 'the pages of a station', () => {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-pages-'))
  const servers: PageServer[] = []
  const complaints: string[] = []
  let browser: Browser
  let station: LiveStation
  let officers: Page
  let bench: Page
  let device: Page

  beforeAll(async () => {
    browser = await launchChromium()
    station = await LiveStation.open({
      out,
      random: seededRandom(out),
      seed: `${out} device`,
      logger: silent,
      people: systemClock,
      displayPort: 0,
    })
    await station.started()
    const [first, second] = await Promise.all(PAGE_NAMES.map(open))
    if (first === undefined || second === undefined) throw new Error('two pages')
    officers = first
    bench = second
  })
  afterAll(async () => {
    await browser.close()
    for (const server of servers) await server.close()
    await station.end()
    rmSync(out, { recursive: true, force: true })
  })

  async function open(name: PageName): Promise<Page> {
    const server = await serveStationPage({ name, station, port: 0, opened: () => {} })
    servers.push(server)
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
    const page = await context.newPage()
    page.setDefaultTimeout(LONGEST_MS)
    page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`))
    await page.goto(server.newAddress())
    return page
  }

  /** Middle of an element of the device's screen, in the bench's window. */
  async function onGlass(id: string): Promise<{ x: number; y: number }> {
    await bench.locator(`.screen [data-id="${id}"]`).waitFor()
    const box = await bench.locator('.fingers').boundingBox()
    const rect = station.view().device.screen?.elements.find((element) => element.id === id)?.rect
    if (box === null || rect === undefined) throw new Error(`no ${id} on the glass`)
    const scale = box.width / GRID.width
    return {
      x: box.x + (rect.x + rect.width / 2) * scale,
      y: box.y + (rect.y + rect.height / 2) * scale,
    }
  }

  const typed = () => device.locator('[data-id="pin-count"]').innerText()

  test('say what to do first, and open the voting device in a window of its own', async () => {
    for (const page of [officers, bench])
      await page.getByText('Open the voting device’s address first').first().waitFor()
    const popup = officers.waitForEvent('popup')
    await officers.getByRole('link', { name: 'Open the voting device' }).click()
    device = await popup
    await officers.getByText('The polls are closed. Nobody has voted yet.').waitFor()
    await expect.poll(() => officers.getByRole('alert').count()).toBe(0)
  })

  test('let hands turn keys, put a card in and press on the glass with the mouse: only what was shown is taken', async () => {
    await bench.getByRole('switch', { name: 'Executive key: off' }).click()
    await officers.getByRole('switch', { name: 'Supervisory key: off' }).click()
    await bench.getByRole('button', { name: 'Insert: Executive’s card' }).click()
    const five = await onGlass('digit-5')
    const before = await typed()
    await bench.mouse.click(five.x, five.y)
    await expect.poll(typed).not.toBe(before)
    const once = await typed()
    // A finger that slides off presses nothing.
    const one = await onGlass('digit-1')
    await bench.mouse.move(five.x, five.y)
    await bench.mouse.down()
    await bench.mouse.move(one.x, one.y, { steps: 5 })
    await bench.mouse.up()
    // Two fingers, and a palm, neither.
    for (const many of ['Two fingers', 'A palm']) {
      await bench.getByRole('radio', { name: many }).check()
      await bench.mouse.click(five.x, five.y)
      await bench.waitForTimeout(1_200)
    }
    await bench.getByRole('radio', { name: 'One finger' }).check()
    expect(await typed()).toBe(once)
    // The device's own window is one more way to press here.
    await device.locator('[data-id="correct"]').click()
    await expect.poll(typed).toBe(before)
  })

  test('say why something cannot be done, and go on', async () => {
    await bench.getByRole('button', { name: 'Jam the knife' }).click()
    await bench.getByRole('button', { name: 'Free what is stuck' }).waitFor()
    await bench.getByRole('button', { name: 'Free what is stuck' }).click()
    await officers.getByRole('button', { name: 'Take out: Executive’s card' }).click()
    for (const key of ['Executive', 'Supervisory'])
      await officers.getByRole('switch', { name: `${key} key: on` }).click()
    await bench.getByRole('button', { name: 'Pull the plug of: Touchscreen' }).click()
    await officers.getByText('A part of the device does not answer, so nobody can vote.').waitFor()
    await bench.getByRole('button', { name: 'Put in the plug of: Touchscreen' }).click()
    await officers.getByText('The polls are closed. Nobody has voted yet.').waitFor()
  })

  test('come back after they are loaded again, and keep nobody out', async () => {
    for (const page of [officers, bench]) {
      await page.reload()
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      expect(await axeViolations(page)).toEqual([])
    }
    expect(complaints).toEqual([])
  })
})
