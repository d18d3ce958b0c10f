import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Logger } from '../../../../core/ports.ts'
import { type Kiosk, startKiosk } from '../../../../device-agent/ballot/page/kiosk.ts'
import { CHROMIUM } from '../../../../device-agent/ballot/page/kiosk-browser.ts'
import { systemRandom } from '../../../../device-agent/system.ts'
import { realDisplay } from '../../../browser/display-build.ts'
import { KioskDevice } from '../../../browser/kiosk-device.ts'
import { typingScreen } from '../../../browser/screens.ts'
import { XServer } from '../../../browser/x-server.ts'
import { ManualClock } from '../../../firmware/manual-clock.ts'
import * as needs from '../../../oracles/needs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandogh-kiosk-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A program in the place of the browser; what it is told stands in `started`, a line for each start. */
function program(script: string): string {
  const path = join(folder, 'browser')
  writeFileSync(path, `#!/bin/sh\necho "$$ $*" >> '${join(folder, 'started')}'\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** How it was started so far: process and arguments. */
function starts(): readonly { readonly pid: number; readonly words: string }[] {
  const file = join(folder, 'started')
  // The last line may not be whole yet.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  return lines.map((line) => ({ pid: Number.parseInt(line, 10), words: line.replace(/^\d+ /, '') }))
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('a browser', () => {
  let kiosk: Kiosk
  let clock: ManualClock
  let told: string[]
  afterEach(() => kiosk.close())

  async function start(browser: string): Promise<void> {
    clock = new ManualClock()
    told = []
    const tell: Logger['info'] = (fields, message) => told.push(`${message} ${JSON.stringify(fields)}`)
    const logger: Logger = { info: tell, warn: tell, error: tell }
    kiosk = await startKiosk({
      page: new Map(),
      photos: new Map(),
      random: systemRandom,
      clock,
      logger,
      browser,
    })
  }
  /** Whatever may be waited for before another start. */
  const nextStart = () => clock.advance(8_000)

  test('that does not show the page in time is ended and another is started, with a token and a profile of its own', async () => {
    await start(program('exec sleep 1000'))
    await expect.poll(() => starts().length).toBe(1)
    const [first] = starts()
    await clock.advance(30_000)
    await expect.poll(() => isRunning(first?.pid ?? 0)).toBe(false)
    await expect.poll(() => told.length).toBe(2)
    await nextStart()
    await expect.poll(() => starts().length).toBe(2)
    const [one, two] = starts().map(({ words }) => ({
      token: /\?token=([^\s#]+)#kiosk(?:\s|$)/.exec(words)?.[1],
      profile: /--user-data-dir=(\S+)/.exec(words)?.[1],
    }))
    expect(two?.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(two?.token).not.toBe(one?.token)
    expect(two?.profile).not.toBe(one?.profile)
    expect(existsSync(one?.profile ?? '')).toBe(false)
    expect(told.join()).not.toContain(one?.token)
  })

  test('that ends at once is started again and again, not faster than one can look', async () => {
    await start(program('exit 3'))
    for (let failures = 1; failures <= 6; failures += 1) {
      await expect.poll(() => told.length).toBe(failures)
      expect(told.at(-1)).toContain(`"failures":${failures}`)
      await nextStart()
    }
    await expect.poll(() => starts().length).toBe(7)
  })

  test('that is not there is looked for again', async () => {
    await start(join(folder, 'nowhere'))
    await expect.poll(() => told.length).toBe(1)
    await nextStart()
    await expect.poll(() => told.length).toBe(2)
  })

  test('that does not end when it is asked to is ended', async () => {
    await start(program('trap "" TERM\nwhile true; do sleep 1; done'))
    await expect.poll(() => starts().length).toBe(1)
    const [first] = starts()
    const closing = kiosk.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isRunning(first?.pid ?? 0)).toBe(true)
    await clock.advance(3_000)
    await closing
    expect(isRunning(first?.pid ?? 0)).toBe(false)
  })

  test('is told nothing of this process but where the screen is', async () => {
    process.env['SANDOGH_SECRET'] = 'of nobody’s business'
    await start(program(`env > '${join(folder, 'environment')}'\nexec sleep 1000`))
    await expect.poll(() => existsSync(join(folder, 'environment')) && starts().length).toBe(1)
    const names = () => readFileSync(join(folder, 'environment'), 'utf8').match(/^[A-Z_]+(?==)/gm) ?? []
    await expect.poll(() => names()).toContain('HOME')
    expect(names()).not.toContain('SANDOGH_SECRET')
  })

  test('has no network but the page: no name is looked up, and all else goes to a port where nobody is', async () => {
    await start(program('exec sleep 1000'))
    await expect.poll(() => starts().length).toBe(1)
    const words = starts()[0]?.words ?? ''
    const host = /http:\/\/(127\.0\.0\.1:\d+)\/\?token/.exec(words)?.[1]
    expect(words).toContain(`--proxy-bypass-list=<-loopback>;${host}`)
    expect(words).toContain('--proxy-server=http://127.0.0.1:9')
    expect(words).toContain('--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1')
  })
})

needs.describeWith([needs.CHROMIUM, needs.XVFB], 'the kiosk', () => {
  test('ends with the device’s program, however that ends', async () => {
    const x = await XServer.start()
    const script = join(import.meta.dirname, '../../../browser/kiosk-process.ts')
    const sandbox = process.getuid?.() === 0 ? '--no-sandbox' : ''
    const device = spawn(
      process.execPath,
      [script, program(`exec ${CHROMIUM} ${sandbox} --disable-gpu "$@"`)],
      {
        env: { ...process.env, DISPLAY: x.display },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(createInterface(device.stdout), 'line')
    const browser = starts()[0]?.pid ?? 0
    expect(isRunning(browser)).toBe(true)
    device.kill('SIGKILL')
    await expect.poll(() => isRunning(browser)).toBe(false)
    await x.close()
    rmSync(/--user-data-dir=(\S+)/.exec(starts()[0]?.words ?? '')?.[1] ?? '', {
      recursive: true,
      force: true,
    })
  })
})

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0

needs.describeWith([needs.CHROMIUM, needs.XVFB, needs.XDOTOOL], 'under the managed policy', () => {
  test.skipIf(!canMount)('the page works as without, and nobody may look on with a debugger', async () => {
    const policy = join(import.meta.dirname, '../../../../device-agent/ballot/page/kiosk-policy.json')
    // In a mount namespace of its own, so that no other Chromium of this computer is governed by it.
    const before = `[ "$GOVERNED" ] || exec env GOVERNED=1 unshare --mount "$0" "$@"
mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed
cp '${policy}' /etc/chromium/policies/managed/sandogh.json`
    const device = await KioskDevice.start({ build: await realDisplay(), screen: typingScreen(), before })
    await expect.poll(() => device.painted, { timeout: 30_000 }).toBeDefined()
    device.x.press('2')
    await expect.poll(() => device.taken).toEqual([{ is: 'press', id: 'digit-2' }])
    await expect(device.pages()).rejects.toThrow()
    await device.close()
  })
})
