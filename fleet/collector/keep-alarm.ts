/** Alarms as the store keeps them: a program's log is lost with its computer, and nobody reads it a month later. */
import { fromBase64, sha256 } from '../../core/keys/hash.ts'
import type { Logger } from '../../core/ports.ts'
import { describeRefusal } from '../../core/result.ts'
import { shownText } from '../../core/text/drawable.ts'
import type { Held, KeptAlarm } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'

/** Of a refusal all is told; where it says more, somebody made it do so. */
const MOST_CHARACTERS = 600

/** What an alarm says, on one line, without its kind and device. */
export function describeAlarm(alarm: Alarm): string {
  const told = (what: string) => shownText(what, MOST_CHARACTERS)
  if ('refusal' in alarm) return told(describeRefusal(alarm.refusal))
  switch (alarm.kind) {
    case 'gap':
      return told(`${alarm.have} entries are held, and it sent from ${alarm.from} on`)
    case 'equivocation':
      return told(`it signed two histories of ${alarm.size} entries of ${alarm.origin}`)
    case 'second-journal':
      return told(`${alarm.origin} beside ${alarm.other}`)
    case 'further-journal':
      return told(
        `nothing was kept of ${alarm.origin}, for as many journals of this device are held as are taken by its line. Find out who has its keys, and import its memory stick: what people bring is taken.`,
      )
    case 'takeover-fork':
    case 'not-dead':
      return told(`${alarm.what}, by ${alarm.by}`)
    case 'clock':
      return told(`entry ${alarm.seq} of ${alarm.at}: ${alarm.what}`)
    case 'stale':
      // By what the store says, so that all who watch keep one alarm of one silence, and of another one another.
      return told(
        alarm.since === undefined
          ? 'nothing was ever heard'
          : `nothing new was heard since ${new Date(alarm.since).toISOString().slice(0, 19)}Z`,
      )
    case 'flood':
      return told('it sent faster than it may')
    case 'not-stored':
      return told(alarm.reason)
  }
}

/**
 * Keeps an alarm in the transaction that decided on its message.
 * @param messageHash base64; of an alarm that no message raised, its words stand for it
 */
export async function keepAlarm(
  held: Held,
  alarm: Alarm,
  messageHash: string | undefined,
  nowMs: number,
): Promise<void> {
  if (alarm.device === '') return
  const what = describeAlarm(alarm)
  const evidence = evidenceOf(alarm, what, messageHash)
  const kept: KeptAlarm = {
    device: alarm.device,
    kind: alarm.kind,
    evidence,
    at: Math.floor(nowMs / 1000),
    what,
  }
  await held.storeAlarm(kept)
}

function evidenceOf(alarm: Alarm, what: string, messageHash: string | undefined): Uint8Array {
  // However it is cut and sent again, it is one journal, and takes no place of another.
  if (alarm.kind === 'further-journal') return sha256(Buffer.from(alarm.origin))
  // A flood is no message's doing, whichever was one too many.
  const raisedBy = alarm.kind === 'flood' ? undefined : messageHash
  return (raisedBy && fromBase64(raisedBy)) || sha256(Buffer.from(`${alarm.kind} ${alarm.device} ${what}`))
}

/**
 * Keeps alarms that came of no message, silences and floods, in one transaction of their own; what cannot be kept is in the log.
 * @returns whether they are on disk
 */
export async function keepAlone(desk: Desk, alarms: readonly Alarm[], logger: Logger): Promise<boolean> {
  const scopes = desk.stations.scopesOf(alarms.map(({ device }) => device))
  try {
    await desk.store.transact(scopes, async (held) => {
      for (const alarm of alarms) await keepAlarm(held, alarm, undefined, desk.clock.now())
    })
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    const what = alarms.map(({ device, kind }) => ({ device, alarm: kind }))
    logger.error({ alarms: what, reason }, 'collector: alarms not kept')
    return false
  }
}
