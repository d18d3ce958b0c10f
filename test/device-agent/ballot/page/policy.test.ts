import { createServer, request, type Server } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../browser/chromium.ts'
import { type DisplayBuild, realDisplay } from '../../../browser/display-build.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { ServedDisplay } from '../../../browser/served-display.ts'
import { weakenedDisplay } from '../../../browser/weakened-display.ts'
import type { Replacement } from '../../../end-to-end/weakened/build.ts'
import { CHROMIUM, describeWith } from '../../../oracles/needs.ts'

const SERVER = 'device-agent/ballot/page/page-server.ts'
const HEADERS = 'device-agent/ballot/page/page-headers.ts'

/** Scripts may be written in place. */
const takesInlineScripts: Replacement = {
  file: HEADERS,
  line: `"script-src 'self'",`,
  by: `"script-src 'self' 'unsafe-inline' 'unsafe-eval'",`,
}
/** Text may become markup. */
const takesMarkup: Replacement = {
  file: HEADERS,
  line: `    "require-trusted-types-for 'script'",\n    "trusted-types 'none'",\n`,
  by: '',
}
/** A token works as often as one likes. */
const tokenLasts: Replacement = {
  file: 'device-agent/ballot/page/admission.ts',
  line: '    this.#token = undefined\n',
  by: '',
}
/** Whatever name leads here is taken. */
const blindToHost: Replacement = {
  file: SERVER,
  line: 'if (host !== this.#host) return refusal(421)',
  by: 'if (host === undefined) return refusal(421)',
}
/** Any page's socket with the cookie is taken for ours. */
const blindToOrigin: Replacement = {
  file: SERVER,
  line: 'origin === `http://$',
  by: 'origin !== `http://nowhere$',
}
/** Other sites' requests bring the cookie along. */
const laxCookie: Replacement = {
  file: 'device-agent/ballot/page/admission.ts',
  line: 'SameSite=Strict',
  by: 'SameSite=Lax',
}

/** Another server of this computer: an empty page, and how often anybody came. */
async function otherServer(): Promise<{ readonly server: Server; readonly address: string; visits: number }> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end())
  const other = { server, address: '', visits: 0 }
  server.on('connection', () => {
    other.visits += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return Object.assign(other, { address: `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}` })
}

describeWith([CHROMIUM], 'the page', () => {
  let browser: Browser
  let served: ServedDisplay
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  afterEach(() => served.close())

  const open = async (build: DisplayBuild) => {
    served = await ServedDisplay.open(browser, { build })
    await served.show(typingScreen())
  }

  describe('runs no script that is written in place', () => {
    /** Ways in which a text that became markup would become a program. */
    const ATTEMPTS = [
      "document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' }))",
      "document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click()",
      "setTimeout('window.ran = 1')",
      "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')",
      "new Function('window.ran = 1')()",
    ]
    /** Done by the page itself: what a debugger evaluates is under no policy. */
    const run = async (page: Page, attempt: string) => {
      await page.evaluate(
        `new Promise((done) => { requestAnimationFrame(() => { try { ${attempt} } catch {} setTimeout(done, 50) }) })`,
      )
      return page.evaluate('window.ran')
    }

    test.each(ATTEMPTS)('%s', async (attempt) => {
      await open(await realDisplay())
      expect(await run(served.page, attempt)).toBeUndefined()
      expect(served.complaints.join()).toMatch(/Content Security Policy|TrustedHTML|TrustedScript/)
    })

    test('but under a weaker policy it would', async () => {
      await open(await weakenedDisplay(takesInlineScripts, takesMarkup))
      const ran = await Promise.all(ATTEMPTS.map((attempt) => run(served.page, attempt)))
      expect(ran).toContain(1)
    })
  })

  test('loads nothing from elsewhere and sends nothing there', async () => {
    await open(await realDisplay())
    const other = await otherServer()
    const outcomes = await served.page.evaluate(`(async () => {
      const image = (src) => new Promise((done) => Object.assign(new Image(), { src, onload: () => done('loaded'), onerror: () => done('refused') }))
      const refused = (what) => what.then(() => 'loaded', () => 'refused')
      return [
        await image('http://${other.address}/x.png'),
        await image('data:image/gif;base64,R0lGODlhAQABAAAAACw='),
        await refused(fetch('/')),
        await refused(fetch('http://${other.address}/')),
        await refused(new Promise((open, failed) => { const socket = new WebSocket('ws://${other.address}/'); socket.onopen = open; socket.onerror = failed })),
        navigator.sendBeacon('http://${other.address}/') ? 'loaded' : 'refused',
        await refused(navigator.serviceWorker.register('/assets/x.js')),
        await refused(new FontFace('x', 'url(http://${other.address}/x.woff2)').load()),
      ]
    })()`)
    expect(outcomes).toEqual([
      ...['refused', 'refused', 'refused', 'refused', 'refused'],
      // A beacon is taken and then not sent.
      expect.any(String),
      ...['refused', 'refused'],
    ])
    expect(other.visits).toBe(0)
    other.server.close()
  })

  test('may ask the browser for nothing', async () => {
    await open(await realDisplay())
    const allowed = (await served.page.evaluate('document.featurePolicy.allowedFeatures()')) as string[]
    const telling = [
      'camera',
      'microphone',
      'geolocation',
      'usb',
      'serial',
      'hid',
      'midi',
      'clipboard-read',
      'clipboard-write',
      'display-capture',
      'payment',
      'fullscreen',
      'local-fonts',
      'window-management',
      'publickey-credentials-get',
    ]
    expect(allowed.filter((feature) => telling.includes(feature))).toEqual([])
  })

  test('cannot be shown within another page', async () => {
    await open(await realDisplay())
    const outer = await served.context.newPage()
    await outer.setContent(`<iframe src="${served.page.url()}"></iframe>`)
    await outer.waitForTimeout(300)
    const [, inner] = outer.frames()
    expect(await inner?.locator('main').count()).toBe(0)
    expect(await served.page.locator('main').getAttribute('data-name')).toBe('voter.choosing')
  })

  describe('is not to be had', () => {
    /** A second browser that comes by the same address. */
    async function secondBrowser(build: DisplayBuild): Promise<boolean> {
      await open(build)
      const address = served.server.newAddress()
      const stranger = await browser.newContext()
      await stranger.request.get(address)
      const another = await browser.newContext()
      const page = await another.newPage()
      await page.goto(address)
      const isIn = (await page.locator('#page').count()) === 1
      await stranger.close()
      await another.close()
      return isIn
    }

    test('by a token that was used', async () => {
      expect(await secondBrowser(await realDisplay())).toBe(false)
      await served.close()
      expect(await secondBrowser(await weakenedDisplay(tokenLasts))).toBe(true)
    })

    /** Another site whose name has come to lead to this computer (DNS rebinding): the browser asks for its pages here. */
    async function rebound(build: DisplayBuild): Promise<number | undefined> {
      await open(build)
      const { port } = new URL(served.page.url())
      const [cookie] = await served.context.cookies()
      const headers = { Host: `evil.example:${port}`, Cookie: `${cookie?.name}=${cookie?.value}` }
      return new Promise((resolve) => {
        request({ host: '127.0.0.1', port, headers }, (response) =>
          resolve(response.resume().statusCode),
        ).end()
      })
    }

    test('by another name of this computer', async () => {
      expect(await rebound(await realDisplay())).toBe(421)
      await served.close()
      expect(await rebound(await weakenedDisplay(blindToHost))).toBe(200)
    })

    /** A page of another site in the same browser tries to open the line, to see the screens and press on them. */
    async function foreignSocket(build: DisplayBuild): Promise<string> {
      await open(build)
      const { host } = new URL(served.page.url())
      const foreign = await served.context.newPage()
      // Another origin by its port, but the same site: the browser sends the cookie along.
      const { address, server } = await otherServer()
      await foreign.goto(`http://${address}/`)
      server.close()
      return foreign.evaluate(
        `new Promise((done) => { const socket = new WebSocket('ws://${host}/line'); socket.onopen = () => done('open'); socket.onerror = () => done('refused') })`,
      )
    }

    test('by a page of another origin', async () => {
      expect(await foreignSocket(await realDisplay())).toBe('refused')
      await served.close()
      expect(await foreignSocket(await weakenedDisplay(blindToOrigin))).toBe('open')
    })

    /** A page of another site leads the browser here. */
    async function ledFromElsewhere(build: DisplayBuild): Promise<boolean> {
      await open(build)
      const address = served.page.url()
      const foreign = await served.context.newPage()
      await foreign.route('http://evil.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<a href="${address}">here</a>` }),
      )
      await foreign.goto('http://evil.example/')
      await foreign.getByText('here').click()
      await foreign.waitForURL(address)
      return (await foreign.locator('#page').count()) === 1
    }

    test('by a link of another site', async () => {
      expect(await ledFromElsewhere(await realDisplay())).toBe(false)
      await served.close()
      expect(await ledFromElsewhere(await weakenedDisplay(laxCookie))).toBe(true)
    })
  })
})
