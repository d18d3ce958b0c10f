/**
 * Devices of the definition of which nothing new was heard for long. What all collectors of a store heard counts, for they share the messages: so
 * it is the store that is asked, now and then.
 */
import type { Timer } from '../../core/ports.ts'
import type { HeldJournal, HeldStatus } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'

/** As seldom as this share of the silence that is told: it is told late by no more than that. */
const ASK_SHARE = 1 / 4

/** A device and how long ago the centre signed its last receipt or took its last status; undefined if it never did. */
export interface Silence {
  readonly device: string
  readonly silentMs: number | undefined
}

/** How long each place of the definition has been silent; the spare in a place speaks for it. Those that closed are done. */
export function silences(
  desk: Pick<Desk, 'package'>,
  journals: readonly HeldJournal[],
  statuses: readonly HeldStatus[],
  nowMs: number,
): readonly Silence[] {
  const heard = new Map<string, number>()
  const done = new Set<string>()
  const taken = new Map(
    journals.flatMap(({ takeover }) => (takeover ? [[takeover.origin, true] as const] : [])),
  )
  const deviceOf = new Map(journals.map(({ origin, device }) => [origin, device]))
  for (const { device, takeover, receiptedAt, closing, origin } of journals) {
    const place = takeover === undefined ? device : (deviceOf.get(takeover.origin) ?? device)
    heard.set(place, Math.max(heard.get(place) ?? 0, receiptedAt * 1000))
    if (closing !== undefined && !taken.has(origin)) done.add(place)
  }
  // A spare that took a place over is nobody's place: its status is that of the place.
  const placeBySpare = new Map(
    journals.flatMap(({ device, takeover }) =>
      takeover ? [[device, deviceOf.get(takeover.origin) ?? device] as const] : [],
    ),
  )
  for (const { device, receivedAt } of statuses) {
    const place = placeBySpare.get(device) ?? device
    heard.set(place, Math.max(heard.get(place) ?? 0, receivedAt * 1000))
  }
  return desk.package.definition.stations
    .flatMap(({ devices }) => devices)
    .filter((device) => !done.has(device))
    .map((device) => {
      const at = heard.get(device)
      return { device, silentMs: at === undefined ? undefined : Math.max(0, nowMs - at) }
    })
}

async function readHeld(store: Desk['store']) {
  return { journals: await store.journals(), statuses: await store.statuses() }
}

/** Tells of each device that has been silent for so long, once for each silence, from the moment on that one could have been. */
export function watchSilence(
  desk: Desk,
  limitMs: number,
  onAlarm: (alarm: Alarm) => void,
): { readonly close: () => void } {
  const told = new Set<string>()
  let isClosed = false
  let timer: Timer
  const look = async () => {
    const held = await readHeld(desk.store).catch(() => undefined)
    if (isClosed) return
    timer = desk.clock.after(limitMs * ASK_SHARE, () => void look())
    // A store that cannot be reached tells its own alarms.
    if (held === undefined) return
    for (const { device, silentMs } of silences(desk, held.journals, held.statuses, desk.clock.now())) {
      if (silentMs !== undefined && silentMs < limitMs) told.delete(device)
      else if (!told.has(device)) {
        told.add(device)
        onAlarm({ kind: 'stale', device, silentMs })
      }
    }
  }
  timer = desk.clock.after(limitMs, () => void look())
  return {
    close: () => {
      isClosed = true
      timer.cancel()
    },
  }
}
