/**
 * The MQTT topics: `sandogh/<election>/<device>/up/<kind>` from a device, `sandogh/<election>/<device>/down/<kind>` to it. No level
 * holds a slash, plus or number sign, so that a topic cannot be read in two ways (MQTT 3.1.1, 4.7).
 */

/** What passes, by its direction. */
export const KINDS = {
  up: ['entries', 'tally', 'status', 'order-answer'],
  down: ['receipt', 'answer', 'order'],
} as const

type Direction = keyof typeof KINDS
export type Kind<D extends Direction = Direction> = (typeof KINDS)[D][number]

/** A topic taken apart. */
type Topic = {
  [D in Direction]: {
    readonly election: string
    readonly device: string
    readonly direction: D
    readonly kind: Kind<D>
  }
}[Direction]

/** As the definition writes elections and devices (`core/election/definition.ts`). */
const IDENTIFIER = /^[a-z0-9][a-z0-9.-]{0,63}$/

/** The topic of one kind of message. Throws on an election or device that no definition may name. */
export function topicOf<D extends Direction>(
  election: string,
  device: string,
  direction: D,
  kind: Kind<D>,
): string {
  return `${topicPrefix(election, device, direction)}${kind}`
}

/** What all topics of a device in one direction begin with, the last slash included. Throws as {@link topicOf}. */
export function topicPrefix(election: string, device: string, direction: Direction): string {
  for (const level of [election, device]) {
    if (!IDENTIFIER.test(level)) throw new RangeError(`no topic has a level ${JSON.stringify(level)}`)
  }
  return `sandogh/${election}/${device}/${direction}/`
}

/** The one filter to which a device subscribes, and the only one it is granted: every answer for it, and nothing else. Throws as {@link topicOf}. */
export function deviceFilter(election: string, device: string): string {
  return `${topicPrefix(election, device, 'down')}#`
}

/** Takes a topic apart; undefined for any text that {@link topicOf} would not make. */
export function parseTopic(text: string): Topic | undefined {
  const [root, election = '', device = '', direction = '', kind = '', ...rest] = text.split('/')
  if (root !== 'sandogh' || rest.length > 0) return undefined
  if (!IDENTIFIER.test(election) || !IDENTIFIER.test(device)) return undefined
  if (direction !== 'up' && direction !== 'down') return undefined
  const kinds: readonly string[] = KINDS[direction]
  return kinds.includes(kind) ? ({ election, device, direction, kind } as Topic) : undefined
}
