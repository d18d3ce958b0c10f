/** The one typeface of screens and paper, Vazirmatn: shapes Persian and Latin alike. */
import { createRequire } from 'node:module'
import { createCanvas, GlobalFonts } from '@napi-rs/canvas'
import type { Measure } from './text-layout.ts'

/** Where the typeface's files lie. */
export interface FontFiles {
  readonly regular: string
  readonly bold: string
}

/** A typeface that the canvas knows, by its family names there. */
export interface Fonts {
  readonly regular: string
  readonly bold: string
}

/** The files of the `vazirmatn` package that is installed beside this one. */
export function installedFontFiles(): FontFiles {
  const { resolve } = createRequire(import.meta.url)
  return {
    regular: resolve('vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf'),
    bold: resolve('vazirmatn/fonts/ttf/Vazirmatn-Bold.ttf'),
  }
}

/** The same files as pages take them, WOFF2. */
export function installedWebFonts(): FontFiles {
  const { resolve } = createRequire(import.meta.url)
  return {
    regular: resolve('vazirmatn/fonts/webfonts/Vazirmatn-Regular.woff2'),
    bold: resolve('vazirmatn/fonts/webfonts/Vazirmatn-Bold.woff2'),
  }
}

/** Which file a family was read from last: the library reads one anew whenever it is told of it, and keeps both. */
const known = new Map<string, string>()

/**
 * Makes the files known to the canvas library, whose register is its own. Weights are families of their own, so that no other
 * weight is ever taken instead. Throws if a file is missing or no font: nothing can be printed without.
 */
export function registerFonts(files: FontFiles): Fonts {
  const fonts: Fonts = { regular: 'Sandogh Regular', bold: 'Sandogh Bold' }
  for (const weight of ['regular', 'bold'] as const) {
    if (known.get(fonts[weight]) === files[weight]) continue
    if (GlobalFonts.registerFromPath(files[weight], fonts[weight]) === null) {
      throw new Error(`no font in ${files[weight]}`)
    }
    known.set(fonts[weight], files[weight])
  }
  return fonts
}

/** The CSS font of a text of that height. */
export function fontOf(fonts: Fonts, size: number, bold: boolean): string {
  return `${size}px "${bold ? fonts.bold : fonts.regular}"`
}

/** Measures with the same shaper that draws. */
export function measureWith(fonts: Fonts): Measure {
  const context = createCanvas(1, 1).getContext('2d')
  return (text, size, bold) => {
    context.font = fontOf(fonts, size, bold)
    return context.measureText(text).width
  }
}
