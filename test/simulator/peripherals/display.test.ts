import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualDisplay } from '../../../simulator/peripherals/display.ts'
import { cut, DeviceSide } from '../device-side.ts'

async function display() {
  const device = new DeviceSide()
  const virtual = new VirtualDisplay({ line: device.plug, clock: device.clock })
  await device.open()
  return { device, display: virtual }
}

function screen(revision: number, id = 'accept') {
  const element = {
    id,
    role: 'button',
    name: 'تأیید',
    rect: { x: 40, y: 1700, width: 1000, height: 180 },
    input: 'yes',
  }
  return { revision, name: 'voter.comparing', direction: 'rtl', language: 'fa', elements: [element] } as const
}

function line(revision: number, id?: string): Buffer {
  return Buffer.from(`${JSON.stringify({ screen: screen(revision, id) })}\n`, 'utf8')
}

function painted(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('utf8')
}

describe('the virtual display', () => {
  it('says that a screen is painted once it is, 20 ms later, and shows it', async () => {
    const { device, display: virtual } = await display()
    expect(await device.ask(line(7), 15)).toEqual([])
    expect(virtual.current()).toBeUndefined()
    expect(painted(await device.ask([], 10))).toBe('{"painted":7}\n')
    expect(virtual.current()).toEqual(screen(7))
  })

  it('lets somebody wait for a screen', async () => {
    const { device, display: virtual } = await display()
    const waiting = virtual.waitFor(({ elements }) => elements.some(({ id }) => id === 'cast'))
    await device.ask(line(1), 30)
    await device.ask(line(2, 'cast'), 30)
    expect((await waiting).revision).toBe(2)
    expect((await virtual.waitFor(() => true)).revision).toBe(2)
    const failing = virtual.waitFor(({ revision }) => {
      if (revision === 3) throw new Error('a broken eye')
      return false
    })
    const failed = expect(failing).rejects.toThrow('a broken eye')
    await device.ask(line(3), 30)
    await failed
  })

  it('acknowledges nothing while it is frozen, and everything in order afterwards', async () => {
    const { device, display: virtual } = await display()
    const seen: number[] = []
    const stop = virtual.onScreen(({ revision }) => seen.push(revision))
    await device.ask(line(1), 30)
    virtual.freeze()
    expect(() => virtual.freeze()).toThrow('frozen already')
    expect(await device.ask([...line(2), ...line(3)], 5000)).toEqual([])
    expect(virtual.current()?.revision).toBe(1)
    virtual.thaw()
    expect(() => virtual.thaw()).toThrow('not frozen')
    await device.wait(1)
    expect(painted(device.received())).toBe('{"painted":2}\n{"painted":3}\n')
    stop()
    await device.ask(line(4), 30)
    expect(seen).toEqual([1, 2, 3])
  })

  it('takes screens however the bytes are cut, between Persian letters too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(9), { maxLength: 5 }),
        fc.array(fc.nat()),
        async (revisions, places) => {
          const { device } = await display()
          const bytes = Buffer.concat(revisions.map((revision) => line(revision)))
          const answers: number[] = []
          for (const piece of cut(bytes, places)) answers.push(...(await device.ask(piece)))
          answers.push(...(await device.ask([], 30)))
          expect(painted(answers)).toBe(revisions.map((revision) => `{"painted":${revision}}\n`).join(''))
        },
      ),
      { numRuns: 30 },
    ))

  it('refuses what is no screen, and goes on', async () => {
    const { device, display: virtual } = await display()
    const lines = ['', 'x', '[]', '{"screen":1}', '{"screen":{"revision":1}}']
    const noRect = { ...screen(1), elements: [{ id: 'a', role: 'b', name: 'c' }] }
    lines.push(
      JSON.stringify({ screen: noRect }),
      JSON.stringify({ screen: { ...screen(1), direction: 'up' } }),
    )
    expect(await device.ask(Buffer.from(lines.map((text) => `${text}\n`).join('')), 30)).toEqual([])
    expect(virtual.refused).toBe(lines.length)
    expect(painted(await device.ask(line(1), 30))).toBe('{"painted":1}\n')
  })

  it('refuses a line longer than a mebibyte without keeping it', async () => {
    const { device, display: virtual } = await display()
    for (let i = 0; i < 5; i += 1) await device.ask(new Uint8Array(1 << 18).fill(0x20))
    expect(painted(await device.ask([0x0a, ...line(2)], 30))).toBe('{"painted":2}\n')
    expect(virtual.refused).toBe(1)
  })
})

describe('asked what it shows', () => {
  const ask = Buffer.from('{"ask":"showing"}\n')

  it('says so, nothing at first, and says nothing while it is frozen', async () => {
    const { device, display: virtual } = await display()
    expect(painted(await device.ask(ask, 5))).toBe('{"showing":0}\n')
    await device.ask(line(4), 30)
    expect(painted(await device.ask(ask, 5))).toBe('{"showing":4}\n')
    virtual.freeze()
    expect(await device.ask(ask, 5)).toEqual([])
  })
})
