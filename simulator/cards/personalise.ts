/** What whoever makes cards does with one before it is given out: writes its objects and ends its personalisation, by the commands of docs/card.md. */
import { PIECE, type SmartCard, SW } from './smart-card.ts'

const AID = Buffer.from('f053414e444f4748', 'hex')

/** Writes these objects and seals the card. Throws where it does not take one: it is sealed already, or something is missing. */
export function personalise(card: SmartCard, objects: ReadonlyMap<number, Uint8Array>): void {
  card.reset()
  send(card, [0x00, 0xa4, 0x04, 0x00], AID)
  for (const [id, value] of objects) {
    send(card, [0x00, 0xa4, 0x02, 0x0c], Uint8Array.of(id >> 8, id & 0xff))
    for (let at = 0; at < value.length; at += PIECE)
      send(card, [0x00, 0xda, at >> 8, at & 0xff], value.subarray(at, at + PIECE))
  }
  send(card, [0x80, 0x14, 0x00, 0x00], new Uint8Array(0))
  card.powerOff()
}

function send(card: SmartCard, command: readonly number[], data: Uint8Array): void {
  const status = Buffer.from(card.transmit(Uint8Array.from([...command, data.length]), data).subarray(-2))
  const isDone = status.readUInt16BE() === SW.done || status[0] === 0x61
  if (!isDone) throw new Error(`the card answers ${status.toString('hex')} to its personalisation`)
}
