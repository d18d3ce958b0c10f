/**
 * The journals of some stations in memory, while a transaction lasts: read in one go at its beginning, and what is written gathers here and goes to
 * the database in one go at its end.
 */
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import { emptyFrontier } from '../../core/tlog/tree.ts'
import { judgeDay, noteEntries, programChanges, withNoted } from './noted.ts'
import {
  dayText,
  frontierOf,
  journalOf,
  noWrites,
  type Rows,
  rootsBytes,
  sheetOf,
  tallyOf,
  type Writes,
} from './rows.ts'
import {
  type Addition,
  type Held,
  type HeldJournal,
  type HeldStatus,
  type KeptAlarm,
  MOST_ALARMS,
  type Scope,
  type SecondTotals,
} from './store.ts'

export class View implements Held {
  readonly #rows: Rows
  readonly #devices: ReadonlySet<string>
  readonly #journals: Map<string, HeldJournal>
  /** Of each device for which one was raised, what is kept already. */
  readonly #alarms = new Map<string, KeptAlarm[]>()
  #writes: Writes = noWrites()

  private constructor(rows: Rows, devices: ReadonlySet<string>, journals: readonly HeldJournal[]) {
    this.#rows = rows
    this.#devices = devices
    this.#journals = new Map(journals.map((journal) => [journal.origin, journal]))
  }

  static async read(rows: Rows, stations: readonly Scope[]): Promise<View> {
    const devices = new Set(stations.flatMap((station) => station.devices))
    return new View(rows, devices, (await rows.journals([...devices])).map(journalOf))
  }

  journal(origin: string): HeldJournal | undefined {
    const journal = this.#journals.get(origin)
    if (journal !== undefined) return journal
    const device = deviceNamedIn(origin)
    if (device !== undefined && !this.#devices.has(device))
      throw new Error('a journal of a station that was not locked')
    return undefined
  }

  journalsOf(device: string): readonly HeldJournal[] {
    if (!this.#devices.has(device)) throw new Error('a device of a station that was not locked')
    return [...this.#journals.values()].filter((journal) => journal.device === device)
  }

  takersOf(origin: string): readonly HeldJournal[] {
    return [...this.#journals.values()].filter(({ takeover }) => takeover?.origin === origin)
  }

  async entries(origin: string, from: number, to: number) {
    await this.flush()
    return this.#rows.entries(origin, from, to)
  }

  async checkpoint(origin: string, size: number) {
    await this.flush()
    return this.#rows.checkpoint(origin, size)
  }

  async latestCheckpoint(origin: string) {
    await this.flush()
    return this.#rows.latestCheckpoint(origin)
  }

  async tree(origin: string, most: number) {
    await this.flush()
    const kept = await this.#rows.tree(origin, most)
    return kept === undefined ? emptyFrontier() : frontierOf(kept)
  }

  async tally(origin: string) {
    if (this.#journals.get(origin)?.hasTally !== true) return undefined
    await this.flush()
    return (await this.#rows.tallies(origin)).map(tallyOf)[0]
  }

  async sheet(station: string) {
    await this.flush()
    return (await this.#rows.sheets(station)).map(sheetOf)[0]
  }

  async append(addition: Addition): Promise<void> {
    const { owner, entries, frontier, note, cosignature, receiptedAt, writtenAt } = addition
    const { origin, device } = owner
    const known = this.journal(origin)
    const first = frontier.size - entries.length
    const noted = noteEntries(origin, first, entries)
    const before = known ?? { ...owner, dead: [], hasTally: false, isForked: false, programs: [] }
    const { illegal: _, ...journal } = withNoted({ ...before, frontier, receiptedAt, writtenAt }, noted)
    let illegal: Refusal | undefined
    let day: string | null = null
    if (journal.closing !== undefined) {
      const earlier = first === 0 ? [] : await this.entries(origin, 0, first)
      illegal = judgeDay(device, [...earlier, ...entries])
      day = dayText(illegal)
    }
    if (known === undefined) this.#writes.owners.push(owner)
    for (const [i, bytes] of entries.entries()) this.#writes.entries.push({ origin, seq: first + i, bytes })
    const { size } = frontier
    const roots = rootsBytes(frontier.roots)
    this.#writes.checkpoints.push({ origin, size, note, cosignature, roots, receiptedAt, writtenAt, day })
    for (const closing of noted.closings) this.#writes.closings.push({ origin, ...closing })
    for (const declaration of noted.declarations) this.#writes.declarations.push({ origin, ...declaration })
    if (noted.takeover !== undefined) {
      const { origin: taken, device: takenDevice, size: takenSize, root } = noted.takeover
      this.#writes.takeovers.push({ origin, taken, takenDevice, size: takenSize, root })
    }
    for (const change of programChanges(before.programs, noted.started))
      this.#writes.programs.push({ origin, ...change })
    this.#journals.set(origin, { ...journal, ...(illegal && { illegal }) })
  }

  storeTally(origin: string, document: string): void {
    const journal = this.#journals.get(origin)
    if (journal !== undefined) this.#journals.set(origin, { ...journal, hasTally: true })
    this.#writes.tallies.push({ origin, document })
  }

  storeSheet(station: string, origin: string, document: string): void {
    this.#writes.sheets.push({ station, origin, document })
  }

  storeSecondTotals(second: SecondTotals): void {
    this.#writes.secondTotals.push(second)
  }

  storeFork(origin: string, size: number, note: string): void {
    const journal = this.#journals.get(origin)
    if (journal !== undefined) this.#journals.set(origin, { ...journal, isForked: true })
    this.#writes.forks.push({ origin, size, note })
  }

  async storeAlarm(alarm: KeptAlarm): Promise<void> {
    const { device, kind, evidence } = alarm
    if (!this.#devices.has(device)) throw new Error('an alarm of a device of a station that was not locked')
    const known = this.#alarms.get(device) ?? [...(await this.#rows.alarms(device))]
    this.#alarms.set(device, known)
    const alike = known.filter((one) => one.kind === kind)
    if (alike.length >= MOST_ALARMS || alike.some((one) => equalBytes(one.evidence, evidence))) return
    known.push(alarm)
    this.#writes.alarms.push(alarm)
  }

  storeStatus(status: HeldStatus): void {
    const { device } = status
    if (!this.#devices.has(device)) throw new Error('a status of a device of a station that was not locked')
    this.#writes.statuses.set(device, status)
  }

  /** Gives what has gathered to the database. */
  async flush(): Promise<void> {
    if (Object.values(this.#writes).every((rows) => (Array.isArray(rows) ? rows.length : rows.size) === 0))
      return
    const writes = this.#writes
    this.#writes = noWrites()
    await this.#rows.write(writes)
  }
}
