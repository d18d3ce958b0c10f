/**
 * Takes messages as fast as they come: while one batch is being stored, the next one is examined in worker threads and more gather behind it. A batch is
 * one transaction; nobody is answered before it is on disk.
 */
import { availableParallelism } from 'node:os'
import type { Logger } from '../../core/ports.ts'
import { StoreUnavailable } from '../store/unavailable.ts'
import { Allowance } from './allowance.ts'
import type { Desk } from './desk.ts'
import type { Examined, Inbound } from './examine.ts'
import { Examiners } from './examiners.ts'
import { Inbox, type Waiting } from './inbox.ts'
import type { Outcome } from './outcome.ts'
import { takeExamined } from './take-messages.ts'

/** While a batch is being stored the next one is begun only when so many wait: one write for few costs as much as for many. */
const WORTH_A_BATCH = 128

/** In entries (`allowance.ts`): a hundred at once and two a second, and an honest device repeats at its turns what was refused. */
const A_REFUSAL = 200

type Ticket = (outcome: Outcome) => void
type Batch = readonly Waiting<Ticket>[]

export interface Engine {
  /** What comes of a message, once all of it is on disk. Never rejects. */
  take(message: Inbound): Promise<Outcome>
  /** Waits for what was taken in. */
  close(): Promise<void>
}

export function startEngine(desk: Desk, logger: Logger): Engine {
  // One processor is for this thread.
  const threads = Math.max(1, availableParallelism() - 1)
  const examiners = new Examiners(desk, () => desk.clock.now(), threads)
  const inbox = new Inbox<Ticket>(desk.floods)
  // Not the one for what is looked up again: whoever has used that up may still say what is new.
  const refusals = new Allowance(desk.clock, desk.floods)
  let isExamining = false
  let isGathering = false
  let isStoring = false
  let stored: Promise<void> = Promise.resolve()

  /** What arrives in one turn of the event loop goes together. */
  function gather() {
    if (isGathering) return
    isGathering = true
    setImmediate(() => {
      isGathering = false
      begin()
    })
  }

  function begin() {
    if (isExamining || inbox.size === 0 || (isStoring && inbox.size < WORTH_A_BATCH)) return
    isExamining = true
    void run(inbox.next())
  }

  async function run(batch: Batch) {
    const examined = await examiners
      .examine(batch.map(({ message }) => message))
      .catch((error: unknown) => notTaken(batch, error))
    await stored
    isExamining = false
    isStoring = true
    stored = (examined === undefined ? Promise.resolve() : store(batch, examined)).finally(() => {
      isStoring = false
      begin()
    })
    begin()
  }

  async function store(batch: Batch, examined: readonly Examined[]) {
    try {
      const outcomes = await takeExamined(desk, examined)
      for (const [i, { message }] of batch.entries())
        if (isRefused(outcomes[i] ?? {})) refusals.charge(message.device, A_REFUSAL)
      settle(batch, outcomes)
    } catch (error) {
      if (error instanceof StoreUnavailable || batch.length === 1) return notTaken(batch, error)
      // One message of them cannot be stored: it is looked for by halves, until it stands alone.
      const half = batch.length >> 1
      await store(batch.slice(0, half), examined.slice(0, half))
      await store(batch.slice(half), examined.slice(half))
    }
  }

  function settle(batch: Batch, outcomes: readonly Outcome[]) {
    for (const [i, { ticket }] of batch.entries()) ticket(outcomes[i] ?? {})
  }

  /** Whatever the store throws means: not on disk, so no receipt. The devices send again. */
  function notTaken(batch: Batch, error: unknown): undefined {
    const reason = error instanceof Error ? error.message : 'unknown'
    logger.error({ messages: batch.length, reason }, 'collector: not stored')
    settle(
      batch,
      batch.map(({ message: { device } }) => ({ alarm: { kind: 'not-stored', device, reason } })),
    )
  }

  return {
    take: (message) =>
      new Promise((resolve) => {
        const { device } = message
        const asked = refusals.spend(device, 0)
        const added = asked === 'granted' ? inbox.add(message, resolve) : asked
        if (added === 'taken') return gather()
        resolve(added === 'flooded' ? { alarm: { kind: 'flood', device } } : {})
      }),
    close: async () => {
      while (inbox.size > 0 || isExamining || isStoring) {
        await new Promise((resolve) => setImmediate(resolve))
        await stored
      }
      await examiners.close()
    },
  }
}

/** Whether nothing of a message was stored that it was sent for. A flood has been counted elsewhere. */
function isRefused({ reply, alarm }: Outcome): boolean {
  return alarm !== undefined && alarm.kind !== 'flood' && reply?.kind !== 'receipt'
}
