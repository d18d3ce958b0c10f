/** Figures of a report computed again by their rules, from nothing but the files that stand beside them. Shares no line with what made them. */
import { seenHeads, witnessedBy } from './recompute-heads.ts'

export interface Line {
  readonly type: string
  readonly at: string
  readonly [member: string]: unknown
}

/** A figure as `figures.json` has it. */
export interface Figure {
  readonly id: string
  readonly rule: string
  readonly of: string
  readonly value: unknown
  readonly files: readonly string[]
}

/** What stands in `package.json` that a rule needs. */
export interface Definition {
  readonly authority: string
  readonly election: string
  readonly pollingDay: string
  readonly timeZone: string
  readonly witness: { readonly name: string; readonly key: string }
  readonly stations: readonly { readonly id: string; readonly devices: readonly string[] }[]
}

const HALF_HOUR = 30 * 60_000

/** What the value of a figure should be. Throws for a rule that it does not know. @param files of that figure, by path */
export function recompute({ rule, of }: Figure, files: ReadonlyMap<string, Uint8Array>): unknown {
  const journals = textsOf(files, 'journal.jsonl')
  const perJournal = journals.map((text) => linesOf(text))
  const lines = perJournal.flat()
  const count = (...types: string[]) => lines.filter(({ type }) => types.includes(type)).length
  const definition = () => payloadOf(files, 'package.json') as Definition
  switch (rule.replace(/^sum-/, '')) {
    case 'headline':
      return { bundles: journals.length, stations: stationsHere(files).length, ballots: count('ballot.cast') }
    case 'check-ins':
      return { of: stationsHere(files).length, counted: stationsHere(files).filter(isCounted).length }
    case 'entries':
      return lines.length
    case 'ballots':
      return count('ballot.cast')
    case 'voids':
      return count('slip.voided')
    case 'slips':
      return count('ballot.cast', 'slip.voided')
    case 'batches':
      return count('batch.sealed')
    case 'opened':
    case 'closed':
      return lines.find(({ type }) => type === `polls.${rule}`)?.at
    case 'receipt':
      return witnessedBy(textsOf(files, 'checkpoint')[0] ?? '', centreOf(definition())) === undefined ? 0 : 1
    case 'neighbours': {
      const others = stationOf(of).devices.filter((device) => device !== of)
      const closing = lines.findIndex(({ type }) => type === 'polls.closed')
      const heads = seenHeads(files, definition(), lines[0]?.['origin']).filter(({ size }) => size > closing)
      const seen = others.filter((device) => heads.some(({ witnesses }) => witnesses.has(device)))
      return { of: others.length, seen: closing === -1 ? 0 : seen.length }
    }
    case 'totals':
      return JSON.stringify(payloadOf(files, 'manifest.json')).includes('"tally.json"')
        ? 'released'
        : 'sealed'
    case 'issued':
    case 'returned':
      return (payloadOf(files, 'issued.json') as Record<string, unknown>)[rule]
    case 'again': {
      const { again } = payloadOf(files, 'issued.json') as { again: { cards: number }[] }
      return again.map(({ cards }) => cards).reduce((sum, cards) => sum + cards)
    }
    case 'half-hour':
      return castsFrom(Date.parse(of))
    case 'other-day':
      return castsElsewhere()
    case 'restarts':
      return startsAgain().length
    case 'pauses':
      return count('polls.paused')
    case 'outages':
      return count('line.lost')
    case 'printer':
      return count('printer.trouble')
    case 'tampers':
      return count('tamper.opened')
    case 'wrong-pins':
      return count('officer.pin_wrong')
    case 'refused':
      return count('card.refused')
    case 'silences':
      return silences().length
    case 'program': {
      const program = Buffer.from(of, 'hex').toString('base64')
      return perJournal.filter((own) => own.some((line) => line['program'] === program)).length
    }
    case 'faults':
      return {
        restarts: startsAgain(),
        pauses: stretches('polls.paused', ['polls.resumed', 'polls.closed'], ['reason']),
        outages: stretches('line.lost', ['line.restored'], ['peripheral'], 'peripheral'),
        media: stretches('medium.lost', ['medium.restored'], ['medium', 'why'], 'medium'),
        tampers: timesOf('tamper.opened'),
        wrongPins: count('officer.pin_wrong'),
        voids: count('slip.voided'),
        troubles: countsBy('printer.trouble', 'trouble'),
        refusedCards: countsBy('card.refused', 'reason'),
        alarms: alarms(),
        silences: silences(),
      }
    case 'clock':
      return { wentBack: wentBack(), outside: outside(), castsOutside: castsElsewhere(), ahead: ahead() }
    case 'timeline':
      return {
        polls: polls(),
        halfHours: halfHours(),
        marks: [
          ...marks('alarm', timesOf('witness.alarm', 'device.stopped', 'device.declared_dead')),
          ...marks('tamper', timesOf('tamper.opened')),
          ...marks('restart', startsAgain()),
          ...marks('line', timesOf('line.lost')),
          ...marks('printer', timesOf('printer.trouble')),
        ],
      }
    default:
      throw new Error(`${rule} is computed by nobody`)
  }

  function stationsHere(all: ReadonlyMap<string, Uint8Array>) {
    if (journals.length === 0) return []
    return definition().stations.filter(({ devices }) => devices.some((id) => all.has(`${id}/journal.jsonl`)))
  }

  function isCounted({ id, devices }: Definition['stations'][number]): boolean {
    const isThere = devices.every((device) => files.has(`${device}/journal.jsonl`))
    return isThere && files.has(`check-in ${id}/issued.json`)
  }

  function stationOf(device: string) {
    const station = definition().stations.find(({ devices }) => devices.includes(device))
    if (station === undefined) throw new Error(`no station has ${device}`)
    return station
  }

  function isOfDay({ at }: Line): boolean {
    const { pollingDay, timeZone } = definition()
    // Sweden's dates are those of ISO 8601.
    return new Date(at).toLocaleDateString('sv-SE', { timeZone }) === pollingDay
  }

  function castsFrom(from: number): number {
    return lines.filter(({ type, at }) => {
      const after = Date.parse(at) - from
      return type === 'ballot.cast' && after >= 0 && after < HALF_HOUR
    }).length
  }

  function castsElsewhere(): number {
    return lines.filter((line) => line.type === 'ballot.cast' && !isOfDay(line)).length
  }

  function timesOf(...types: string[]): readonly string[] {
    return lines.filter(({ type }) => types.includes(type)).map(({ at }) => at)
  }

  function startsAgain(): readonly string[] {
    return timesOf('device.started').slice(1)
  }

  /** State of the polls after each line. */
  function states(): readonly string[] {
    let state = 'closed'
    return lines.map(({ type }) => {
      if (type === 'polls.opened' || type === 'polls.resumed') state = 'open'
      if (type === 'polls.paused') state = 'paused'
      if (type === 'polls.closed') state = 'finished'
      return state
    })
  }

  function polls() {
    const all = states()
    return lines.flatMap(({ at }, i) => (all[i] === all[i - 1] ? [] : [{ state: all[i], from: at }]))
  }

  function silences() {
    const all = states()
    return lines.flatMap(({ at }, i) => {
      const before = lines[i - 1]?.at
      if (before === undefined || all[i - 1] !== 'open') return []
      return Date.parse(at) - Date.parse(before) >= HALF_HOUR ? [{ from: before, until: at }] : []
    })
  }

  function stretches(type: string, ends: readonly string[], told: readonly string[], same?: string) {
    return lines.flatMap((line, i) => {
      if (line.type !== type) return []
      const end = lines
        .slice(i)
        .find((later) => ends.includes(later.type) && (same === undefined || later[same] === line[same]))
      const own = Object.fromEntries(told.map((member) => [member, line[member]]))
      return [{ ...own, from: line.at, until: end?.at ?? null }]
    })
  }

  function countsBy(type: string, member: string) {
    const counts: Record<string, number> = {}
    for (const line of lines)
      if (line.type === type) counts[String(line[member])] = (counts[String(line[member])] ?? 0) + 1
    return counts
  }

  function alarms() {
    const all: Record<string, unknown>[] = []
    for (const { type, device, alarm, why, known, by } of lines) {
      if (!['witness.alarm', 'device.stopped', 'device.declared_dead'].includes(type)) continue
      const dead = { type, device, ...(known !== undefined && { known }), by }
      const stopped = type === 'witness.alarm' ? { type, device, alarm } : { type, why }
      const said = type === 'device.declared_dead' ? dead : stopped
      const before = all.find((one) => Object.entries(said).every(([member, value]) => one[member] === value))
      if (before === undefined) all.push({ ...said, times: 1 })
      else before['times'] = Number(before['times']) + 1
    }
    return all
  }

  function wentBack() {
    const steps = lines.flatMap(({ at }, entry) => {
      const seconds = (Date.parse(lines[entry - 1]?.at ?? at) - Date.parse(at)) / 1000
      return seconds > 0 ? [{ entry, seconds }] : []
    })
    if (steps[0] === undefined) return null
    const seconds = Math.max(...steps.map((step) => step.seconds))
    return { entry: steps[0].entry, times: steps.length, seconds }
  }

  function outside() {
    const first = lines.findIndex(({ type }) => type === 'polls.opened')
    if (first === -1) return null
    const last = lines.findIndex(({ type }) => type === 'polls.closed')
    const end = last === -1 ? lines.length : last + 1
    const other = lines.flatMap((line, i) => (i >= first && i < end && !isOfDay(line) ? [i] : []))
    return other[0] === undefined ? null : { entry: other[0], times: other.length }
  }

  function ahead() {
    const heads = seenHeads(files, definition(), lines[0]?.['origin'])
    const witnesses = [...new Set(heads.flatMap((head) => [...head.witnesses.keys()]))].sort()
    return witnesses.flatMap((witness) => {
      const all = heads.flatMap(({ size, witnesses: times }) => {
        const [time, at] = [times.get(witness), lines[size - 1]?.at]
        if (time === undefined || at === undefined) return []
        return [{ entry: size - 1, seconds: Date.parse(at) / 1000 - time }]
      })
      const [most] = all.toSorted((a, b) => b.seconds - a.seconds)
      if (most === undefined || most.seconds <= 300) return []
      return [witness === '' ? most : { ...most, witness }]
    })
  }

  function halfHours(): readonly number[] {
    const { pollingDay } = definition()
    const noon = Date.parse(`${pollingDay}T12:00:00Z`)
    const steps = Array.from({ length: 4 * 96 + 1 }, (_, i) => noon + (i - 192) * (HALF_HOUR / 2))
    const [from = 0] = steps.filter((at) => isOfDay({ type: '', at: new Date(at).toISOString() }))
    return Array.from({ length: 48 }, (_, i) => castsFrom(from + i * HALF_HOUR))
  }
}

function marks(mark: string, times: readonly string[]) {
  return times.map((at) => ({ mark, at }))
}

function centreOf({ witness }: Definition) {
  return { name: witness.name, key: Buffer.from(witness.key, 'base64') }
}

function textsOf(files: ReadonlyMap<string, Uint8Array>, name: string): readonly string[] {
  return [...files].flatMap(([path, bytes]) =>
    path.endsWith(`/${name}`) ? [Buffer.from(bytes).toString('utf8')] : [],
  )
}

function linesOf(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function payloadOf(files: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  const [text] = textsOf(files, name)
  if (text === undefined) throw new Error(`no ${name} stands beside the figure`)
  return JSON.parse(text).payload
}
