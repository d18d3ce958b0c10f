import { expect, test } from 'vitest'
import type { Transport } from '../../../core/ports.ts'
import { WatchedLine } from '../../../demo/station/watched-line.ts'

/** A line to a page of which a test is both the page and the reader. */
function watched() {
  const read: string[] = []
  let closed = 0
  let page: { receive: (chunk: Uint8Array) => void; lost: (reason: string) => void } | undefined
  const transport: Transport = {
    listen: (receive, lost) => {
      page = { receive, lost }
    },
    write: () => {},
    close: () => {
      closed += 1
    },
  }
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
  const line = new WatchedLine(async () => transport, {
    down: (bytes) => read.push(`down ${text(bytes)}`),
    up: (bytes) => read.push(`up ${text(bytes)}`),
    reset: () => read.push('reset'),
  })
  return { line, read, closed: () => closed, says: (what: string) => page?.receive(Buffer.from(what)) }
}

test('who reads along sees what goes both ways, and each beginning and end of the line', async () => {
  const { line, read, says, closed } = watched()
  const heard: string[] = []
  const device = await line.open()
  device.listen(
    (bytes) => heard.push(Buffer.from(bytes).toString()),
    () => heard.push('lost'),
  )
  device.write(Buffer.from('screen'))
  says('painted')
  device.close()
  expect(read).toEqual(['reset', 'down screen', 'up painted', 'reset'])
  expect([heard, closed()]).toEqual([['painted'], 1])
})

test('a pulled plug ends the line at once, and it opens again only when the plug is in', async () => {
  const { line, read, closed } = watched()
  const lost: string[] = []
  const device = await line.open()
  device.listen(
    () => {},
    (why) => lost.push(why),
  )
  line.plug(false)
  expect([lost, closed(), read]).toEqual([['unplugged'], 1, ['reset', 'reset']])
  await expect(line.open()).rejects.toThrow('unplugged')
  line.plug(true)
  await expect(line.open()).resolves.toBeDefined()
})
