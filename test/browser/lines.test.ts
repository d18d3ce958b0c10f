/** What is measured without a browser is what a browser draws: a text never takes more lines on a screen than the layout has room for. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAMILY_NAMES, FIRST_NAMES } from '../../demo/elections/tehran-names.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { VOTER_LANGUAGES } from '../../ui/strings/voter/languages.ts'
import { directionOf, tagOf } from '../../ui/strings.ts'
import { textLines } from '../../ui/text-layout.ts'
import { LINE_HEIGHT, TEXT_LEVELS, TEXT_SIZE } from '../../ui/tokens.ts'
import { launchChromium } from './chromium.ts'

const measure = measureWith(registerFonts(installedFontFiles()))
const WIDTHS = [290, 640]
const SIZES = [
  ...new Set(Object.values(TEXT_SIZE).flatMap((size) => TEXT_LEVELS.map((level) => size[level]))),
]

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage()
  const face = (weight: number, file: string) => {
    const bytes = readFileSync(
      createRequire(import.meta.url).resolve(`vazirmatn/fonts/webfonts/${file}.woff2`),
    )
    const source = `data:font/woff2;base64,${bytes.toString('base64')}`
    return `@font-face { font-family: Vazirmatn; font-weight: ${weight}; src: url("${source}") }`
  }
  await page.setContent(`<style>${face(400, 'Vazirmatn-Regular')} ${face(700, 'Vazirmatn-Bold')}
    p { position: absolute; margin: 0; font-family: Vazirmatn; line-height: ${LINE_HEIGHT}; overflow-wrap: anywhere }</style>`)
  await page.evaluate(
    `Promise.all([400, 700].map((weight) => document.fonts.load(weight + ' 40px Vazirmatn', 'ا')))`,
  )
})
afterAll(() => browser.close())

interface Style {
  readonly px: number
  readonly width: number
  readonly bold: boolean
  readonly lang: string
  readonly dir: string
}

/** How many lines a browser makes of each text. */
async function linesDrawn(
  texts: readonly string[],
  { px, width, bold, lang, dir }: Style,
): Promise<readonly number[]> {
  const given = {
    texts,
    lang,
    dir,
    style: `font-size: ${px}px; width: ${width}px; font-weight: ${bold ? 700 : 400}`,
  }
  const heights = await page.evaluate<readonly number[]>(`(({ texts, lang, dir, style }) => {
    const drawn = texts.map((textContent) => Object.assign(document.createElement('p'), { textContent, lang, dir, style }))
    document.body.replaceChildren(...drawn)
    return drawn.map((element) => element.getBoundingClientRect().height)
  })(${JSON.stringify(given)})`)
  return heights.map((height) => Math.round(height / (px * LINE_HEIGHT)))
}

async function tooLong(texts: readonly string[], lang: string, dir: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const px of SIZES) {
    for (const width of WIDTHS) {
      for (const bold of [false, true]) {
        const drawn = await linesDrawn(texts, { px, width, bold, lang, dir })
        for (const [i, text] of texts.entries()) {
          const room = textLines(measure, text, width, px, bold).length
          if ((drawn[i] ?? 0) > room)
            found.push(`${drawn[i]} for ${room} lines of ${width}: ${px} px ${text}`)
        }
      }
    }
  }
  return found
}

test.each(VOTER_LANGUAGES)('of the texts in $language', async ({ language, texts }) => {
  const filled = Object.values(texts).map((text) => text.replaceAll(/\{[a-z]+\}/g, '۱۲۳'))
  expect(await tooLong(filled, tagOf(language), directionOf(language))).toEqual([])
})

test.each(['fa', 'en'] as const)('of names in %s', async (language) => {
  const names = FAMILY_NAMES.map(
    (family, i) => `${FIRST_NAMES[i % FIRST_NAMES.length]?.[language]} ${family[language]}`,
  )
  expect(await tooLong(names, language, directionOf(language))).toEqual([])
})
