/** Decides on examined messages in one transaction, and encodes what is said to the devices once it has ended. */
import type { Held } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import { type Desk, encodeReply } from './desk.ts'
import { type Examined, examine, type Inbound } from './examine.ts'
import { keepAlarm } from './keep-alarm.ts'
import type { Decision, Outcome } from './outcome.ts'
import { takeEntries } from './take-entries.ts'
import { takeSheet } from './take-sheet.ts'
import { takeTally } from './take-tally.ts'

/**
 * What comes of these messages, one outcome for each in their order. All that they write is on disk when the promise resolves; if it rejects, none of
 * it is, and nobody may be told anything.
 */
export async function takeExamined(desk: Desk, messages: readonly Examined[]): Promise<readonly Outcome[]> {
  const decisions = await decideAll(desk, messages)
  return decisions.map(({ reply, alarm }, i) => ({
    ...(alarm && { alarm }),
    ...(reply && {
      reply: { kind: reply.kind, payload: encodeReply(desk, reply, messages[i]?.hash ?? '') },
    }),
  }))
}

/** Whatever people bring is looked at: nobody else has used up its share, or filled its place. */
const BROUGHT: Pick<Desk, 'allowance' | 'mostJournals'> = {
  allowance: { spend: () => 'granted' },
  mostJournals: Number.POSITIVE_INFINITY,
}

/** The same for what people bring: it came on nobody's topic, and nobody waits for an answer. */
export async function decideOn(desk: Desk, message: Examined): Promise<Decision> {
  const [decision = {}] = await decideAll({ ...desk, ...BROUGHT }, [message], (alarm) =>
    isOfNobody(alarm) ? { ...alarm, device: '' } : alarm,
  )
  return decision
}

/** Whoever brought it may have made it: no signature of the device that it names is in what the alarm says. */
function isOfNobody(alarm: Alarm): boolean {
  if (alarm.kind === 'malformed') return alarm.refusal.code === 'entries.size'
  return alarm.kind === 'forged' || alarm.kind === 'inconsistent'
}

async function decideAll(
  desk: Desk,
  messages: readonly Examined[],
  blame = (alarm: Alarm) => alarm,
): Promise<readonly Decision[]> {
  const scopes = new Map(
    messages.flatMap(({ scopes }) => scopes.map((scope) => [scope.name, scope] as const)),
  )
  const decide = async (held: Held) => {
    const decisions: Decision[] = []
    // One after another: what the first stores, the second finds.
    for (const message of messages) {
      const { alarm: raised, ...decision } = await decideOne(desk, held, message)
      const alarm = raised && blame(raised)
      if (alarm !== undefined) await keepAlarm(held, alarm, message.hash, desk.clock.now())
      decisions.push({ ...decision, ...(alarm && { alarm }) })
    }
    return decisions
  }
  return desk.store.transact([...scopes.values()], decide)
}

/** What comes of one message, from its payload on. */
export async function takeMessage(desk: Desk, message: Inbound): Promise<Outcome> {
  const [outcome = {}] = await takeExamined(desk, [examine(desk, message, desk.clock.now())])
  return outcome
}

function decideOne(desk: Desk, held: Held, message: Examined): Decision | Promise<Decision> {
  const { device } = message
  if (message.is === 'refused') return { alarm: message.alarm }
  if (message.is === 'entries') return takeEntries(desk, held, device, message)
  if (message.is === 'status') {
    const now = desk.clock.now()
    const receivedAt = Math.floor(now / 1000)
    desk.ownClock.note(device, message.at - now)
    held.storeStatus({ device, receivedAt, document: message.document })
    return {}
  }
  if (message.is === 'tally') return takeTally(desk, held, device, message)
  return takeSheet(desk, held, device, message)
}
