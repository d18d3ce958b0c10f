/**
 * ImageCast X (Halderman and Springall, "Security Analysis of Georgia's ImageCast X Ballot Marking Devices", 2021): whoever stands before the machine
 * gets behind its screen, and there has a whole computer. Here somebody who votes has the touchscreen, at worst a keyboard and a mouse. None of their
 * keys, gestures and drops leaves the page, and neither does its crash.
 */
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { afterEach, expect, test } from 'vitest'
import { GRID } from '../../ui/screen.ts'
import { type DisplayBuild, realDisplay } from '../browser/display-build.ts'
import { KioskDevice } from '../browser/kiosk-device.ts'
import { typingScreen } from '../browser/screens.ts'
import { weakenedDisplay } from '../browser/weakened-display.ts'
import type { Replacement } from '../end-to-end/weakened/build.ts'
import { CHROMIUM, describeWith, XDOTOOL, XVFB } from '../oracles/needs.ts'

/** All that browsers and window managers are known to listen to. */
const KEYS = [
  ...[
    't',
    'n',
    'w',
    'p',
    'o',
    's',
    'u',
    'j',
    'f',
    'g',
    'h',
    'l',
    'k',
    'e',
    'r',
    'd',
    'q',
    'a',
    'c',
    'v',
    '1',
    '9',
  ].map((key) => `ctrl+${key}`),
  ...['t', 'n', 'w', 'i', 'j', 'c', 'o', 'b', 'm', 'p', 'q', 'a', 'Delete'].map((key) => `ctrl+shift+${key}`),
  ...['plus', 'minus', '0', 'Tab', 'shift+Tab', 'Next', 'Prior', 'F4', 'F5'].map((key) => `ctrl+${key}`),
  ...['Left', 'Right', 'Home', 'd', 'e', 'f', 'F4', 'space', 'Tab', 'F2'].map((key) => `alt+${key}`),
  ...Array.from({ length: 12 }, (_, i) => `F${i + 1}`),
  ...['Escape', 'shift+Escape', 'Menu', 'shift+F10', 'super', 'Print', 'ctrl+alt+t', 'ctrl+alt+Delete'],
  ...['XF86Back', 'XF86Forward', 'XF86Refresh', 'XF86HomePage', 'XF86Search', 'XF86Mail', 'XF86WWW'],
  ...['Page_Down', 'End', 'Home', 'Delete', 'Insert'],
]

/** A page that something else covers stays. */
const staysBehind: Replacement = {
  file: 'device-agent/ballot/web/main.tsx',
  line: "if (isCovered && location.hash === '#kiosk') line.leave()",
  by: 'void isCovered',
}

/** The kiosk is any window of a browser, the page leaves keys to it, and stays behind what they open. */
const browserKeepsItsKeys: readonly Replacement[] = [
  { file: 'device-agent/ballot/page/kiosk-browser.ts', line: "    '--kiosk',\n", by: '' },
  {
    file: 'device-agent/ballot/web/main.tsx',
    line: '    event.preventDefault()\n    const press = keyPress(event, seen)',
    by: '    const press = keyPress(event, seen)',
  },
  staysBehind,
]
/** The page leaves the mouse, and what is dropped, to the browser. */
const browserKeepsItsMouse: Replacement = {
  file: 'device-agent/ballot/web/lock.ts',
  line: 'event.preventDefault()',
  by: 'void event',
}

/** The page does not ask the browser not to offer its translation. */
const offersTranslation: Replacement = {
  file: 'device-agent/ballot/web/index.html',
  line: '    <meta name="google" content="notranslate" />\n',
  by: '',
}
/** A browser whose page has crashed is given time to mend itself. */
const waitsForCrashedPage: Replacement = {
  file: 'device-agent/ballot/page/kiosk.ts',
  line: "if (state === 'left') this.#end('its page is gone', 'SIGKILL')",
  by: "if (state === 'left') this.#wait(BACK_MS, () => this.#end('its page is gone', 'SIGKILL'))",
}

const ADDRESS = /^http:\/\/127\.0\.0\.1:\d+\/#kiosk$/
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let device: KioskDevice
afterEach(() => device.close())

async function start(build: DisplayBuild, before?: string): Promise<void> {
  device = await KioskDevice.start({ build, screen: typingScreen(), ...(before !== undefined && { before }) })
  await expect.poll(() => device.painted, { timeout: 30_000 }).toBeDefined()
  device.x.moveTo(540, 700)
}

/** What the browser shows: its pages, windows, the size in which the page is seen, and what of it is selected. */
async function shown() {
  const pages = await device.pages()
  const view = await device.look((page) =>
    page.evaluate(
      '[innerWidth, innerHeight, devicePixelRatio, visualViewport.scale, scrollX, scrollY, history.length, String(getSelection())].join()',
    ),
  )
  return { pages, view, windows: device.x.windows() }
}

describeWith([CHROMIUM, XVFB, XDOTOOL], 'the kiosk', () => {
  /** How many pixels of the glass are not those of the page. */
  async function foreignPixels(): Promise<number> {
    device.x.moveTo(GRID.width, GRID.height)
    const image = await loadImage(await device.look((page) => page.screenshot()))
    const canvas = createCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    const { pixels, width } = device.x.picture()
    let foreign = 0
    // The mouse is in the corner.
    for (let y = 0; y < image.height - 40; y += 1) {
      for (let x = 0; x < image.width; x += 1) {
        const here = (y * image.width + x) * 4
        const there = (y * width + x) * 4
        const isSame = [0, 1, 2].every((part) => data[here + part] === pixels[there + 2 - part])
        if (!isSame) foreign += 1
      }
    }
    return foreign
  }

  test('shows the page and nothing of the browser: no bar, bubble or offer lies over it', async () => {
    await start(await realDisplay())
    await pause(2_000)
    expect(await foreignPixels()).toBe(0)
  })

  test('shows an offer to translate over a page that does not forbid it', async () => {
    await start(await weakenedDisplay(offersTranslation))
    await expect.poll(foreignPixels, { timeout: 20_000 }).toBeGreaterThan(1_000)
  })

  test('is left by no key', async () => {
    await start(await realDisplay())
    const before = await shown()
    expect(before.pages).toEqual([expect.stringMatching(ADDRESS)])
    for (const key of KEYS) {
      device.x.press(key)
      await pause(60)
      expect(await device.pages(), key).toEqual(before.pages)
    }
    await pause(500)
    expect(await shown()).toEqual(before)
    device.taken.length = 0
    device.x.press('2')
    await expect.poll(() => device.taken).toEqual([{ is: 'press', id: 'digit-2' }])
    expect(device.connections).toBe(1)
  })

  test('is left by the first of many keys where the browser keeps its own', async () => {
    await start(await weakenedDisplay(...browserKeepsItsKeys))
    device.x.press('ctrl+t')
    await expect.poll(() => device.pages().then(({ length }) => length)).toBe(2)
  })

  test('is left by no button of a mouse, no wheel and no dragging', async () => {
    await start(await realDisplay())
    const before = await shown()
    for (const button of [2, 3, 8, 9, 2, 3, 4, 5, 6, 7]) {
      device.x.click(button)
      await pause(100)
    }
    for (const [key, button] of [
      ['ctrl', 4],
      ['ctrl', 5],
      ['ctrl', 1],
      ['shift', 1],
      ['shift', 3],
      ['alt', 1],
    ] as const) {
      device.x.clickWith(key, button)
      await pause(100)
    }
    for (const [x, y] of [
      [540, 1070],
      [900, 120],
      [190, 1070],
    ] as const) {
      device.x.moveTo(900, 340)
      device.x.drag(x, y)
    }
    await pause(500)
    expect(await shown()).toEqual(before)
  })

  test('is changed by a wheel turned with a key held where the browser keeps its mouse', async () => {
    await start(await weakenedDisplay(browserKeepsItsMouse))
    const before = await shown()
    device.x.clickWith('ctrl', 4)
    await expect.poll(async () => (await shown()).view).not.toBe(before.view)
  })

  const dropFile = () =>
    device.look(async (page) => {
      const session = await page.context().newCDPSession(page)
      const data = { items: [], files: ['/etc/hostname'], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await session.send('Input.dispatchDragEvent', { type, x: 540, y: 700, data })
      }
    })

  test('is left by no file that is dropped on it', async () => {
    await start(await realDisplay())
    await dropFile()
    await pause(1_000)
    expect(await device.pages()).toEqual([expect.stringMatching(ADDRESS)])
  })

  test('is left by nothing that a script of the page could do: window, dialogue, printing, download, another address', async () => {
    await start(await realDisplay())
    const before = await shown()
    const attempts = [
      "window.open('http://127.0.0.1:1/')",
      "window.open('about:blank')",
      'print()',
      "alert('x')",
      "confirm('x')",
      'document.documentElement.requestFullscreen().catch(() => {})',
      "location.href = 'file:///etc/passwd'",
      "location.href = 'chrome://settings'",
      "location.href = 'view-source:' + location.href",
      "Object.assign(document.createElement('a'), { href: '/photo/x', download: 'x' }).click()",
      "Object.assign(document.createElement('a'), { href: 'http://127.0.0.1:1/', target: '_blank' }).click()",
      "navigator.clipboard?.writeText('x').catch(() => {})",
    ]
    for (const attempt of attempts) {
      await device.look((page) => page.evaluate(`(() => { ${attempt} })()`).catch(() => {}))
      await pause(150)
      expect(await device.pages(), attempt).toEqual(before.pages)
    }
    expect((await shown()).windows).toBe(before.windows)
    expect(device.connections).toBe(1)
  })

  /** Crashes the page, presses keys while the browser has none, and gives the pages that were to be seen meanwhile. */
  async function pagesAfterCrash(): Promise<readonly (readonly string[])[]> {
    for (const pid of device.processes('renderer')) process.kill(pid, 'SIGKILL')
    const seen: (readonly string[])[] = []
    for (const key of ['ctrl+t', 'ctrl+n', 'ctrl+shift+n', 'alt+Home', 'F1', 'ctrl+o', 'ctrl+p']) {
      device.x.press(key)
      await pause(100)
      // A browser that is gone shows nothing.
      seen.push(await device.pages().catch(() => []))
    }
    return seen
  }

  test('comes back by itself when its page crashes, and nothing that keys opened meanwhile stays', async () => {
    await start(await realDisplay())
    await pagesAfterCrash()
    // The next browser takes keys for itself until its page is there; what they opened ends that one too.
    const answer = async () => {
      device.x.press('1')
      await pause(300)
      return { pages: await device.pages().catch(() => []), taken: device.taken.at(-1) }
    }
    await expect.poll(answer, { timeout: 60_000 }).toEqual({
      pages: [expect.stringMatching(ADDRESS)],
      taken: { is: 'press', id: 'digit-1' },
    })
    expect(device.connections).toBeGreaterThan(1)
  })

  /** What keys do that come before the page holds them; they are opened here by the debugger, at a moment of the test's own. */
  const openAnother = () =>
    device.look(async (page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('Target.createTarget', { url: 'about:blank' })
    })

  test('comes back by itself when something else covers its page', async () => {
    await start(await realDisplay())
    await openAnother()
    await expect.poll(() => device.connections, { timeout: 30_000 }).toBe(2)
    await expect.poll(() => device.painted, { timeout: 10_000 }).toBeDefined()
    expect(await device.pages()).toEqual([expect.stringMatching(ADDRESS)])
  })

  test('stays covered where the page does not say so', async () => {
    await start(await weakenedDisplay(staysBehind))
    await openAnother()
    await pause(3_000)
    expect(device.connections).toBe(1)
    expect(await device.pages()).toHaveLength(2)
  })

  test('is left over a crashed page where that is given time', async () => {
    await start(await weakenedDisplay(waitsForCrashedPage))
    const seen = await pagesAfterCrash()
    expect(Math.max(...seen.map(({ length }) => length))).toBeGreaterThan(1)
  })

  test('comes back with a fresh profile and a fresh token when its browser is killed', async () => {
    await start(await realDisplay())
    const before = device.profiles()
    for (const pid of device.processes()) process.kill(pid, 'SIGKILL')
    await expect.poll(() => device.connections, { timeout: 30_000 }).toBe(2)
    expect(device.profiles()).toHaveLength(1)
    expect(device.profiles()).not.toEqual(before)
  })

  test('leaves neither process nor file behind when it is closed', async () => {
    await start(await realDisplay())
    expect(device.processes().length).toBeGreaterThan(2)
    await device.end()
    expect(device.processes()).toEqual([])
    expect(device.profiles()).toEqual([])
  })
})
