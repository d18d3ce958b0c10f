import { afterEach, expect, test } from 'vitest'
import { type PageServer, servePage } from '../../../../device-agent/ballot/page/page-server.ts'
import { systemRandom } from '../../../../device-agent/system.ts'

const servers: PageServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function serve(port: number, freedoms: readonly string[] = []) {
  const server = await servePage({
    page: new Map([['/', { bytes: Buffer.from('the page'), type: 'text/html' }]]),
    find: (path) =>
      path === '/picture/1.png' ? { bytes: Buffer.from('a picture'), type: 'image/png' } : undefined,
    random: systemRandom,
    port,
    freedoms,
    connected: () => {},
    sessionBegun: () => {},
  })
  servers.push(server)
  const address = server.newAddress()
  return { server, address, port: Number(new URL(address).port) }
}

test('a page is served on the port that is asked for, and on another where that is taken', async () => {
  const free = await serve(0)
  await free.server.close()
  servers.length = 0
  expect((await serve(free.port)).port).toBe(free.port)
  const beside = await serve(free.port)
  expect(beside.port).not.toBe(free.port)
})

test('pictures that come with a page are for whoever has the page', async () => {
  const { address } = await serve(0)
  const picture = new URL('/picture/1.png', address)
  expect((await fetch(picture)).status).toBe(403)
  const cookie = (await fetch(address, { redirect: 'manual' })).headers.get('set-cookie') ?? ''
  const got = await fetch(picture, { headers: { cookie } })
  expect([got.status, got.headers.get('content-type'), await got.text()]).toEqual([
    200,
    'image/png',
    'a picture',
  ])
  expect((await fetch(new URL('/picture/2.png', address), { headers: { cookie } })).status).toBe(404)
})

test('a page has the freedoms that it was given and no others', async () => {
  const sandboxOf = async (freedoms: readonly string[]) => {
    const { headers } = await fetch((await serve(0, freedoms)).address)
    return headers.get('content-security-policy')?.split('; ').at(-1)
  }
  expect(await sandboxOf([])).toBe('sandbox allow-scripts allow-same-origin')
  expect(await sandboxOf(['allow-popups'])).toBe('sandbox allow-scripts allow-same-origin allow-popups')
})
