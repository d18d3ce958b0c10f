import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../browser/chromium.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { ServedDisplay } from '../../../browser/served-display.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

describeWith([CHROMIUM], 'the page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  test('shows what the device sends and passes on what is pressed', async () => {
    const served = await ServedDisplay.open(browser)
    expect(await served.show(typingScreen())).toBe(1)
    await served.page.mouse.click(100, 1050)
    await served.page.keyboard.press('۲')
    await served.settled()
    expect(served.taken).toEqual([
      { is: 'press', id: 'digit-1' },
      { is: 'press', id: 'digit-2' },
    ])
    expect(served.complaints).toEqual([])
    await served.close()
  })
})
