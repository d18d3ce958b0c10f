/**
 * The collector: hears every device of the election and answers each. What is stored is stored before the receipt goes out; what cannot be
 * taken becomes an alarm.
 */
import type { Logger } from '../../core/ports.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Alarm, AlarmKind } from './alarm.ts'
import { type BrokerAddress, openConnection } from './connection.ts'
import { type DeskParts, openDesk } from './desk.ts'
import { startEngine } from './engine.ts'
import { keepAlone } from './keep-alarm.ts'
import type { Outcome } from './outcome.ts'
import { watchSilence } from './silence.ts'
import { ToldLately } from './told-lately.ts'

/** How often each kind of reply went out and each kind of alarm was raised. */
export type Counts = Readonly<Record<'receipt' | 'answer' | AlarmKind, number>>

/** In entries (`allowance.ts`): twenty at once and 24 a minute, and a device answers ten (`device-agent/ballot/orders`). */
const AN_ORDER_ANSWER = 1_000

interface CollectorOptions extends DeskParts {
  readonly broker: BrokerAddress
  /** Of several collectors that share the messages; absent for the only one. */
  readonly group?: string | undefined
  /** So long nothing new from a device of the definition is an alarm, milliseconds; without it nobody asks. */
  readonly silenceMs?: number | undefined
  readonly logger: Logger
  readonly onAlarm: (alarm: Alarm) => void
}

export interface Collector {
  counts(): Counts
  close(): Promise<void>
}

/**
 * Starts the collector; resolves once it is subscribed for the first time. It goes on for ever when the link fails later.
 * @returns a refusal `collector.*` where the broker will not have it
 */
export async function startCollector(options: CollectorOptions): Promise<Result<Collector>> {
  const { broker, group, logger, silenceMs } = options
  const { election } = options.package.definition
  const counts = {
    receipt: 0,
    answer: 0,
    malformed: 0,
    forged: 0,
    inconsistent: 0,
    gap: 0,
    equivocation: 0,
    'other-tally': 0,
    'small-device': 0,
    'second-sheet': 0,
    'second-journal': 0,
    'further-journal': 0,
    'takeover-fork': 0,
    'not-dead': 0,
    clock: 0,
    stale: 0,
    flood: 0,
    'not-stored': 0,
  }
  const desk = openDesk(options)
  const engine = startEngine(desk, logger)
  const told = new ToldLately(desk.clock)
  /** @returns whether it was told: the same alarm lately was enough */
  const tell = (alarm: Alarm): boolean => {
    counts[alarm.kind] += 1
    options.onAlarm(alarm)
    const isNews = told.isNews(alarm)
    if (isNews) logger.warn({ device: alarm.device, alarm: alarm.kind }, 'collector: alarm')
    return isNews
  }
  let isClockOff = false
  /** Says once that it is this clock, and not each device's. */
  const lookAtClock = () => {
    const offsetMs = desk.ownClock.offsetMs()
    if (offsetMs !== 0 && !isClockOff)
      logger.error(
        { behindS: Math.round(offsetMs / 1000) },
        'collector: most devices say another time: set the clock of this computer',
      )
    isClockOff = offsetMs !== 0
  }
  /** Of answers to orders whoever sent the order takes note; here it is only seen to it that nobody floods with them. */
  const passBy = (device: string): Outcome =>
    desk.allowance.spend(device, AN_ORDER_ANSWER) === 'flooded' ? { alarm: { kind: 'flood', device } } : {}
  const connection = await openConnection({
    broker,
    election,
    group,
    logger,
    onMessage: async (message, send) => {
      const { device, kind, payload } = message
      const { reply, alarm } =
        kind === 'order-answer' ? passBy(device) : await engine.take({ device, kind, payload })
      if (kind === 'status') lookAtClock()
      const isNews = alarm !== undefined && tell(alarm)
      if (isNews && alarm.kind === 'flood') await keepAlone(desk, [alarm], logger)
      if (reply === undefined) return
      counts[reply.kind] += 1
      send(message.device, reply.kind, reply.payload)
    },
  })
  if (!connection.ok) {
    await engine.close()
    return connection
  }
  const silence = silenceMs === undefined ? undefined : watchSilence(desk, silenceMs, logger, tell)
  return ok({
    counts: () => ({ ...counts }),
    close: async () => {
      silence?.close()
      await connection.value.close()
      await engine.close()
    },
  })
}
