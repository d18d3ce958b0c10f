/** What the device says to the page and the page to the device: the display's line, one message at a time. */
import { z } from 'zod'
import type { Element, Rect, Screen } from '../../../ui/screen.ts'
import { CONTRASTS, type Contrast, TEXT_LEVELS, TEXT_SIZE, type TextSize } from '../../../ui/tokens.ts'

// Compiling a schema would be code that is written in place, which the page's policy forbids.
z.config({ jitless: true })

const language = z.string().min(2).max(35)
const direction = z.enum(['rtl', 'ltr'])
const id = z.string().min(1).max(64)

const rect = z.strictObject({
  x: z.number(),
  y: z.number(),
  width: z.number().min(0),
  height: z.number().min(0),
}) satisfies z.ZodType<Rect>

const element = z.strictObject({
  id,
  role: z.enum(['heading', 'text', 'button', 'status', 'list-item', 'picture']),
  name: z.string(),
  language,
  direction,
  rect,
  size: z.enum(Object.keys(TEXT_SIZE) as [TextSize]),
  enabled: z.boolean().exactOptional(),
  emphasis: z.enum(['plain', 'primary', 'danger', 'rehearsal']).exactOptional(),
  photo: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  press: z.boolean(),
}) satisfies z.ZodType<Element>

const screen = z.strictObject({
  name: z.string(),
  language,
  direction,
  look: z.strictObject({
    textLevel: z.literal(TEXT_LEVELS),
    contrast: z.enum(Object.keys(CONTRASTS) as [Contrast]),
  }),
  focus: id.exactOptional(),
  elements: z.array(element),
}) satisfies z.ZodType<Screen>

const fromDevice = z.union([
  z.strictObject({ screen: screen.extend({ revision: z.int().min(1) }) }),
  z.strictObject({ ask: z.literal('showing') }),
])
export type FromDevice = z.infer<typeof fromDevice>

/** What the page says; it names the screen that was to be seen. */
export type ToDevice =
  | { readonly painted: number }
  | { readonly showing: number }
  | { readonly touch: { readonly revision: number; readonly down: Place; readonly up: Place } }
  | { readonly press: { readonly revision: number; readonly id: string } }
  | { readonly switch: { readonly revision: number; readonly key: SwitchKey } }

export type Place = readonly [x: number, y: number]
export type SwitchKey = 'next' | 'previous' | 'choose'

/** Reads a message, or gives undefined for what is none. */
export function parseMessage(text: unknown): FromDevice | undefined {
  try {
    return fromDevice.safeParse(JSON.parse(String(text))).data
  } catch {
    return undefined
  }
}
