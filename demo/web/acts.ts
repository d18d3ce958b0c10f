/** What people can do on the pages of a station, as the station takes it. Pages know its types alone. */
import { z } from 'zod'
import { GRID } from '../../ui/screen.ts'
import { DUTIES, KEYS, LINES, PRINTER_VERBS } from './messages.ts'

const place = {
  x: z
    .int()
    .min(0)
    .max(GRID.width - 1),
  y: z
    .int()
    .min(0)
    .max(GRID.height - 1),
}
const shift = z.int().min(-300).max(300)

const insert = z.strictObject({ do: z.literal('insert'), card: z.string().max(32) })
const takeOut = z.strictObject({ do: z.literal('take-out') })
const key = z.strictObject({ do: z.literal('key'), key: z.enum(KEYS), on: z.boolean() })

/** What officers do on their page. */
export const officersAct = z.discriminatedUnion('do', [
  insert,
  takeOut,
  key,
  /** Virtual officers do it. */
  z.strictObject({ do: z.literal('officers'), duty: z.enum(DUTIES) }),
  z.strictObject({ do: z.literal('dismiss') }),
  /** A voter card at the desk. */
  z.strictObject({ do: z.literal('issue') }),
  z.strictObject({ do: z.literal('count') }),
])

/** What hands do on the bench. */
export const benchAct = z.discriminatedUnion('do', [
  insert,
  takeOut,
  key,
  z.strictObject({ do: z.literal('finger-down'), ...place }),
  z.strictObject({ do: z.literal('finger-move'), ...place }),
  z.strictObject({ do: z.literal('finger-up') }),
  z.strictObject({ do: z.literal('palm'), ...place }),
  z.strictObject({ do: z.literal('two-fingers'), ...place }),
  /** How far the panel has shifted, in points of the grid. */
  z.strictObject({ do: z.literal('drift'), x: shift, y: shift }),
  z.strictObject({ do: z.literal('printer'), verb: z.enum(PRINTER_VERBS) }),
  z.strictObject({ do: z.literal('case'), open: z.boolean() }),
  z.strictObject({ do: z.literal('plug'), line: z.enum(LINES), in: z.boolean() }),
  z.strictObject({ do: z.literal('power'), on: z.boolean() }),
])

export type OfficersAct = z.infer<typeof officersAct>
export type BenchAct = z.infer<typeof benchAct>
export type Act = OfficersAct | BenchAct
