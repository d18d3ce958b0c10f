import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Transport } from '../../../../core/ports.ts'
import { type DisplayServer, serveDisplay } from '../../../../device-agent/ballot/page/display-server.ts'
import { systemRandom } from '../../../../device-agent/system.ts'
import { ManualClock } from '../../../firmware/manual-clock.ts'

const PHOTO = 'ab'.repeat(32)
const page = new Map([
  ['/', { bytes: Buffer.from('<!doctype html>the page'), type: 'text/html; charset=utf-8' }],
  ['/assets/main.js', { bytes: Buffer.from('1'), type: 'text/javascript; charset=utf-8' }],
])
const photos = new Map([[PHOTO, { bytes: Buffer.from('photo'), type: 'image/jpeg' }]])

let server: DisplayServer
let clock: ManualClock
let pageThere: string | undefined
let port: number
let token: string

beforeEach(async () => {
  clock = new ManualClock()
  pageThere = undefined
  server = await serveDisplay({
    page,
    photos,
    random: systemRandom,
    clock,
    pageChanged: (state) => {
      pageThere = state
    },
  })
  takeAddress()
})
afterEach(() => server.close())

/** Takes a fresh address from the server. */
function takeAddress(): void {
  const address = new URL(server.newAddress())
  port = Number(address.port)
  token = address.searchParams.get('token') ?? ''
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request, as whoever likes could send it. */
async function ask(path: string, { method = 'GET', headers = {} }: Asked = {}) {
  const asking = request({ host: '127.0.0.1', port, path, method, headers, agent: false }).end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const body = await text(response)
  return { status: response.statusCode, headers: response.headers, body }
}

/** The cookie that the token gives. */
async function enter(): Promise<string> {
  const { headers } = await ask(`/?token=${token}`)
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

/** A socket as the page opens it, but for what is changed. */
function open(cookie: string, changed: Readonly<Record<string, string>> = {}, path = '/line'): WebSocket {
  const headers = { Cookie: cookie, Origin: `http://127.0.0.1:${port}`, ...changed }
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
}

/** Why a socket was not opened. */
async function refusedWith(socket: WebSocket): Promise<number | undefined> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  socket.on('error', () => {})
  socket.terminate()
  return response.statusCode
}

/** What comes over the line, and how it was lost. */
function listening(line: Transport) {
  const heard: string[] = []
  const lost: string[] = []
  line.listen(
    (chunk) => heard.push(Buffer.from(chunk).toString('utf8')),
    (why) => lost.push(why),
  )
  return { heard, lost }
}

/** A page whose line is open. */
async function connectedPage() {
  const cookie = await enter()
  const opening = server.open()
  const socket = open(cookie)
  const line = await opening
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open')
  return { cookie, socket, line, ...listening(line) }
}

describe('the one-time token', () => {
  test('opens the page once and leaves a cookie that scripts and other sites do not get, and no token in the address', async () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const { status, headers } = await ask(`/?token=${token}`)
    expect(status).toBe(303)
    expect(headers.location).toBe('/')
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^sandogh-${port}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
      ),
    ])
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 403 })
  })

  test('is never the same, and a newer one ends the older', async () => {
    const first = token
    takeAddress()
    expect(token).not.toBe(first)
    expect(await ask(`/?token=${first}`)).toMatchObject({ status: 403 })
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 303 })
  })

  test('that is wrong, empty or given twice opens nothing and does not use up the right one', async () => {
    const wrong = ['', 'x', token.slice(1), `${token}x`, `${token}&token=${token}`, token.toLowerCase()]
    for (const other of wrong) expect(await ask(`/?token=${other}`)).toMatchObject({ status: 403 })
    expect(await ask(`/?token=${token}`)).toMatchObject({ status: 303 })
  })

  test('used by a second browser ends the session of the first, and its page', async () => {
    const { cookie, socket, lost } = await connectedPage()
    takeAddress()
    await enter()
    expect(await once(socket, 'close')).toEqual([4001, expect.anything()])
    expect(lost).toEqual(['another session has begun'])
    expect(await ask('/', { headers: { Cookie: cookie } })).toMatchObject({ status: 403 })
  })

  test('opened again by the browser that is in leads to the page', async () => {
    const cookie = await enter()
    const again = await ask(`/?token=${token}`, { headers: { Cookie: cookie } })
    expect(again).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(again.headers['set-cookie']).toBeUndefined()
  })
})

describe('whoever is in', () => {
  test('gets the page, its parts and the photos, and nothing else', async () => {
    const headers = { Cookie: `a=1; ${await enter()}; b=2` }
    expect(await ask('/', { headers })).toMatchObject({ status: 200, body: '<!doctype html>the page' })
    expect(await ask('/assets/main.js', { headers })).toMatchObject({ status: 200, body: '1' })
    expect(await ask(`/photo/${PHOTO}`, { headers })).toMatchObject({
      status: 200,
      body: 'photo',
      headers: { 'content-type': 'image/jpeg' },
    })
    const nothing = [
      '/index.html',
      '/assets/',
      '/assets/../../package.json',
      '/..%2f..%2fpackage.json',
      `/photo/${PHOTO.toUpperCase()}`,
      `/photo/${'cd'.repeat(32)}`,
      '/?',
      '/line',
      '//',
      'http://elsewhere.example/',
    ]
    for (const path of nothing) expect(await ask(path, { headers }), path).toMatchObject({ status: 404 })
  })

  test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH'])(
    'may only get: %s is refused',
    async (method) => {
      const headers = { Cookie: await enter() }
      expect(await ask('/', { method, headers })).toMatchObject({ status: 405, headers: { allow: 'GET' } })
    },
  )
})

describe('whoever is not', () => {
  test.each(['/', '/assets/main.js', `/photo/${PHOTO}`, '/nowhere'])(
    'gets a page that says so, and not whether there is something: %s',
    async (path) => {
      const wrong = { Cookie: `sandogh-${port}=${'A'.repeat(43)}` }
      for (const headers of [{}, wrong]) {
        const { status, body } = await ask(path, { headers })
        expect(status).toBe(403)
        expect(body).toContain('نشانی')
        expect(body).not.toContain('the page')
      }
    },
  )

  test('cannot reach it under another name of this computer', async () => {
    const cookie = await enter()
    for (const host of [`localhost:${port}`, `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
      expect(await ask('/', { headers: { Cookie: cookie, Host: host } })).toMatchObject({ status: 421 })
      expect(await refusedWith(open(cookie, { Host: host }))).toBe(403)
    }
  })

  test('cannot open the line: without cookie, from another origin or from none, at another path', async () => {
    const cookie = await enter()
    expect(await refusedWith(open(''))).toBe(403)
    expect(await refusedWith(open(cookie, { Origin: 'http://evil.example' }))).toBe(403)
    expect(await refusedWith(open(cookie, { Origin: `http://127.0.0.1:${port + 1}` }))).toBe(403)
    expect(await refusedWith(open(cookie, { Origin: 'null' }))).toBe(403)
    expect(await refusedWith(open(cookie, {}, '/'))).toBe(403)
    expect(pageThere).toBeUndefined()
  })
})

describe('every answer', () => {
  test.each(['in', 'out'])('forbids all that the page does not need, to who is %s', async (who) => {
    const { headers } = await ask('/', who === 'in' ? { headers: { Cookie: await enter() } } : {})
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      "img-src 'self'",
      `connect-src ws://127.0.0.1:${port}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      'sandbox allow-scripts allow-same-origin',
    ])
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringMatching(/camera=\(\), .*microphone=\(\), .*usb=\(\)/),
    })
  })
})

test('nobody listens but on the loopback address', async () => {
  const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const elsewhere = others.map(({ address }) => address).filter((address) => address !== '127.0.0.1')
  // All of 127/8 leads to this computer, and only one address of it to the page.
  for (const host of [...elsewhere, '127.0.0.2', '::1']) {
    const socket = connect({ host, port })
    const outcome = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).catch((error) => [
      error,
    ])
    socket.destroy()
    expect(outcome, host).toEqual([expect.objectContaining({ code: expect.stringMatching(/^E/) })])
  }
})

describe('the line of the page', () => {
  test('carries each written line as one message and each message as one line', async () => {
    const { socket, line, heard } = await connectedPage()
    const messages: string[] = []
    socket.on('message', (data) => messages.push(String(data)))
    line.write(Buffer.from('{"ask":"showing"}\n{"screen":'))
    line.write(Buffer.from('"خانه"}\n'))
    socket.send('{"showing":0}')
    socket.send('{"painted":1}')
    await expect
      .poll(() => [messages, heard])
      .toEqual([
        ['{"ask":"showing"}', '{"screen":"خانه"}'],
        ['{"showing":0}\n', '{"painted":1}\n'],
      ])
  })

  test('is that of the page that is there already, or of the next that comes', async () => {
    const cookie = await enter()
    const socket = open(cookie)
    await expect.poll(() => pageThere).toBe('there')
    const line = await server.open()
    const { lost } = listening(line)
    socket.terminate()
    await expect.poll(() => lost).toEqual(['the page is gone'])
    expect(pageThere).toBe('left')
    const next = server.open()
    open(cookie)
    expect(await next).not.toBe(line)
  })

  test('is given to the last who asked for it; a closed line frees the page to come again', async () => {
    const early = server.open()
    const late = server.open()
    await expect(early).rejects.toThrow('anew')
    const cookie = await enter()
    const socket = open(cookie)
    const line = await late
    line.close()
    expect(await once(socket, 'close')).toEqual([1001, expect.anything()])
    open(cookie)
    await expect.poll(() => pageThere).toBe('there')
    await server.open()
  })

  test('goes over to a newer page; what the older still says is heard by nobody', async () => {
    const { cookie, socket, heard, lost } = await connectedPage()
    const newer = open(cookie)
    socket.send('{"painted":1}')
    const [code] = await once(socket, 'close')
    expect(code).toBe(4001)
    expect(lost).toEqual(['another page took its place'])
    const before = [...heard]
    const second = listening(await server.open())
    newer.send('{"showing":0}')
    await expect.poll(() => second.heard).toEqual(['{"showing":0}\n'])
    expect(heard).toEqual(before)
    expect(pageThere).toBe('there')
  })

  test('is cut when the page says more than any message needs, or no text', async () => {
    for (const said of ['x'.repeat(257), Buffer.from('{"painted":1}')]) {
      const { socket, lost, heard } = await connectedPage()
      socket.on('error', () => {})
      socket.send(said)
      await once(socket, 'close')
      await expect.poll(() => lost).toHaveLength(1)
      expect(heard).toEqual([])
      takeAddress()
    }
  })

  test('is cut when the browser no longer answers', async () => {
    const { socket, lost, heard } = await connectedPage()
    let pings = 0
    socket.on('ping', () => {
      pings += 1
    })
    const gone = once(socket, 'close')
    for (let round = 1; round <= 3; round += 1) {
      await clock.advance(5_000)
      await expect.poll(() => pings).toBe(round)
      // Pongs and messages come in order: once this is heard the answer to the ping was, too.
      socket.send('{"showing":0}')
      await expect.poll(() => heard.length).toBe(round)
    }
    expect(lost).toEqual([])
    socket.pause()
    await clock.advance(5_000)
    await clock.advance(5_000)
    expect(lost).toEqual(['the page is silent'])
    socket.resume()
    await gone
  })

  test('is cut when the page no longer reads', async () => {
    const { socket, line, lost } = await connectedPage()
    socket.pause()
    const screen = Buffer.from(`${'x'.repeat(200_000)}\n`)
    for (let written = 0; written < 200 && lost.length === 0; written += 1) line.write(screen)
    expect(lost).toEqual(['the page does not read'])
    socket.resume()
  })

  test('says nothing more once the server is closed', async () => {
    const { socket, lost } = await connectedPage()
    await server.close()
    expect(lost).toEqual(['the page is served no more'])
    await once(socket, 'close')
    await expect(server.open()).rejects.toThrow('no more')
  })
})

test('who connects and asks nothing is cut off', async () => {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\n')
  await once(socket.resume(), 'close')
}, 15_000)
