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

/** When the centre last signed a receipt or took a status of a device, by the clock of the collector that did, milliseconds; undefined if never. */
interface Heard {
  readonly device: string
  readonly at: number | undefined
}

/** When each place of the definition was heard last; the spare in a place speaks for it. Those that closed are done. */
function lastHeard(
  desk: Pick<Desk, 'package'>,
  journals: readonly HeldJournal[],
  statuses: readonly HeldStatus[],
): readonly Heard[] {
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
    .map((device) => ({ device, at: heard.get(device) }))
}

async function readHeld(store: Desk['store']) {
  return { journals: await store.journals(), statuses: await store.statuses() }
}

/**
 * Tells of each device that has been silent for so long, once for each silence, from the moment on that one could have been. Collectors' clocks may differ: a time
 * that is new in the store since the last look is from since then, whatever it says.
 */
export function watchSilence(
  desk: Desk,
  limitMs: number,
  onAlarm: (alarm: Alarm) => void,
): { readonly close: () => void } {
  const { clock } = desk
  const told = new Set<string>()
  /** What the store said last of each device, and when that was by `Clock.elapsed`. */
  const seen = new Map<string, { readonly at: number; readonly elapsed: number }>()
  let lastLook = Number.NEGATIVE_INFINITY
  let isClosed = false
  let timer: Timer
  const look = async () => {
    const held = await readHeld(desk.store).catch(() => undefined)
    if (isClosed) return
    timer = clock.after(limitMs * ASK_SHARE, () => void look())
    // A store that cannot be reached tells its own alarms.
    if (held === undefined) return
    const elapsed = clock.elapsed()
    for (const { device, at } of lastHeard(desk, held.journals, held.statuses)) {
      if (at !== undefined && seen.get(device)?.at !== at) {
        const ago = Math.min(Math.max(0, clock.now() - at), elapsed - lastLook)
        seen.set(device, { at, elapsed: elapsed - ago })
      }
      const before = seen.get(device)
      const silentMs = before && elapsed - before.elapsed
      if (silentMs !== undefined && silentMs < limitMs) told.delete(device)
      else if (!told.has(device)) {
        told.add(device)
        onAlarm({ kind: 'stale', device, silentMs })
      }
    }
    lastLook = elapsed
  }
  timer = clock.after(limitMs, () => void look())
  return {
    close: () => {
      isClosed = true
      timer.cancel()
    },
  }
}
