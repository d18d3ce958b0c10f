/** The script of the README, performed as it stands there: from `npm start` in a terminal to a counted vote, in a real browser. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../browser/chromium.ts'
import { SANDOGH } from '../end-to-end/command.ts'
import { CHROMIUM, describeWith } from '../oracles/needs.ts'

/** A zero report takes some ten seconds of a printer's time, and this computer may be busy. */
const LONGEST_MS = 120_000
const MOST_ACTIONS = 10

/** Of a numbered item of the script: what is bold in it, in order. */
type Action = readonly string[]

/** The numbered list of the section "Try it". */
function scriptOf(readme: string): readonly Action[] {
  const [, section = ''] = /^## Try it\n([\s\S]*?)^## /m.exec(readme) ?? []
  return [...section.matchAll(/^\d+\. ([\s\S]*?)(?=^\d+\. |^$)/gm)].map(([, item = '']) =>
    [...item.matchAll(/\*\*`?([^*`]+)`?\*\*/g)].map(([, bold = '']) => bold),
  )
}

/** The station as a process, its addresses, and the windows that a person has opened. */
class Newcomer {
  readonly #browser: Browser
  readonly #out = mkdtempSync(join(tmpdir(), 'sandogh-ten-actions-'))
  readonly #windows = new Map<string, Page>()
  readonly complaints: string[] = []
  #station: ChildProcess | undefined
  #said = ''

  constructor(browser: Browser) {
    this.#browser = browser
  }

  /** What `npm start` runs, but for the folder and the ports: a station of somebody else may be there. */
  async start(): Promise<void> {
    const args = [SANDOGH, 'demo', '--out', this.#out, '--port', '27200']
    const station = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#station = station
    for (const stream of [station.stdout, station.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
    }
    const until = Date.now() + LONGEST_MS
    while (!/^ {2}bench +http/m.test(this.#said)) {
      if (Date.now() > until || station.exitCode !== null) throw new Error(`no station: ${this.#said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Opens an address that was printed, in a window of its own. */
  async open(name: string): Promise<void> {
    const [, address = ''] = new RegExp(`^ {2}${name} +(http\\S+)$`, 'm').exec(this.#said) ?? []
    const context = await this.#browser.newContext({ viewport: { width: 1400, height: 1000 } })
    const page = await context.newPage()
    page.setDefaultTimeout(LONGEST_MS)
    page.on('pageerror', (error) => this.complaints.push(`${name}: ${error.message}`))
    await page.goto(address)
    this.#windows.set(name, page)
  }

  window(name: string): Page {
    const page = this.#windows.get(name)
    if (page === undefined) throw new Error(`nobody has opened ${name}`)
    return page
  }

  /** Ctrl-C in the terminal. @returns the exit code */
  async end(): Promise<number | null> {
    const station = this.#station
    if (station === undefined || station.exitCode !== null) return null
    const exited = once(station, 'exit')
    station.kill('SIGINT')
    const [code] = await exited
    rmSync(this.#out, { recursive: true, force: true })
    return code
  }
}

/** Waits until a device shows that screen. */
function shown(device: Page, name: string): Promise<void> {
  return device.locator(`[data-name="${name}"]`).waitFor()
}

/** Presses a key of the device that bears that label, and waits until something else is to be read. */
async function press(device: Page, label: string): Promise<void> {
  const screen = device.locator('main')
  const before = await screen.innerText()
  await device.getByRole('button', { name: label, exact: true }).click()
  await expect.poll(() => screen.innerText(), { timeout: LONGEST_MS }).not.toBe(before)
}

/** What is drawn of the device's screen on a page, as its style sheets have it: the bench's own may not reach in. */
function drawn(page: Page): Promise<unknown> {
  const wanted = [
    'margin',
    'padding',
    'fontSize',
    'fontWeight',
    'lineHeight',
    'whiteSpace',
    'textAlign',
    'left',
    'top',
  ]
  return page.evaluate(`[...document.querySelectorAll('.screen > *')].map((element) => {
    const style = getComputedStyle(element)
    return [element.dataset.id, element.textContent, ...${JSON.stringify(wanted)}.map((name) => style[name])]
  })`)
}

const persian = (digit: string) => String.fromCharCode(0x06f0 + Number(digit))

/** How each action is performed with the labels that the README gives it. */
const ACTIONS: readonly ((newcomer: Newcomer, labels: Action) => Promise<void>)[] = [
  async (newcomer, [command]) => {
    expect(command).toBe('npm ci && npm start')
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(scripts.start).toBe('node bin/sandogh.js demo')
    await newcomer.start()
  },
  async (newcomer, [address = '']) => {
    await newcomer.open(address)
    await shown(newcomer.window(address), 'polls.closed')
  },
  async (newcomer, [address = '', open = '']) => {
    await newcomer.open(address)
    await newcomer.window(address).getByRole('button', { name: open }).click()
    await newcomer.window(address).getByText('The polls are open.', { exact: true }).waitFor()
  },
  async (newcomer, [issue = '']) => {
    await newcomer.window('officers').getByRole('button', { name: issue }).click()
    await newcomer.window('officers').getByText('may vote').waitFor()
  },
  async (newcomer, [address = '', insert = '']) => {
    await newcomer.open(address)
    await newcomer
      .window(address)
      .getByRole('button', { name: `${insert}: Voter card 1` })
      .click()
    await shown(newcomer.window('voting device'), 'voter.choosing')
  },
  async (newcomer, [code = '']) => {
    for (const digit of code) await press(newcomer.window('voting device'), persian(digit))
  },
  async (newcomer, [review = '', finish = '']) => {
    const device = newcomer.window('voting device')
    await press(device, review)
    await press(device, finish)
    await press(device, finish)
    await shown(device, 'voter.comparing')
  },
  async (newcomer, [accept = '']) => {
    const slip = newcomer.window('bench').getByRole('img', { name: 'The slip behind the glass' })
    await slip.waitFor()
    // The bench follows the device's screen: it may be a moment behind.
    await expect
      .poll(() => drawn(newcomer.window('bench')), { timeout: LONGEST_MS })
      .toEqual(await drawn(newcomer.window('voting device')))
    await press(newcomer.window('voting device'), accept)
    await shown(newcomer.window('voting device'), 'voter.thanks')
    await newcomer.window('bench').getByText('1 slip, in no order.').waitFor()
  },
  async (newcomer, [takeOut = '']) => {
    await newcomer.window('bench').getByRole('button', { name: takeOut }).click()
    await shown(newcomer.window('voting device'), 'voter.idle')
  },
  async (newcomer, [close = '', count = '']) => {
    const officers = newcomer.window('officers')
    await officers.getByRole('button', { name: close }).click()
    await officers.getByText('The virtual officers have closed the polls').waitFor()
    await officers.getByRole('button', { name: count }).click()
    await officers.locator('.verdict').nth(1).waitFor()
  },
]

describeWith([CHROMIUM], 'the script of the README', () => {
  const script = scriptOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'))
  let browser: Browser
  let newcomer: Newcomer

  beforeAll(async () => {
    browser = await launchChromium()
    newcomer = new Newcomer(browser)
  })
  afterAll(async () => {
    await browser.close()
    await newcomer.end()
  })

  test('has at most ten actions, and each that is performed here', () => {
    expect(script.length).toBeLessThanOrEqual(MOST_ACTIONS)
    expect(script.map((labels) => labels.length)).toEqual([1, 1, 2, 1, 2, 1, 2, 1, 1, 2])
    expect(ACTIONS).toHaveLength(script.length)
  })

  test(
    'leads to a vote that the audit has counted',
    async () => {
      for (const [i, perform] of ACTIONS.entries()) await perform(newcomer, script[i] ?? [])
      const officers = newcomer.window('officers')
      expect(await officers.locator('.verdict').allInnerTexts()).toEqual([
        'HOLDS: 1 bundle, 1 station, 1 ballot',
        'HOLDS: 1 ballot opened and recounted, equal to the committed tally of 1 device',
      ])
      const totals = await officers.locator('pre').nth(1).innerText()
      expect(totals).toMatch(/^ {2}239 +1 /m)
      const votes = [...totals.matchAll(/^ {2}[0-9]{3} +([0-9]+) /gm)].map(([, count]) => Number(count))
      expect(votes.reduce((sum, count) => sum + count, 0)).toBe(1)
      expect(newcomer.complaints).toEqual([])
    },
    4 * LONGEST_MS,
  )

  test('ends with Ctrl-C, exit code 0', async () => {
    expect(await newcomer.end()).toBe(0)
  })
})
