import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../browser/chromium.ts'
import { TouchingFingers } from '../../../browser/fingers.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { ServedDisplay } from '../../../browser/served-display.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

type Place = readonly [x: number, y: number]
/** Middles of keys, on the grid and in a window of its size. */
const ONE: Place = [190, 1070]
const TWO: Place = [510, 1070]
const REVIEW: Place = [830, 1070]
const NOWHERE: Place = [540, 600]

describeWith([CHROMIUM], 'the page', () => {
  let browser: Browser
  let served: ServedDisplay
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  afterEach(() => served.close())

  /** What the agent took of all that happened, and how often it refused. */
  async function taken() {
    await served.settled()
    return { taken: served.taken, refused: served.display.refusedInputs }
  }
  const pressed = (...ids: readonly string[]) => ({
    taken: ids.map((id) => ({ is: 'press', id })),
    refused: 0,
  })
  const nothing = pressed()

  describe('told by a finger', () => {
    let fingers: TouchingFingers
    const open = async () => {
      served = await ServedDisplay.open(browser)
      fingers = await TouchingFingers.on(served.page)
      await served.show(typingScreen())
    }

    test('passes on a press: down and up on one element', async () => {
      await open()
      await fingers.tap(...ONE)
      await fingers.put(1, ...TWO)
      await fingers.put(1, TWO[0] + 40, TWO[1] + 10)
      await fingers.lift(1)
      expect(await taken()).toEqual(pressed('digit-1', 'digit-2'))
    })

    test('passes on nothing where nothing can be pressed', async () => {
      await open()
      await fingers.tap(...NOWHERE)
      await fingers.tap(...REVIEW)
      expect(await taken()).toEqual(nothing)
    })

    test('passes on nothing of a finger that slides off, or on', async () => {
      await open()
      for (const [from, to] of [
        [ONE, TWO],
        [ONE, NOWHERE],
        [NOWHERE, ONE],
      ] satisfies [Place, Place][]) {
        await fingers.put(1, ...from)
        await fingers.put(1, ...to)
        await fingers.lift(1)
      }
      expect(await taken()).toEqual(nothing)
    })

    test('passes on nothing of two fingers, whichever is lifted first, and the next press alone counts', async () => {
      await open()
      for (const first of [1, 2]) {
        await fingers.put(1, ...ONE)
        await fingers.put(2, ...TWO)
        await fingers.lift(first)
        await fingers.lift(3 - first)
      }
      expect(await taken()).toEqual(nothing)
      await fingers.tap(...TWO)
      expect(await taken()).toEqual(pressed('digit-2'))
    })

    test('passes on nothing of a touch that the browser takes for something else', async () => {
      await open()
      await fingers.put(1, ...ONE)
      await fingers.cancel()
      expect(await taken()).toEqual(nothing)
      await fingers.tap(...ONE)
      expect(await taken()).toEqual(pressed('digit-1'))
    })

    test('passes on nothing of a finger that was set down on another screen, though the same key is there', async () => {
      await open()
      await fingers.put(1, ...ONE)
      await served.show(typingScreen({ name: 'voter.finding' }))
      await fingers.lift(1)
      expect(await taken()).toEqual(nothing)
      await fingers.tap(...ONE)
      expect(await taken()).toEqual(pressed('digit-1'))
    })
  })

  describe('told by a mouse', () => {
    test('passes on its main button alone', async () => {
      served = await ServedDisplay.open(browser)
      await served.show(typingScreen())
      await served.page.mouse.click(...ONE, { button: 'middle' })
      await served.page.mouse.click(...ONE, { button: 'right' })
      await served.page.mouse.dblclick(...TWO)
      expect(await taken()).toEqual(pressed('digit-2', 'digit-2'))
    })

    test('passes on what the agent refuses where the package allows no pointer', async () => {
      served = await ServedDisplay.open(browser, { inputs: { pointer: false, keyboard: true } })
      await served.show(typingScreen())
      await served.page.mouse.click(...ONE)
      expect(await taken()).toEqual({ taken: [], refused: 1 })
    })
  })

  describe('told by a keyboard', () => {
    /** A key as a keyboard of another script sends it. */
    const type = (key: string) =>
      served.page.evaluate(
        `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }))`,
      )

    test('takes digits of three scripts and the correction key for what has that name, if it can be pressed', async () => {
      served = await ServedDisplay.open(browser)
      const elements = typingScreen().elements.map((element) =>
        element.id === 'finish' ? { ...element, id: 'correct' } : element,
      )
      await served.show(typingScreen({ elements }))
      for (const key of ['1', '۲', '١', '3', 'Backspace', 'a', 'ب', 'F', '½', '²', '12']) await type(key)
      expect(await taken()).toEqual(pressed('digit-1', 'digit-2', 'digit-1', 'correct'))
    })

    test('moves and uses the focus by keys and switches, forward as the script runs', async () => {
      served = await ServedDisplay.open(browser)
      const keys = [
        ['Tab', 'next'],
        ['Shift+Tab', 'previous'],
        ['Space', 'next'],
        ['ArrowDown', 'next'],
        ['ArrowUp', 'previous'],
        ['ArrowLeft', 'next'],
        ['ArrowRight', 'previous'],
        ['Enter', 'choose'],
      ] as const
      await served.show(typingScreen({ focus: 'digit-1' }))
      for (const [key] of keys) await served.page.keyboard.press(key)
      expect(await taken()).toEqual({ taken: keys.map(([, key]) => ({ is: 'switch', key })), refused: 0 })
      await served.show(typingScreen({ direction: 'ltr', language: 'en' }))
      served.taken.length = 0
      await served.page.keyboard.press('ArrowLeft')
      await served.page.keyboard.press('ArrowRight')
      expect(served.taken).toEqual([
        { is: 'switch', key: 'previous' },
        { is: 'switch', key: 'next' },
      ])
    })

    test('takes no key with another held down, and none that repeats because it is held', async () => {
      served = await ServedDisplay.open(browser)
      await served.show(typingScreen())
      for (const key of ['Control+1', 'Alt+1', 'Meta+1', 'Control+Enter'])
        await served.page.keyboard.press(key)
      await served.page.keyboard.down('1')
      await served.page.keyboard.down('1')
      await served.page.keyboard.down('1')
      await served.page.keyboard.up('1')
      expect(await taken()).toEqual(pressed('digit-1'))
    })

    test('passes on what the agent refuses where the package allows no keyboard', async () => {
      served = await ServedDisplay.open(browser, { inputs: { pointer: true, keyboard: false } })
      await served.show(typingScreen())
      await served.page.keyboard.press('1')
      await served.page.keyboard.press('Enter')
      expect(await taken()).toEqual({ taken: [], refused: 2 })
    })
  })

  test('passes on a click of assistive technology, and only where a button is', async () => {
    served = await ServedDisplay.open(browser)
    await served.show(typingScreen())
    for (const name of ['۱', 'بازبینی', 'پایان']) {
      await served.page.getByRole('button', { name }).evaluate((node) => node.click())
    }
    await served.page.getByRole('heading').evaluate((node) => node.click())
    expect(await taken()).toEqual({ ...pressed('digit-1', 'finish'), refused: 1 })
  })
})
