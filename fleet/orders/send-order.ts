/** Sends an order to each device that it is for, again and again until it is answered: an absent device gets it when it comes back. */
import { messageHash } from '../../core/messages/answer.ts'
import { type OrderAnswer, openOrderAnswer } from '../../core/messages/order-answer.ts'
import type { Clock, Logger, Timer } from '../../core/ports.ts'
import { ok, type Result } from '../../core/result.ts'
import { type BrokerAddress, openConnection } from '../collector/connection.ts'

/** Below what a device looks at: it answers ten orders a minute. */
const AGAIN_MS = 30_000

interface SendOptions {
  readonly broker: BrokerAddress
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

/** @returns the devices without an answer, at the end; or a refusal `collector.*` where the broker will not have it */
export async function sendOrder(options: SendOptions): Promise<Result<readonly string[]>> {
  const { broker, election, authority, payload, clock, logger } = options
  const hash = messageHash(payload)
  const waiting = new Set(options.devices)
  const done = Promise.withResolvers<void>()
  const connection = await openConnection({
    broker,
    election,
    logger,
    onMessage: async ({ device, kind, payload: said }) => {
      if (kind !== 'order-answer' || !waiting.has(device)) return
      const answer = openOrderAnswer(said, { device, authority, at: options.certificatesAt }, device)
      if (!answer.ok)
        return logger.warn({ device, code: answer.error.code }, 'order: no answer of that device')
      if (answer.value.to !== hash) return
      waiting.delete(device)
      options.answered(answer.value)
      if (waiting.size === 0) done.resolve()
    },
  })
  if (!connection.ok) return connection
  let timer: Timer | undefined
  const send = () => {
    if (clock.now() > options.until) return done.resolve()
    for (const device of waiting) connection.value.reply(device, 'order', payload)
    timer = clock.after(Math.min(AGAIN_MS, options.until + 1 - clock.now()), send)
  }
  send()
  await Promise.race([done.promise, options.end])
  timer?.cancel()
  await connection.value.close()
  return ok([...waiting])
}
