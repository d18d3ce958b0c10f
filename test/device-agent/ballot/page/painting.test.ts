import { createHash } from 'node:crypto'
import { createCanvas } from '@napi-rs/canvas'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Element } from '../../../../ui/screen.ts'
import { launchChromium } from '../../../browser/chromium.ts'
import { type DisplayBuild, realDisplay } from '../../../browser/display-build.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { ServedDisplay } from '../../../browser/served-display.ts'
import { weakenedDisplay } from '../../../browser/weakened-display.ts'
import type { Replacement } from '../../../end-to-end/weakened/build.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

const PNG = createCanvas(60, 80).toBuffer('image/png')
const PHOTO = createHash('sha256').update(PNG).digest('hex')
const picture: Element = {
  id: 'photo-12',
  role: 'picture',
  name: 'عکس زهرا رضایی',
  language: 'fa',
  direction: 'rtl',
  rect: { x: 40, y: 420, width: 300, height: 400 },
  size: 'small',
  photo: PHOTO,
  press: false,
}
const withPhoto = typingScreen({ elements: [...typingScreen().elements, picture] })

/** The page says that a screen is painted as soon as it knows of it. */
const acknowledgesAtOnce: Replacement = {
  file: 'device-agent/ballot/web/main.tsx',
  line: '  painted().then(',
  by: '  void painted().catch(() => {})\n  Promise.resolve().then(',
}

/** A browser that is too busy to draw. */
const HELD_FRAMES = `
  const drawn = requestAnimationFrame
  let held
  window.holdFrames = () => { held = [] }
  window.drawFrames = () => { const waiting = held; held = undefined; waiting.forEach((frame) => drawn(frame)) }
  window.requestAnimationFrame = (frame) => held === undefined ? drawn(frame) : held.push(frame)
`

/** Holds what matches back until it is let go. */
async function holdBack(page: Page, pattern: string): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  await page.route(pattern, async (route) => {
    await released
    await route.continue()
  })
  return release
}

describeWith([CHROMIUM], 'a screen', () => {
  let browser: Browser
  let served: ServedDisplay
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  afterEach(() => served.close())

  const open = (build: DisplayBuild, prepare?: (page: Page) => Promise<unknown>) => {
    const photos = new Map([[PHOTO, { bytes: PNG, type: 'image/png' }]])
    return ServedDisplay.open(browser, { build, photos, ...(prepare && { prepare }) })
  }

  /** Whether a screen is said to be painted though something of it is missing, and once it is not. */
  async function acknowledged(build: DisplayBuild, missing: string) {
    let release = () => {}
    served = await open(build, async (page) => {
      release = await holdBack(page, missing)
    })
    served.display.show(withPhoto)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = served.display.painted() !== undefined
    release()
    await expect.poll(() => served.display.painted() !== undefined).toBe(true)
    return before
  }

  describe.each([
    ['its photo', '**/photo/*'],
    ['its type', '**/*.woff2'],
  ])('without %s', (_, missing) => {
    test('is not said to be painted until it is there', async () => {
      expect(await acknowledged(await realDisplay(), missing)).toBe(false)
      expect(served.lost).toEqual([])
    })

    test('is said to be painted by a page that acknowledges at once', async () => {
      expect(await acknowledged(await weakenedDisplay(acknowledgesAtOnce), missing)).toBe(true)
    })

    test('that never comes is a dead display: nothing counts', async () => {
      served = await open(await realDisplay(), (page) => page.route(missing, (route) => route.abort()))
      await expect(served.show(withPhoto)).rejects.toThrow('a screen was not painted in time')
      await served.page.mouse.click(190, 1070)
      expect(served.taken).toEqual([])
    })
  })

  test('that is followed by another before it was painted is never said to be painted', async () => {
    served = await open(await realDisplay())
    for (let i = 0; i < 20; i += 1) served.display.show(typingScreen({ name: `voter.${i}` }))
    await expect.poll(() => served.display.painted()?.revision).toBe(20)
    expect(served.lost).toEqual([])
  })

  test.each([
    ['is not said to be painted while no frame is drawn', realDisplay, false],
    ['is said to be by a page that acknowledges at once', () => weakenedDisplay(acknowledgesAtOnce), true],
  ])('%s', async (_, build, expected) => {
    served = await open(await build(), (page) => page.addInitScript(HELD_FRAMES))
    await served.page.evaluate('holdFrames()')
    served.display.show(typingScreen())
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(served.display.painted() !== undefined).toBe(expected)
    await served.page.evaluate('drawFrames()')
    await expect.poll(() => served.display.painted() !== undefined).toBe(true)
  })
})

describeWith([CHROMIUM], 'the page', () => {
  let browser: Browser
  let served: ServedDisplay
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  afterEach(() => served.close())

  const name = (page: Page) => page.locator('main').getAttribute('data-name')

  test('says that nothing is connected until the device sends a screen, and whenever its line is lost', async () => {
    served = await ServedDisplay.open(browser)
    expect(await name(served.page)).toBe('display.lost')
    await served.show(typingScreen())
    expect(await name(served.page)).toBe('voter.choosing')
    served.display.close()
    await expect.poll(() => name(served.page)).toBe('display.lost')
    expect(await served.page.locator('main').textContent()).not.toContain('۱۲')
    await served.page.mouse.click(190, 1070)
    await served.reconnect()
    await served.show(typingScreen())
    expect(await name(served.page)).toBe('voter.choosing')
    await served.settled()
    expect(served.taken).toEqual([])
    expect(served.complaints).toEqual([])
  })

  test('shows the screen again after it was loaded anew', async () => {
    served = await ServedDisplay.open(browser)
    await served.show(typingScreen())
    await served.page.reload()
    await expect.poll(() => served.lost).toEqual(['the page is gone'])
    await served.reconnect()
    served.lost.length = 0
    await served.show(typingScreen())
    await served.page.keyboard.press('1')
    await served.settled()
    expect(served.taken).toEqual([{ is: 'press', id: 'digit-1' }])
  })

  test('gives way to a second page of the same browser and does not come back', async () => {
    served = await ServedDisplay.open(browser)
    await served.show(typingScreen())
    const first = served.page
    const second = await served.context.newPage()
    await second.goto(first.url())
    await expect.poll(() => name(first)).toBe('display.lost')
    expect(await first.locator('main').textContent()).toContain('پنجرهٔ دیگری')
    expect(served.lost).toEqual(['another page took its place'])
    await served.reconnect()
    served.lost.length = 0
    await served.show(typingScreen())
    expect(await name(second)).toBe('voter.choosing')
    await first.mouse.click(190, 1070)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(await name(first)).toBe('display.lost')
    expect(served.taken).toEqual([])
    expect(served.lost).toEqual([])
  })

  test('takes nothing for a screen that is none: the line is closed and begun anew', async () => {
    served = await ServedDisplay.open(browser)
    const elements = [{ ...picture, photo: '../../etc/passwd' }]
    served.display.show({ ...withPhoto, elements })
    await expect.poll(() => served.lost).toEqual(['the page is gone'])
    await served.reconnect()
    served.lost.length = 0
    await served.show(typingScreen())
    expect(await name(served.page)).toBe('voter.choosing')
  })
})
