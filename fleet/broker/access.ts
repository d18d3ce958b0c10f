/**
 * Who may write and read which topics. A certificate's subject and role decide, nothing that a client says of itself.
 */
import { parseTopic, topicPrefix } from '../../core/messages/topic.ts'

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
 * Whether a peer may subscribe to a filter: a device its own `down`, the centre every device's `up`. Wildcards stand behind the last
 * level compared, so they reach nothing outside (MQTT 3.1.1, 4.7.1).
 */
export function maySubscribe(electionId: string, peer: Peer, filter: string): boolean {
  if (peer.role === 'device') return filter.startsWith(topicPrefix(electionId, peer.subject, 'down'))
  return filter === centreFilter(electionId)
}

/** The one filter to which the centre subscribes. */
export function centreFilter(electionId: string): string {
  return `sandogh/${electionId}/+/up/#`
}
