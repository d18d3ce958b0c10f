/**
 * The report of a count as one page that stands by itself: no script, no network, no time of its making. What it was made from and told makes it
 * the same, byte for byte.
 */
import { fromBase64, sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { shownText } from '../../core/text/drawable.ts'
import { directionOf, nameIn } from '../../ui/strings.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import type { HeldAgainst, HeldFile } from '../report.ts'
import { HALF_HOUR_MS, zoneOf } from '../story/polling-window.ts'
import { placeOf } from '../story/tell-story.ts'
import { MARK_LETTERS, MARKS, marksOf, rangeOf } from '../story/timeline.ts'
import { type AuditLanguage, dayLine, type Words, wordsIn } from '../strings.ts'
import { Figures } from './figures.ts'
import { headline, missingOf } from './headline.ts'
import { html, Markup } from './markup.ts'
import { devicePicture, halfHoursPicture } from './pictures.ts'
import { checkInPath, type ReportedDevice, type ReportInputs } from './read-inputs.ts'
import { heldJson } from './report-statement.ts'
import { packageOf, Sources } from './sources.ts'
import { reportStyle } from './style.ts'
import { clocksSection, faultsSection, filesTable, programsSection, stationTable } from './tables.ts'

/** Findings that are told on paper; "sandogh audit verify" tells all. */
const FINDINGS_TOLD = 100

export interface PrintedReport {
  readonly html: string
  /** `figures.json`. */
  readonly figures: string
}

/** The page, and its figures. */
export function printReport(
  count: AuditedCount,
  inputs: ReportInputs,
  against: HeldAgainst,
  language: AuditLanguage,
): PrintedReport {
  const { definition, hash } = count.electionPackage
  const words = wordsIn(language, inputs.window ?? { timeZone: zoneOf(definition) })
  const { strings } = words
  const figures = new Figures()
  const sources = new Sources(figures, words, count.stations)
  const devices = count.stations.flatMap((station) =>
    station.devices.flatMap(({ where }) => inputs.devices.get(where) ?? []),
  )
  const facts = devices.map((device) => device.facts)
  const title = shownText(nameIn(language, definition.title).text, 120)
  const told =
    devices.length === 0
      ? ''
      : html`
<h2>${strings.report.stations}</h2>
${count.stations.map((station) => stationTable(station, count, inputs.devices, sources, words))}
${dayPictures(devices, inputs, sources, words)}
<h2>${strings.report.faults}</h2>
${faultsSection(devices, sources, words)}
<h2>${strings.report.clocks}</h2>
${clocksSection(devices, sources, words)}
<div class="keep"><h2>${strings.report.programs}</h2>
${programsSection(facts, sources, words)}</div>`
  const page = html`<!DOCTYPE html>
<html lang="${language}" dir="${directionOf(language)}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width"><title>${strings.report.title}: ${title}</title>
<style>${new Markup(reportStyle(language))}</style></head><body>
<p class="verdict${count.findings.length === 0 ? '' : ' bad'}" data-figure="${sources.note('headline', { bundles: facts.length, stations: count.stations.length, ballots: facts.reduce((sum, { ballots }) => sum + ballots, 0) }, 'count', facts, packageOf(facts))}">${headline(count, words)}</p>
<h1>${strings.report.title}: ${strings.report.intro(words.either(title), words.either(nameIn(language, definition.constituency.name).text))}</h1>
<p>${dayLine(words, definition.pollingDay, zoneOf(definition))}</p>
<p>${strings.election(words.latin(`${definition.authority}/${definition.election}`), words.either(title), words.latin(toBase64(hash)))}</p>
${warnings(count, words)}
${findings(count, words)}
${whatWasChecked(count, against, sources, words)}
${told}
<h2>${strings.report.inputs}</h2>
<p class="note lead">${strings.report.inputsNote}</p>
${filesTable(inputs.files, words)}
<p class="note">${strings.report.figures}</p>
</body></html>
`
  return {
    html: page.text,
    figures: figures.file(inputs.files, { package: toBase64(hash), ...heldJson(against) }),
  }
}

function warnings(
  { electionPackage: { definition }, stations }: AuditedCount,
  { strings }: Words,
): readonly Markup[] {
  const seeded = stations.some(({ devices }) => devices.some(({ random }) => random !== 'system'))
  const texts = [...(definition.rehearsal ? [strings.rehearsal] : []), ...(seeded ? [strings.seeded] : [])]
  return texts.map((text) => html`<p class="warn">${text}</p>`)
}

function findings(count: AuditedCount, words: Words): Markup | string {
  const { strings } = words
  if (count.findings.length === 0) return ''
  const more = count.findings.length - FINDINGS_TOLD
  const lines = count.findings.slice(0, FINDINGS_TOLD).map((finding) => placeOf(finding, words))
  return html`<h2>${strings.report.findings}</h2>
<ul>${[...lines, ...(more > 0 ? [strings.moreFindings(more)] : [])].map((line) => html`<li>${line}</li>`)}</ul>
<p>${strings.report.notTold}</p>`
}

function whatWasChecked(count: AuditedCount, against: HeldAgainst, sources: Sources, words: Words): Markup {
  const { strings, latin } = words
  const { report } = strings
  const holds = count.findings.length === 0
  const checked = [
    ...report.checks,
    ...(against.policy?.asksNobody === false && holds ? [report.policyChecked] : []),
    ...(against.programs.length > 0 && holds ? [report.programsChecked] : []),
  ]
  const unchecked = [
    ...report.notChecked,
    ...(against.policy === undefined ? [report.policyNotChecked] : []),
    ...(against.policy?.asksNobody === true ? [report.policyAsksNobody] : []),
    ...(against.programs.length === 0 ? [report.programsNotChecked] : []),
    ...(against.key === 'package' ? [report.keyNotCompared] : []),
    ...missingOf(count, words)
      .slice(0, FINDINGS_TOLD)
      .map((missing) => `${report.missing}: ${missing}`),
  ]
  const list = (texts: readonly string[], ...more: readonly Markup[]) =>
    html`<ul>${texts.map((text) => html`<li>${text}</li>`)}${more}</ul>`
  const checkIns = {
    // Where a bundle is missing or does not hold, its ballots are not known.
    counted: count.stations.filter(({ checkIn, missing }) => checkIn !== null && missing.length === 0).length,
    of: count.stations.length,
  }
  const facts = count.stations.flatMap((station) => station.devices)
  const issued = count.stations.flatMap(({ station, checkIn }) =>
    checkIn === null ? [] : [checkInPath(station)],
  )
  const mark = sources.note('check-ins', checkIns, 'count', facts, [...packageOf(facts), ...issued])
  const checkInLine = html`<li data-figure="${mark}">${report.checkIns(checkIns.counted, checkIns.of)}</li>`
  return html`<div class="columns"><div><h2>${report.checked}</h2>${list(checked, checkInLine)}</div>
<div><h2>${report.unchecked}</h2>${list(unchecked)}</div></div>
<p class="note">${against.key === 'package' ? strings.authorityFromPackage : strings.report.authorityKey} <span class="hash">${latin(toHex(sha256(count.authorityKey)))}</span></p>
${heldAgainst(against, words)}`
}

/** The policy and the lists of programs that were used, by their hashes. */
function heldAgainst(
  { policy, programs }: HeldAgainst,
  { strings: { report }, latin }: Words,
): readonly Markup[] {
  const line = (what: string, file: HeldFile | undefined) =>
    html`<p class="note">${what} ${file === undefined ? report.noneUsed : html`<span class="hash">${latin(toHex(fromBase64(file.hash) ?? new Uint8Array()))}</span>`}</p>
`
  const lists = programs.length === 0 ? [undefined] : programs
  return [line(report.policyUsed, policy), ...lists.map((list) => line(report.programUsed, list))]
}

/** Ballots by half hour over all devices, then each device's day. */
function dayPictures(
  devices: readonly ReportedDevice[],
  { window }: ReportInputs,
  sources: Sources,
  words: Words,
): Markup | string {
  const { strings } = words
  const range =
    window &&
    rangeOf(
      devices.map(({ story }) => story),
      window,
    )
  if (window === undefined || range === undefined) return html`<p>${strings.plot.noPolls}</p>`
  const facts = devices.map((device) => device.facts)
  const halfHours =
    devices[0]?.story.halfHours.map((_, i) =>
      devices.reduce((sum, { story }) => sum + (story.halfHours[i] ?? 0), 0),
    ) ?? []
  const marks = halfHours.flatMap((ballots, i) =>
    ballots === 0 ? [] : [sources.note('half-hour', ballots, utcText(window.from + i * HALF_HOUR_MS), facts)],
  )
  const outside = devices.reduce((sum, { story }) => sum + story.castsOutside, 0)
  const most = Math.max(1, ...devices.flatMap(({ story }) => story.halfHours))
  return html`<div class="keep"><h2>${strings.report.halfHours}</h2>
<figure data-figure="${marks.join(' ')}" style="margin:0">${halfHoursPicture(halfHours, window, range, words, strings.report.halfHours)}</figure>
<p class="note">${strings.report.halfHourNote} ${sources.ofAll('other-day', outside, 'count', facts, packageOf(facts))}</p></div>
<h2>${strings.report.timelines}</h2>
<p class="note lead">${legend(words)}</p>
${devices.map((device) => deviceSection(device))}`

  function deviceSection({ facts: own, story }: ReportedDevice): Markup | string {
    if (window === undefined || range === undefined) return ''
    const label = words.latin(own.device)
    const shown = story.polls.map(({ state, from }) => ({ state, from: utcText(from) }))
    const marks = marksOf(story).map(({ mark, at }) => ({ mark, at: utcText(at) }))
    const day = { polls: shown, halfHours: [...story.halfHours], marks }
    const mark = sources.note('timeline', day, own.device, [own], packageOf([own]))
    return html`<section class="device"><h3>${label}</h3><figure data-figure="${mark}" style="margin:0">${devicePicture(story, window, range, most, words, own.device)}</figure></section>
`
  }
}

function legend({ strings: { plot }, latin }: Words): readonly Markup[] {
  const keys = [
    ['open', plot.open],
    ['paused', plot.stopped],
    ['closed', plot.closed],
    ['ballots', plot.ballotsEach],
  ] as const
  return [
    ...keys.map(([state, text]) => html`<span class="key ${state}"></span>${text}`),
    html`<br>${MARKS.map((mark) => `${latin(MARK_LETTERS[mark])} ${plot.marks[mark]}`).join(' · ')}`,
  ]
}

function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
