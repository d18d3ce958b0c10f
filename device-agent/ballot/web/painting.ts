/** When a screen is really to be seen. What cannot be shown as it should be is never said to be, but for a photo: nobody's vote waits for a face. */

/** The weights that screens are drawn in (`ui/web/fonts.css`). */
const FONTS = ['400 1em Vazirmatn', '700 1em Vazirmatn']

/** Resolves once the type is there; rejects if it does not come, and nothing counts as painted then. */
const fonts = Promise.all(
  FONTS.map(async (font) => {
    const faces = await document.fonts.load(font)
    if (faces.length === 0) throw new Error(`no font for ${font}`)
  }),
)

/** Resolves once what stands in the document now is painted, with its type and with each photo that is a picture. */
export async function painted(): Promise<void> {
  await fonts
  await Promise.all([...document.images].map((image) => image.decode().catch(() => hide(image))))
  // The first frame that begins from here on paints it; when the next begins, that one was given to the screen.
  await nextFrame()
  await nextFrame()
}

/** Unseen, but not gone: who hears the screen is still told whose photo belongs there. */
function hide(image: HTMLImageElement): void {
  image.style.opacity = '0'
}

function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame)
}
