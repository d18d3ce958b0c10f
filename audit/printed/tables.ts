/** The tables of a report: stations and devices, faults, clocks, programs, files. */
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { nameIn } from '../../ui/strings.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { clockLines, faultLines, silenceLines } from '../story/faults-text.ts'
import { faultsJson } from '../story/tell-story.ts'
import type { Words } from '../strings.ts'
import type { DeviceFacts, StationFacts } from '../verify/facts.ts'
import type { HashedFile, Rule } from './figures.ts'
import { html, type Markup } from './markup.ts'
import { checkInPath, type ReportedDevice } from './read-inputs.ts'
import type { Sources } from './sources.ts'

/** A station: its devices, their sum, the check-in beside. */
export function stationTable(
  { station, devices, checkIn }: StationFacts,
  count: AuditedCount,
  reported: ReadonlyMap<string, ReportedDevice>,
  sources: Sources,
  words: Words,
): Markup {
  const { strings, language } = words
  const { columns } = strings.report
  const known = count.electionPackage.definition.stations.find(({ id }) => id === station)
  const name = known === undefined ? '' : nameIn(language, known.name).text
  const of = `station ${station}`
  const sum = (rule: Rule, value: (facts: DeviceFacts) => number) =>
    sources.ofAll(
      rule,
      devices.reduce((total, facts) => total + value(facts), 0),
      of,
      devices,
    )
  const heads = [
    columns.opened,
    columns.closed,
    columns.entries,
    columns.ballots,
    columns.voids,
    columns.slips,
    columns.batches,
  ]
  return html`<h3>${strings.report.station(words.latin(station), words.either(name))}</h3>
<table><thead><tr><th>${columns.device}</th>${heads.map((head) => html`<th class="n">${head}</th>`)}<th>${columns.receipt}</th><th>${columns.neighbours}</th><th>${columns.totals}</th></tr></thead><tbody>
${devices.map((facts) => deviceRow(facts, reported, sources, words))}
<tr class="sum"><td>${strings.report.sum}</td><td></td><td></td><td class="n">${sum('sum-entries', (facts) => facts.entries)}</td><td class="n">${sum('sum-ballots', (facts) => facts.ballots)}</td><td class="n">${sum('sum-voids', (facts) => facts.voidSlips)}</td><td class="n">${sum('sum-slips', (facts) => facts.ballots + facts.voidSlips)}</td><td class="n">${sum('sum-batches', (facts) => facts.batches)}</td><td></td><td></td><td></td></tr>
</tbody></table>
${checkIn === null ? '' : checkInLine(station, devices, checkIn, sources, words)}`
}

function deviceRow(
  facts: DeviceFacts,
  reported: ReadonlyMap<string, ReportedDevice>,
  sources: Sources,
  { strings, time, latin }: Words,
): Markup {
  const { report } = strings
  const day = reported.get(facts.where)?.story.day
  const clock = (rule: 'opened' | 'closed', at: string | undefined) =>
    at === undefined
      ? ''
      : sources.shown(rule, at, time(Date.parse(at)), facts, ['journal.jsonl', 'package.json'])
  const received = facts.receipt !== null
  const neighbours = report.ofNeighbours(facts.seenBy.neighbours.length, facts.seenBy.of)
  const number = (rule: Rule, value: number) =>
    html`<td class="n">${sources.ofDevice(rule, value, facts)}</td>`
  return html`<tr><td>${latin(facts.device)}</td><td class="n">${clock('opened', day?.openedAt)}</td><td class="n">${clock('closed', day?.closedAt)}</td>${number('entries', facts.entries)}${number('ballots', facts.ballots)}${number('voids', facts.voidSlips)}${number('slips', facts.ballots + facts.voidSlips)}${number('batches', facts.batches)}<td>${sources.shown('receipt', received ? 1 : 0, received ? report.received : report.notReceived, facts, ['checkpoint', 'package.json'])}</td><td>${sources.neighbours(facts, neighbours)}</td><td>${sources.shown('totals', facts.totals, report.totals[facts.totals], facts, ['manifest.json'])}</td></tr>
`
}

function checkInLine(
  station: string,
  devices: readonly DeviceFacts[],
  { issued, returned, again }: NonNullable<StationFacts['checkIn']>,
  sources: Sources,
  { strings }: Words,
): Markup {
  const of = `check-in ${station}`
  const ballots = devices.reduce((sum, facts) => sum + facts.ballots, 0)
  return html`<p>${filled(strings.report.checkIn, [
    sources.ofFile('issued', issued, of, checkInPath(station)),
    sources.ofAll('sum-ballots', ballots, of, devices),
    sources.ofFile('returned', returned, of, checkInPath(station)),
  ])}${again === 0 ? '' : filled(strings.report.checkInAgain, [sources.ofFile('again', again, of, checkInPath(station))])}</p>`
}

/** A sentence with markup in its gaps. */
function filled(
  sentence: (...gaps: string[]) => string,
  gaps: readonly Markup[],
): readonly (Markup | string)[] {
  const parts = sentence(...gaps.map(() => '\0')).split('\0')
  return parts.flatMap((part, i) => [part, gaps[i] ?? ''])
}

/** What went wrong, device by device; nothing for a device without faults. */
export function faultsSection(devices: readonly ReportedDevice[], sources: Sources, words: Words): Markup {
  const { strings } = words
  const kinds = [
    ['restarts', strings.plot.marks.restart, ({ story }) => story.restarts.length],
    ['pauses', strings.plot.stopped, ({ story }) => story.pauses.length],
    ['outages', strings.plot.marks.line, ({ story }) => story.outages.length],
    ['printer', strings.plot.marks.printer, ({ story }) => total(story.troubles)],
    ['tampers', strings.plot.marks.tamper, ({ story }) => story.tampers.length],
    ['wrong-pins', strings.fault.wrongPinsHead, ({ story }) => story.wrongPins],
    ['refused', strings.heading.refused, ({ story }) => total(story.refusedCards)],
    ['silences', strings.fault.silencesHead, ({ story }) => story.silences.length],
  ] as const satisfies readonly (readonly [Rule, string, (device: ReportedDevice) => number])[]
  const lines = devices.flatMap(({ facts, story }) => {
    const own = [
      ...faultLines(story, words),
      ...silenceLines(story, words).map(strings.fault.silence),
      ...[...story.refusedCards].map(([reason, times]) =>
        strings.fault.refusedCards(strings.refused[reason], strings.times(times)),
      ),
    ]
    return own.length === 0
      ? []
      : [
          html`<h3>${words.latin(facts.device)}</h3><ul data-figure="${sources.note('faults', faultsJson(story), facts.device, [facts])}">${own.map((line) => html`<li>${line}</li>`)}</ul>`,
        ]
  })
  return html`<table><thead><tr><th>${strings.report.columns.device}</th>${kinds.map(([, head]) => html`<th class="n">${head}</th>`)}</tr></thead><tbody>
${devices.map(
  (
    device,
  ) => html`<tr><td>${words.latin(device.facts.device)}</td>${kinds.map(([rule, , value]) => html`<td class="n">${sources.ofDevice(rule, value(device), device.facts)}</td>`)}</tr>
`,
)}</tbody></table>
${lines.length === 0 ? html`<p>${strings.report.noFaults}</p>` : lines}`

  function total(counts: ReadonlyMap<string, number>): number {
    return [...counts.values()].reduce((sum, times) => sum + times, 0)
  }
}

/** Clock oddities, device by device. */
export function clocksSection(devices: readonly ReportedDevice[], sources: Sources, words: Words): Markup {
  const lines = devices.flatMap(({ facts, story }) => {
    const own = clockLines(story, facts, words)
    if (own.length === 0) return []
    const ahead = facts.clock.ahead.map((one) => ({ ...one }))
    const mark = sources.clock({ ...facts.clock, ahead, castsOutside: story.castsOutside } as Json, facts)
    return [
      html`<li data-figure="${mark}">${words.latin(facts.device)}<ul>${own.map((line) => html`<li>${line}</li>`)}</ul></li>`,
    ]
  })
  return lines.length === 0 ? html`<p>${words.strings.report.noClocks}</p>` : html`<ul>${lines}</ul>`
}

/** Each program, and on how many devices it ran. */
export function programsSection(
  devices: readonly DeviceFacts[],
  sources: Sources,
  { strings }: Words,
): Markup {
  const programs = [...new Set(devices.flatMap((facts) => facts.programs))].sort()
  return html`<table><thead><tr><th>SHA-256</th><th class="n">${strings.report.onDevices}</th></tr></thead>${programs.map(
    (program) => {
      const own = devices.filter((facts) => facts.programs.includes(program))
      const hash = toHex(fromBase64(program) ?? new Uint8Array())
      return html`<tr><td class="hash">${hash}</td><td class="n">${sources.ofAll('program', own.length, hash, devices)}</td></tr>`
    },
  )}</table>`
}

/** Every file that was given, with its hash. */
export function filesTable(files: readonly HashedFile[], { strings }: Words): Markup {
  return html`<table class="files">${files.map(
    ({ path, sha256 }) =>
      html`<tr><td><code>${path}</code></td><td class="hash">${sha256 ?? strings.report.unreadable}</td></tr>
`,
  )}</table>`
}
