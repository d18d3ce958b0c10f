import { describe, expect, it } from 'vitest'
import { T0Contacts } from '../../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { ccidFrame } from '../../../simulator/peripherals/ccid.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { DeviceSide, hex } from '../device-side.ts'

async function reader() {
  const device = new DeviceSide()
  const slot = new VirtualCardReader({ line: device.plug, clock: device.clock })
  await device.open()
  return { device, slot }
}

function voterCard(seed = 'card'): VoterCard {
  return new VoterCard({ random: seededRandom(seed) })
}

function frame(
  type: number,
  data: readonly number[] = [],
  parameters: readonly [number, number, number] = [0, 0, 0],
  slot = 0,
) {
  return [...ccidFrame({ type, slot, sequence: 0x11, parameters, data: Uint8Array.from(data) })]
}

/** Sends a frame and gives the answer behind its echo. */
async function exchange(device: DeviceSide, command: readonly number[]): Promise<number[]> {
  const received = await device.ask(command)
  expect(received.slice(0, command.length)).toEqual(command)
  return received.slice(command.length)
}

// Power on and an IFS request as a GemPC Twin driver sends them.
const POWER_ON = hex('03 06 62 00 00 00 00 00 61 01 00 00 07')
const IFS_REQUEST = hex('03 06 6f 05 00 00 00 00 63 00 00 00 00 c1 01 fe 3e 0c')
const NAK = hex('03 15 16')
const ATR = hex('3B 04 45 56 4D 31')

describe('the virtual card reader', () => {
  it('frames messages as the driver of the real one does', () => {
    const powerOn = {
      type: 0x62,
      slot: 0,
      sequence: 0x61,
      parameters: [1, 0, 0],
      data: new Uint8Array(0),
    } as const
    expect([...ccidFrame(powerOn)]).toEqual(POWER_ON)
    const data = Uint8Array.from(hex('00 c1 01 fe 3e'))
    expect([...ccidFrame({ type: 0x6f, slot: 0, sequence: 0x63, parameters: [0, 0, 0], data })]).toEqual(
      IFS_REQUEST,
    )
  })

  it('echoes the command, powers the card on and gives its ATR', async () => {
    const { device, slot } = await reader()
    slot.insertCard(voterCard())
    await device.wait(1)
    expect(device.received()).toEqual(hex('50 03'))
    const answer = await exchange(device, POWER_ON)
    expect(answer.slice(0, -1)).toEqual([...hex('03 06 80 06 00 00 00 00 61 00 00 00'), ...ATR])
    expect(answer.reduce((lrc, byte) => lrc ^ byte, 0)).toBe(0)
  })

  it('answers a damaged frame with NAK, and repeats its answer when asked to', async () => {
    const { device } = await reader()
    const damaged = [...POWER_ON.slice(0, -1), 0]
    expect(await exchange(device, damaged)).toEqual(NAK)
    const answer = await exchange(device, frame(0x65))
    expect(await exchange(device, NAK)).toEqual(answer)
    expect(await exchange(device, hex('03 06 6f ff ff 00 00 00 00 00 00 00'))).toEqual([...NAK])
  })

  it('says whether a card is there and powered', async () => {
    const { device, slot } = await reader()
    const status = async (): Promise<number | undefined> => (await exchange(device, frame(0x65)))[9]
    expect(await status()).toBe(2)
    slot.insertCard(voterCard())
    await device.wait(1)
    device.received()
    expect(await status()).toBe(1)
    await exchange(device, POWER_ON)
    expect(await status()).toBe(0)
    await exchange(device, frame(0x63))
    expect(await status()).toBe(1)
    slot.pullCard()
    await device.wait(1)
    expect(device.received()).toEqual(hex('50 02'))
    expect(await status()).toBe(2)
  })

  it('carries a command to the card and its answer back', async () => {
    const { device, slot } = await reader()
    slot.insertCard(voterCard())
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    const select = await exchange(device, frame(0x6f, hex('00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')))
    expect(select.slice(2, 14)).toEqual(hex('80 02 00 00 00 00 11 00 00 00 61 01'))
    const kind = await exchange(device, frame(0x6f, hex('00 C0 00 00 01')))
    expect(kind.slice(12, 15)).toEqual(hex('01 90 00'))
  })

  it('fails a transfer without a powered card, and one that T=0 cannot carry', async () => {
    const { device, slot } = await reader()
    const transfer = frame(0x6f, hex('00 C0 00 00 01'))
    expect((await exchange(device, transfer)).slice(9, 11)).toEqual([0x42, 0xfe])
    expect((await exchange(device, POWER_ON)).slice(9, 11)).toEqual([0x42, 0xfe])
    slot.insertCard(voterCard())
    await device.wait(1)
    device.received()
    expect((await exchange(device, transfer)).slice(9, 11)).toEqual([0x41, 0xfe])
    await exchange(device, POWER_ON)
    expect((await exchange(device, frame(0x6f, hex('00 A4 04 00 08 F0')))).slice(9, 11)).toEqual([0x40, 1])
    expect((await exchange(device, frame(0x6f, hex('00 A4')))).slice(9, 11)).toEqual([0x40, 1])
  })

  it('keeps the parameters of a powered card, and refuses those that no card or reader has', async () => {
    const { device, slot } = await reader()
    const changed = hex('18 00 00 0A 00')
    expect((await exchange(device, frame(0x6c))).slice(11, 17)).toEqual(hex('00 11 00 00 0A 00'))
    expect((await exchange(device, frame(0x61, changed))).slice(9, 11)).toEqual([0x42, 0xfe])
    slot.insertCard(voterCard())
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    expect((await exchange(device, frame(0x61, changed))).slice(11, 17)).toEqual([0, ...changed])
    expect((await exchange(device, frame(0x6c))).slice(12, 17)).toEqual(changed)
    const t1 = hex('11 10 00 45 00 FE 00')
    expect((await exchange(device, frame(0x61, t1, [1, 0, 0]))).slice(11, 19)).toEqual([1, ...t1])
    expect((await exchange(device, frame(0x6d))).slice(12, 17)).toEqual(hex('11 00 00 0A 00'))
    const refusal = async (protocol: number, data: string) => {
      const answer = await exchange(device, frame(0x61, hex(data), [protocol, 0, 0]))
      return [(answer[9] ?? 0) >> 6, answer[10]]
    }
    expect(await refusal(2, '11 00 00 0A 00')).toEqual([1, 0x07])
    expect(await refusal(1, '11 00 00 0A 00')).toEqual([1, 0x01])
    expect(await refusal(0, '71 00 00 0A 00')).toEqual([1, 0x0a])
    expect(await refusal(0, '17 00 00 0A 00')).toEqual([1, 0x0a])
    expect(await refusal(0, '11 10 00 0A 00')).toEqual([1, 0x0b])
    expect(await refusal(0, '11 00 00 00 00')).toEqual([1, 0x0d])
    expect(await refusal(1, '11 10 00 45 00 FF 00')).toEqual([1, 0x0f])
  })

  it('refuses another slot, a voltage of its own choice and unknown commands, and tells its name', async () => {
    const { device } = await reader()
    expect((await exchange(device, frame(0x65, [], [0, 0, 0], 1)))[10]).toBe(5)
    expect((await exchange(device, frame(0x62))).slice(9, 11)).toEqual([0x42, 7])
    expect((await exchange(device, frame(0x6f - 0x10)))[9]).toBe(0x42)
    expect((await exchange(device, frame(0x6b, [0x07]))).slice(9, 11)).toEqual([0x42, 0])
    const name = await exchange(device, frame(0x6b, [0x02]))
    expect(Buffer.from(name.slice(12, -1)).toString()).toMatch(/^GemTwin/)
  })

  it('tells movements with its answers once it was asked to', async () => {
    const { device, slot } = await reader()
    expect((await exchange(device, frame(0x6b, [1, 1, 1])))[9]).toBe(2)
    slot.insertCard(voterCard())
    await device.wait(1)
    expect(device.received()).toEqual([])
    const answer = await exchange(device, frame(0x65))
    expect(answer.slice(0, 2)).toEqual(hex('50 03'))
    expect(answer[2 + 9]).toBe(1)
    // One that goes in the middle of a command is told before the command's failure.
    await exchange(device, POWER_ON)
    slot.pullAtByte(3)
    const torn = await exchange(device, frame(0x6f, hex('00 CA 00 00 02')))
    expect([...torn.slice(0, 5), ...torn.slice(11, 13)]).toEqual(hex('50 02 03 06 80 42 fe'))
  })

  it('talks T=1 once it was told to, and a card of T=1 is none of T=0', async () => {
    const { device, slot } = await reader()
    const card = voterCard()
    slot.insertCard(card, new T1Contacts(card))
    await device.wait(1)
    device.received()
    const reset = await exchange(device, POWER_ON)
    expect(reset.slice(12, -1)).toEqual(hex('3B 94 11 81 31 FE 45 45 56 4D 31 E1'))
    // A reader that still talks T=0 takes the answer's first byte for a procedure byte.
    expect((await exchange(device, IFS_REQUEST)).slice(9, 11)).toEqual([0x40, 0xf4])
    await exchange(device, frame(0x61, hex('11 10 00 45 00 FE 00'), [1, 0, 0]))
    const answer = await exchange(device, IFS_REQUEST)
    expect(answer.slice(-6)).toEqual(hex('00 e1 01 fe 1e e3'))
    expect((await exchange(device, frame(0x6f, hex('00 c1 02 fe 3e'))))[10]).toBe(1)
    const select = await exchange(
      device,
      frame(0x6f, hex('00 00 0d 00 A4 04 00 08 F0 53 41 4E 44 4F 47 48 0d')),
    )
    expect(select.slice(12, -1)).toEqual(hex('00 00 03 01 90 00 92'))
  })

  it('tells the host that a card of T=0 asks for time, and gives up on one that says nothing', async () => {
    const { device, slot } = await reader()
    const card = voterCard()
    slot.insertCard(card, new T0Contacts(card, { is: 'slow', ms: 1_200 }))
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    const command = frame(0x6f, hex('00 A4 04 00 08 F0 53 41 4E 44 4F 47 48'))
    const slow = await device.ask(command, 1_300)
    expect(slow.slice(command.length, command.length + 2)).toEqual([0x80, 0x80])
    expect(slow.slice(-3, -1)).toEqual(hex('61 01'))
    slot.pullCard()
    slot.insertCard(card, new T0Contacts(card, { is: 'mute' }))
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    expect((await device.ask(command, 890)).length).toBe(command.length)
    await device.wait(10)
    expect(device.received().slice(9, 11)).toEqual([0x40, 0xfe])
  })

  it('answers nothing any more when the card is pulled, at whichever byte', async () => {
    const { device, slot } = await reader()
    const card = voterCard()
    slot.insertCard(card)
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    slot.pullAtByte(7)
    expect(await exchange(device, frame(0x6f, hex('00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')))).toEqual(
      hex('50 02'),
    )
    expect(slot.card()).toBeUndefined()
    expect((await exchange(device, frame(0x65)))[9]).toBe(2)
    expect(() => slot.pullAtByte(0)).toThrow('no card')
  })

  it('hears what comes while it talks to a card, and answers it after', async () => {
    const { device, slot } = await reader()
    const card = voterCard()
    slot.insertCard(card, new T0Contacts(card, { is: 'slow', ms: 100 }))
    await device.wait(1)
    device.received()
    await exchange(device, POWER_ON)
    const [command, status] = [frame(0x6f, hex('00 12 00 00 00')), frame(0x65)]
    await device.ask([...command, ...status])
    await device.wait(100)
    const received = device.received()
    expect(received.slice(2, 3)).toEqual([0x80])
    expect(received.slice(-13, -10)).toEqual(hex('03 06 81'))
  })

  it('hears a command sent anew after one that broke off', async () => {
    const { device } = await reader()
    await device.ask(POWER_ON.slice(0, 7))
    await device.wait(1000)
    expect((await exchange(device, frame(0x65))).length).toBe(13)
  })

  it('lets nobody do the impossible', async () => {
    const { slot } = await reader()
    expect(() => slot.pullCard()).toThrow('no card')
    slot.insertCard(voterCard())
    expect(() => slot.insertCard(voterCard('second'))).toThrow('there is a card')
  })
})
