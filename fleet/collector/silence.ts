/**
 * Devices of the definition of which nothing new was heard for long. What all collectors of a store heard counts, for they share the messages: so
 * it is the store that is asked, now and then.
 */
import { isPollingTime } from '../../core/election/polling-time.ts'
import type { Logger, Timer } from '../../core/ports.ts'
import type { HeldJournal, HeldStatus } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'
import { keepAlone } from './keep-alarm.ts'
import { type Places, placeOfJournal } from './takeover.ts'

/** Three turns of a device's timer, and longer than any order lets it wait between two (`tellingPolicy`). */
export const SILENT_MS = 15 * 60_000

/** As seldom as this share of the silence that is told: it is told late by no more than that. */
const ASK_SHARE = 1 / 4

/**
 * So many alarms are one transaction. Where a line fails a whole country is silent at once: one by one they would wait for the disk as often, and
 * all of them together would let nobody else write.
 */
const BATCH = 256

/** When the centre last signed a receipt or took a status of a device, by the clock of the collector that did, milliseconds; undefined if never. */
interface Heard {
  readonly device: string
  readonly at: number | undefined
}

/** When each place of the definition was heard last; the spare in a place speaks for it. Those that closed are done. */
function lastHeard(
  desk: Places,
  journals: readonly HeldJournal[],
  statuses: readonly HeldStatus[],
): readonly Heard[] {
  const heard = new Map<string, number>()
  const done = new Set<string>()
  const placed = journals.flatMap((journal) => {
    const place = placeOfJournal(desk, journal)?.device
    return place === undefined ? [] : [{ ...journal, place }]
  })
  const taken = new Set(placed.map(({ takeover }) => takeover?.origin))
  for (const { place, receiptedAt, closing, origin } of placed) {
    heard.set(place, Math.max(heard.get(place) ?? 0, receiptedAt * 1000))
    if (closing !== undefined && !taken.has(origin)) done.add(place)
  }
  // A spare that took a place over is nobody's place: its status is that of the place.
  const placeBy = new Map(placed.map(({ device, place }) => [device, place]))
  for (const { device, receivedAt } of statuses) {
    const place = placeBy.get(device) ?? device
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
 * Tells of each device that has been silent for so long and keeps the alarm, once for each silence, from the moment on that one could have been; again at the
 * next look if it could not be kept. Collectors' clocks may differ: a time that is new in the store since the last look is from since then, whatever it says.
 */
export function watchSilence(
  desk: Desk,
  limitMs: number,
  logger: Logger,
  onAlarm: (alarm: Alarm) => void,
): { readonly close: () => void } {
  const { clock } = desk
  /** Of whose silence the alarm is kept. */
  const told = new Set<string>()
  /** What the store said last of each device, and when that was by `Clock.elapsed`. */
  const seen = new Map<string, { readonly at: number; readonly elapsed: number }>()
  let lastLook = Number.NEGATIVE_INFINITY
  let isClosed = false
  let timer: Timer

  /** Those that are silent and not told yet. */
  const look = (held: Awaited<ReturnType<typeof readHeld>>): readonly Alarm[] => {
    const elapsed = clock.elapsed()
    const alarms: Alarm[] = []
    for (const { device, at } of lastHeard(desk, held.journals, held.statuses)) {
      if (at !== undefined && seen.get(device)?.at !== at) {
        const ago = Math.min(Math.max(0, clock.now() - at), elapsed - lastLook)
        seen.set(device, { at, elapsed: elapsed - ago })
      }
      const before = seen.get(device)
      const silentMs = before && elapsed - before.elapsed
      if (silentMs !== undefined && silentMs < limitMs) told.delete(device)
      // The evening before nobody has spoken yet.
      else if (at === undefined && !isPollingTime(desk.package.definition, clock.now())) continue
      else if (!told.has(device)) alarms.push({ kind: 'stale', device, since: at })
    }
    lastLook = elapsed
    return alarms
  }

  /** One batch after another: of a store's few connections it takes one. */
  const tell = async (alarms: readonly Alarm[]) => {
    for (let from = 0; from < alarms.length && !isClosed; from += BATCH) {
      const batch = alarms.slice(from, from + BATCH)
      for (const alarm of batch) onAlarm(alarm)
      if (await keepAlone(desk, batch, logger)) for (const { device } of batch) told.add(device)
      // SQLite answers within the same turn of the event loop: messages and timers have theirs in between.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const watch = async () => {
    const held = await readHeld(desk.store).catch(() => undefined)
    // A store that cannot be reached tells its own alarms.
    if (held !== undefined && !isClosed) await tell(look(held))
    // Only now: a look that takes longer than it is to the next one is not overtaken by it.
    if (!isClosed) timer = clock.after(limitMs * ASK_SHARE, () => void watch())
  }
  timer = clock.after(limitMs, () => void watch())
  return {
    close: () => {
      isClosed = true
      timer.cancel()
    },
  }
}
