import { expect, test } from 'vitest'
import type { Transport } from '../../../core/ports.ts'
import { FarLines, type LineNews, NearLines } from '../../../demo/station/line-bridge.ts'

/** A cable whose two ends a test holds: what the driver writes, and a hand that says what comes. */
function cable() {
  const written: string[] = []
  let listeners: { receive: (chunk: Uint8Array) => void; lost: (reason: string) => void } | undefined
  let closed = 0
  const transport: Transport = {
    listen: (receive, lost) => {
      listeners = { receive, lost }
    },
    write: (bytes) => void written.push(Buffer.from(bytes).toString()),
    close: () => {
      closed += 1
    },
  }
  return {
    transport,
    written,
    comes: (text: string) => listeners?.receive(Buffer.from(text)),
    breaks: (why: string) => listeners?.lost(why),
    closed: () => closed,
  }
}

/** Both ends, as two processes have them: what one says reaches the other a turn later. */
function bridge(open: () => Promise<Transport>) {
  const toNear: LineNews[] = []
  const near: NearLines = new NearLines(new Map([['printer', open]]), (news) =>
    queueMicrotask(() => far.take(news)),
  )
  const far: FarLines = new FarLines((news) => {
    toNear.push(news)
    queueMicrotask(() => near.take(news))
  })
  return { near, far, toNear }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('bytes go both ways, and what came before anybody listened is not lost', async () => {
  const { transport, written, comes } = cable()
  const { far } = bridge(async () => transport)
  const line = await far.opener('printer')()
  line.write(Buffer.from('to the printer'))
  comes('early')
  await turn()
  const heard: string[] = []
  line.listen(
    (bytes) => heard.push(Buffer.from(bytes).toString()),
    () => heard.push('lost'),
  )
  expect(heard).toEqual([])
  comes('late')
  await turn()
  expect(written).toEqual(['to the printer'])
  expect(heard).toEqual(['early', 'late'])
})

test('a line that does not open says why, and one that nobody has is none', async () => {
  const { far } = bridge(() => Promise.reject(new Error('the plug is out')))
  await expect(far.opener('printer')()).rejects.toThrow('the plug is out')
  await expect(far.opener('toaster')()).rejects.toThrow('there is no such line')
})

test('a line that breaks is told once, and a line that is closed is closed at the other end', async () => {
  const cables = [cable(), cable()]
  let next = 0
  const { far } = bridge(async () => (cables[next++] as ReturnType<typeof cable>).transport)
  const lost: string[] = []
  const [first, second] = [await far.opener('printer')(), await far.opener('printer')()]
  for (const line of [first, second])
    line.listen(
      () => {},
      (why) => lost.push(why),
    )
  cables[0]?.breaks('unplugged')
  second.close()
  await turn()
  cables[1]?.breaks('too late')
  await turn()
  expect(lost).toEqual(['unplugged'])
  expect(cables.map((one) => one.closed())).toEqual([0, 1])
})

test('when the driver’s process is gone nothing stays open, not even what was just being opened', async () => {
  const { promise, resolve } = Promise.withResolvers<Transport>()
  const [open, opening] = [cable(), cable()]
  let isFirst = true
  const { far, near } = bridge(() => {
    if (!isFirst) return promise
    isFirst = false
    return Promise.resolve(open.transport)
  })
  await far.opener('printer')()
  void far.opener('printer')()
  await turn()
  near.hangUp()
  resolve(opening.transport)
  await turn()
  expect([open.closed(), opening.closed()]).toEqual([1, 1])
})
