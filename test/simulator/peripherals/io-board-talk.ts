/** The host's side of the I/O board's contract: it asks, and reads what a board says. */
import assert from 'node:assert/strict'
import { type BoardStatus, decodeStatus } from '../../../firmware/io-board/status.ts'
import type { IoBoardBody } from '../../../simulator/peripherals/io-board-body.ts'
import { DeviceSide, hex } from '../device-side.ts'
import { encodeStatusQuery } from './status-query.ts'

/** Each promise, and what shows that it is kept: it throws otherwise. */
export type Contract = Readonly<Record<string, (make: MakeBoard) => Promise<void>>>

/** Puts a board on a line. */
type MakeBoard = (device: DeviceSide) => IoBoardBody

/** Longer than switches bounce. */
export const SETTLED_MS = 40
/** Longer than a latch takes to be stored. */
export const STORED_MS = 60
export const LAMP_ON = hex('F4 0D 01 F5 0D 01')

/** A board and the host that talks to it. */
export class Talk {
  readonly device: DeviceSide
  readonly board: IoBoardBody

  constructor(make: MakeBoard) {
    this.device = new DeviceSide()
    this.board = make(this.device)
  }

  /** What came since this was asked last, cut into messages. */
  messages(): number[][] {
    const messages: number[][] = []
    for (const byte of this.device.received()) {
      if (byte >= 0x80 && byte !== 0xf7) messages.push([])
      messages.at(-1)?.push(byte)
    }
    return messages
  }

  statuses(): BoardStatus[] {
    return this.messages().flatMap((message) => {
      const status = decodeStatus(Uint8Array.from(message))
      assert.notEqual(status, 'damaged')
      return status === undefined || status === 'damaged' ? [] : [status]
    })
  }

  /** The answer to one of our own messages. */
  async status(asked: Uint8Array = encodeStatusQuery(9)): Promise<BoardStatus> {
    this.device.received()
    const said = await this.device.ask(asked)
    const status = decodeStatus(Uint8Array.from(said))
    assert(status !== undefined && status !== 'damaged', `no status: ${Buffer.from(said).toString('hex')}`)
    assert.equal(status.number, asked[3])
    return status
  }
}

/** A board whose line has just been opened. */
export async function talk(make: MakeBoard): Promise<Talk> {
  const it = new Talk(make)
  await it.device.open()
  return it
}

/** Every tamper switch. */
export const CLOSED = { chassis: false, 'ballot-box': false, seal: false }
