/** A card whose applet tells, outside the protocol, what it was made to do. */
import { type CardInstruction, SmartCard, SW } from '../../../simulator/cards/smart-card.ts'

/** Class and instruction of its one command: it answers the body backwards, and that many bytes of it. */
export const COUNTED = { cla: 0x80, ins: 0x40 } as const

export class CountingCard extends SmartCard {
  protected override readonly kindByte = 1
  /** The body of each command that it carried out, in order. */
  readonly done: Uint8Array[] = []

  protected override instruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla !== COUNTED.cla || ins !== COUNTED.ins) return undefined
    return {
      direction: 'in',
      run: ({ body }) => {
        this.done.push(body)
        return body.length === 0 ? { sw: SW.done } : { data: body.toReversed() }
      },
    }
  }

  protected override forgetSession(): void {}
}
