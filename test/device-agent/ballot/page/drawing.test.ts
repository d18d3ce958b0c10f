import { createHash } from 'node:crypto'
import { createCanvas } from '@napi-rs/canvas'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Element, GRID, paintOf, textRect } from '../../../../ui/screen.ts'
import { CONTRASTS, LINE_HEIGHT, TEXT_LEVELS, TEXT_SIZE } from '../../../../ui/tokens.ts'
import { axeViolations } from '../../../browser/axe.ts'
import { launchChromium } from '../../../browser/chromium.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { ServedDisplay } from '../../../browser/served-display.ts'
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
const english: Element = {
  id: 'latin',
  role: 'text',
  name: 'A name in English',
  language: 'en',
  direction: 'ltr',
  rect: { x: 400, y: 420, width: 640, height: 100 },
  size: 'small',
  press: false,
}
const banner: Element = {
  ...english,
  id: 'rehearsal-en',
  role: 'status',
  emphasis: 'rehearsal',
  rect: { x: 0, y: 0, width: 540, height: 90 },
}
const usual = typingScreen()
const screen = { ...usual, elements: [banner, ...usual.elements, picture, english] }

/** What stands in the page for each element, in the order in which it stands there. */
async function drawn(page: Page) {
  return page.locator('main > *').evaluateAll((nodes) =>
    nodes.map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect()
      const style = node.ownerDocument.defaultView?.getComputedStyle(node)
      const {
        fontSize,
        lineHeight,
        fontWeight,
        fontFamily,
        color,
        backgroundColor,
        paddingLeft,
        borderLeftWidth,
      } = style ?? {}
      return {
        id: node.getAttribute('data-id'),
        tag: node.tagName.toLowerCase(),
        role: node.getAttribute('role'),
        text: node.getAttribute('alt') ?? node.textContent,
        lang: node.getAttribute('lang'),
        dir: node.getAttribute('dir'),
        disabled: node.hasAttribute('disabled'),
        rect: { x, y, width, height },
        inside: Number.parseFloat(String(paddingLeft)) + Number.parseFloat(String(borderLeftWidth)),
        font: { fontSize, lineHeight, fontWeight, fontFamily },
        colours: { color, backgroundColor },
      }
    }),
  )
}

describeWith([CHROMIUM], 'the page draws', () => {
  let browser: Browser
  let served: ServedDisplay
  const open = async (viewport?: { width: number; height: number }) => {
    const photos = new Map([[PHOTO, { bytes: PNG, type: 'image/png' }]])
    served = await ServedDisplay.open(browser, { photos, ...(viewport && { viewport }) })
  }
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(() => served.close())
  afterAll(() => browser.close())

  test('each element where it is, as what it is, in the order in which they are read', async () => {
    await open()
    await served.show(screen)
    const nodes = await drawn(served.page)
    const tags = { heading: 'h1', text: 'p', button: 'button', status: 'p', 'list-item': 'p', picture: 'img' }
    expect(nodes.map(({ font, colours, inside, ...node }) => node)).toEqual(
      screen.elements.map(({ id, role, name, language, direction, rect, enabled }) => ({
        id,
        tag: tags[role],
        role: role === 'status' ? 'status' : null,
        text: name,
        lang: language,
        dir: direction,
        disabled: enabled === false,
        rect,
      })),
    )
    const main = served.page.locator('main')
    expect(await main.getAttribute('lang')).toBe('fa')
    expect(await main.getAttribute('dir')).toBe('rtl')
    expect(served.complaints).toEqual([])
  })

  test.each(TEXT_LEVELS)('texts in the size of their level: %i', async (textLevel) => {
    await open()
    await served.show({ ...screen, look: { textLevel, contrast: 'light' } })
    for (const [i, { font, inside }] of (await drawn(served.page)).entries()) {
      const element = screen.elements[i]
      if (element === undefined) throw new Error('more is drawn than there is')
      const size = TEXT_SIZE[element.size][textLevel]
      expect(Number.parseFloat(String(font.fontSize))).toBe(size)
      expect(Number.parseFloat(String(font.lineHeight))).toBeCloseTo(size * LINE_HEIGHT, 2)
      expect(font.fontWeight).toBe(['heading', 'button'].includes(element.role) ? '700' : '400')
      expect(font.fontFamily).toMatch(/^Vazirmatn\b/)
      expect(element.rect.x + inside).toBe(textRect(element).x)
    }
  })

  test.each(Object.keys(CONTRASTS) as (keyof typeof CONTRASTS)[])(
    'in the colours of a contrast: %s',
    async (contrast) => {
      await open()
      await served.show({ ...screen, look: { textLevel: 2, contrast } })
      const expected = screen.elements.map((element) => {
        const { ink, ground } = CONTRASTS[contrast][paintOf(element)]
        return { color: rgb(ink), backgroundColor: rgb(ground) }
      })
      expect((await drawn(served.page)).map(({ colours }) => colours)).toEqual(expected)
      expect(await axeViolations(served.page)).toEqual([])
    },
  )

  test.each([
    ['smaller', { width: 540, height: 960 }],
    ['wider', { width: 1920, height: 1080 }],
    ['narrower', { width: 300, height: 1000 }],
  ])('the whole grid scaled into a window that is %s', async (_, viewport) => {
    await open(viewport)
    await served.show(screen)
    const scale = Math.min(viewport.width / GRID.width, viewport.height / GRID.height)
    const left = (viewport.width - GRID.width * scale) / 2
    const top = (viewport.height - GRID.height * scale) / 2
    for (const [i, { rect }] of (await drawn(served.page)).entries()) {
      const { x, y, width, height } = screen.elements[i]?.rect ?? { x: 0, y: 0, width: 0, height: 0 }
      expect(rect.x).toBeCloseTo(left + x * scale, 1)
      expect(rect.y).toBeCloseTo(top + y * scale, 1)
      expect(rect.width).toBeCloseTo(width * scale, 1)
      expect(rect.height).toBeCloseTo(height * scale, 1)
    }
    await served.page.mouse.click(left + 100 * scale, top + 1050 * scale)
    await served.settled()
    expect(served.taken).toEqual([{ is: 'press', id: 'digit-1' }])
  })

  test('the focus where the screen has it, framed, and none where it has none', async () => {
    await open()
    const focused = () => served.page.evaluate('document.activeElement.dataset.id')
    const framed = () =>
      served.page
        .locator('main > *')
        .evaluateAll((nodes) =>
          nodes.flatMap((node) =>
            node.ownerDocument.defaultView?.getComputedStyle(node).outlineStyle === 'solid'
              ? [node.getAttribute('data-id')]
              : [],
          ),
        )
    await served.show({ ...screen, focus: 'digit-2' })
    expect([await focused(), await framed()]).toEqual(['digit-2', ['digit-2']])
    await served.show({ ...screen, focus: 'finish' })
    expect([await focused(), await framed()]).toEqual(['finish', ['finish']])
    await served.show(screen)
    expect([await focused(), await framed()]).toEqual([undefined, []])
  })

  test('what changed, and leaves what stayed: a live region speaks, the rest keeps still', async () => {
    await open()
    await served.show(screen)
    await served.page.evaluate('window.kept = [...document.querySelectorAll("main > *")]')
    const elements = screen.elements.map((element) =>
      element.id === 'entry' ? { ...element, name: 'کدی که می‌زنید: ۱۲۳' } : element,
    )
    await served.show({ ...screen, elements })
    expect(
      await served.page.evaluate(
        '[...document.querySelectorAll("main > *")].every((node, i) => node === kept[i])',
      ),
    ).toBe(true)
    expect(await served.page.locator('[role=status][data-id=entry]').textContent()).toContain('۱۲۳')
  })

  test('photos of the package, and only what is really there', async () => {
    await open()
    await served.show(screen)
    const image = served.page.locator('img')
    expect(await image.evaluate((node) => node.naturalWidth)).toBe(60)
    expect(await image.getAttribute('src')).toBe(`/photo/${PHOTO}`)
  })

  test('nothing on paper', async () => {
    await open()
    await served.show(screen)
    await served.page.emulateMedia({ media: 'print' })
    expect(await served.page.locator('main').isVisible()).toBe(false)
  })
})

/** `#1b1464` as a browser computes it. */
function rgb(colour: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return `rgb(${parts.join(', ')})`
}
