/**
 * Sends an order to each device that it is for, again and again until it is answered: an absent device gets it when it comes back. By all brokers, for nobody
 * here knows at which of them a device is; one that is not reached yet keeps nobody waiting.
 */
import { messageHash } from '../../core/messages/answer.ts'
import { type OrderAnswer, openOrderAnswer } from '../../core/messages/order-answer.ts'
import type { Clock, Logger, Timer } from '../../core/ports.ts'
import { fail, ok, type Refusal, type Result } from '../../core/result.ts'
import { type BrokerAddress, type Connection, openConnection } from '../collector/connection.ts'

/** Below what a device looks at: it answers ten orders a minute. */
const AGAIN_MS = 30_000

interface SendOptions {
  readonly brokers: readonly BrokerAddress[]
  readonly election: string
  readonly authority: Uint8Array
  /** The time by which certificates are judged. */
  readonly certificatesAt: number
  readonly payload: Uint8Array
  readonly devices: readonly string[]
  /** When the order expires. */
  readonly until: number
  readonly clock: Clock
  readonly logger: Logger
  /** Each device's answer, once. */
  readonly answered: (answer: OrderAnswer) => void
  /** Resolves when the sending is to be given up. */
  readonly end: Promise<unknown>
}

/** @returns the devices without an answer, at the end; or a refusal `collector.*` where one of the brokers will not have it */
export async function sendOrder(options: SendOptions): Promise<Result<readonly string[]>> {
  const { election, authority, payload, clock, logger } = options
  const hash = messageHash(payload)
  const waiting = new Set(options.devices)
  const over = Promise.withResolvers<Refusal | undefined>()
  const givenUp = new AbortController()
  const connections: Connection[] = []
  const sendBy = ({ reply }: Connection) => {
    for (const device of waiting) reply(device, 'order', payload)
  }
  const opening = options.brokers.map(async (broker) => {
    const connection = await openConnection({
      broker,
      election,
      logger,
      givenUp: givenUp.signal,
      onMessage: async ({ device, kind, payload: said }) => {
        if (kind !== 'order-answer' || !waiting.has(device)) return
        const answer = openOrderAnswer(said, { device, authority, at: options.certificatesAt }, device)
        if (!answer.ok)
          return logger.warn({ device, code: answer.error.code }, 'order: no answer of that device')
        if (answer.value.to !== hash) return
        waiting.delete(device)
        options.answered(answer.value)
        if (waiting.size === 0) over.resolve(undefined)
      },
    })
    if (!connection.ok) return over.resolve(connection.error)
    connections.push(connection.value)
    if (!givenUp.signal.aborted) sendBy(connection.value)
  })
  let timer: Timer | undefined
  const turn = () => {
    if (clock.now() > options.until) return over.resolve(undefined)
    for (const connection of connections) sendBy(connection)
    timer = clock.after(Math.min(AGAIN_MS, options.until + 1 - clock.now()), turn)
  }
  turn()
  const refusal = await Promise.race([over.promise, options.end.then(() => undefined)])
  timer?.cancel()
  givenUp.abort()
  await Promise.all(opening)
  for (const connection of connections) await connection.close()
  return refusal === undefined ? ok([...waiting]) : fail(refusal)
}
