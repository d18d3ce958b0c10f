/**
 * Who may write and read which topics. A certificate's subject and role decide, nothing that a client says of itself.
 */
import { deviceFilter, parseTopic } from '../../core/messages/topic.ts'

/** Who is at the other end, from its verified certificate. */
export interface Peer {
  readonly subject: string
  readonly role: 'device' | 'centre'
}

/** Whether a peer may publish on a topic: a device its own `up`, the centre every device's `down`, and no kind that there is not. */
export function mayPublish(electionId: string, peer: Peer, topic: string): boolean {
  const parsed = parseTopic(topic)
  if (parsed?.election !== electionId) return false
  if (peer.role === 'device') return parsed.direction === 'up' && parsed.device === peer.subject
  return parsed.direction === 'down'
}

/**
 * Whether a peer may subscribe to a filter: a device its own `down`, the centre every device's `up`, and nobody to a narrower one. Filters
 * that reach nothing outside have no end, and each that is granted is kept: one device could fill the broker's memory with them.
 */
export function maySubscribe(electionId: string, peer: Peer, filter: string): boolean {
  const own = peer.role === 'device' ? deviceFilter(electionId, peer.subject) : centreFilter(electionId)
  return filter === own
}

/** The one filter to which the centre subscribes. */
export function centreFilter(electionId: string): string {
  return `sandogh/${electionId}/+/up/#`
}
