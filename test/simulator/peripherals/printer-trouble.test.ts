import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { DeviceSide, hex } from '../device-side.ts'

async function printer() {
  const device = new DeviceSide()
  const virtual = new VirtualPrinter({ line: device.plug, clock: device.clock })
  await device.open()
  /** Whether a line gets onto the paper, as the host asks to go on and for a proof. */
  const prints = async (): Promise<boolean> => {
    const before = virtual.hanging()?.height ?? 0
    const answer = await device.ask([...hex('10 05 02 0A 1D 28 48 06 00 30 30 41 42 43 44')], 200)
    const isProven = Buffer.from(answer).includes(Buffer.from(hex('37 22 41 42 43 44 00')))
    expect((virtual.hanging()?.height ?? 0) > before).toBe(isProven)
    return isProven
  }
  const errors = async (): Promise<number> => (await device.ask(hex('10 04 03'))).at(-1) ?? 0
  return { device, virtual, prints, errors }
}

describe('troubles of the virtual printer', () => {
  it('stack: a broken one stays broken, whatever else is mended', async () => {
    const { virtual, prints, errors } = await printer()
    virtual.breakDown()
    virtual.jam()
    expect(await errors()).toBe(0x12 | 0x20 | 0x04)
    virtual.clearJam()
    expect(await prints()).toBe(false)
    expect(await errors()).toBe(0x12 | 0x20)
    virtual.powerCycle()
    expect(await prints()).toBe(false)
    expect(virtual.look().errors).toEqual(['broken'])
  })

  it('stack: a hot one does not print because a jam was cleared, nor a jammed one because it has cooled', async () => {
    const { virtual, prints, errors } = await printer()
    virtual.overheat()
    virtual.jam()
    virtual.clearJam()
    expect(await prints()).toBe(false)
    expect(await errors()).toBe(0x12 | 0x40)
    virtual.jam()
    virtual.coolDown()
    expect(await errors()).toBe(0x12 | 0x04)
    expect(await prints()).toBe(false)
    virtual.clearJam()
    expect(await prints()).toBe(true)
  })

  it('cannot happen twice, nor be mended when they are not there', async () => {
    const { virtual } = await printer()
    virtual.overheat()
    expect(() => virtual.overheat()).toThrow('hot already')
    virtual.coolDown()
    expect(() => virtual.coolDown()).toThrow('not hot')
    virtual.breakDown()
    expect(() => virtual.breakDown()).toThrow('broken already')
    virtual.jam()
    expect(() => virtual.jam()).toThrow('jammed already')
  })

  it('let paper be loaded under the cover only: hands open it and close it, and leave one that was open as it was', async () => {
    const { device, virtual } = await printer()
    await device.ask(hex('1D 61 02'))
    virtual.paperOut()
    await device.wait(1)
    device.received()
    virtual.loadPaper()
    await device.wait(1)
    // Cover open and paper out; cover open; closed, and on again.
    expect(device.received()).toEqual(hex('38 00 0F 00  11 10 00 00 00'))
    expect(virtual.look().coverOpen).toBe(false)
    virtual.openCover()
    virtual.paperOut()
    virtual.loadPaper()
    expect(virtual.look().coverOpen).toBe(true)
  })

  /** What happens and what mends it; a trouble that is there cannot happen again. */
  const ACTS = {
    jam: 'clearJam',
    overheat: 'coolDown',
    openCover: 'closeCover',
    paperOut: 'loadPaper',
  } as const

  it('in any order: it prints exactly when every one of them is mended', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])), fc.boolean()), {
          maxLength: 20,
        }),
        async (acts) => {
          const { virtual, prints } = await printer()
          const there = new Set<keyof typeof ACTS>()
          for (const [trouble, happens] of acts) {
            const act = happens ? trouble : ACTS[trouble]
            if (there.has(trouble) === happens) expect(() => virtual[act]()).toThrow()
            else virtual[act]()
            if (happens) there.add(trouble)
            else there.delete(trouble)
          }
          expect(await prints()).toBe(there.size === 0)
        },
      ),
      { numRuns: 60 },
    ))
})
