/** `sandogh centre result`: what the totals that are held add up to, and all that is not in the sum. */
import { parseArgs } from 'node:util'
import type { Definition } from '../../core/election/definition.ts'
import { candidateVotes, type Tally, tallyJson } from '../../core/election/tally.ts'
import { describeRefusal, valueOrThrow } from '../../core/result.ts'
import { existingStore, homeOf, misuse } from '../command-line.ts'
import { changesText, programIn } from '../status/changes.ts'
import { shownLine } from '../status/shown-line.ts'
import { openCentreStore } from '../store/store.ts'
import { DISPUTES } from './disputes.ts'
import { type MarkedResult, resultOf, type StationResult } from './results.ts'

export const resultUsage = `  sandogh centre result --home <folder> --store <store> [--program <list>] [--json]
      adds up what is held, after every entry was read again: each candidate's votes, those by the list among them, and
      whatever is in no sum. WITHHELD names each place of which there are two accounts, or one that cannot be: nothing of it
      is counted, and of a station with a sheet nothing at all, until people have decided by its paper. The result is MARKED
      where a device started another program after its journal began or, with the list of the one that was meant ("sandogh
      device program"), ran another. --json writes the same for programs, with the sum of each station
`

/** @returns the exit code: 1 where something is withheld or not counted, or the result is marked, 3 where something is missing; refusals are thrown */
export async function result(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string' },
      store: { type: 'string' },
      program: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (positionals.length > 0) throw misuse(`result takes no "${positionals.join(' ')}"`)
  const { definition } = homeOf(values.home).package
  const program = values.program === undefined ? undefined : programIn(values.program)
  const store = await openCentreStore(existingStore(values.store), 'everything')
  if (!store.ok) {
    process.stderr.write(`${describeRefusal(store.error)}\n`)
    return store.error.code === 'store.changed' ? 1 : 2
  }
  try {
    const found = valueOrThrow(await resultOf(definition, store.value, program))
    process.stdout.write(values.json ? resultJson(definition, found) : resultText(definition, found))
    if (found.marked.length > 0 || found.unknown.length > 0) return 1
    if (found.stations.some(({ withheld }) => withheld.length > 0)) return 1
    return found.stations.some(({ missing }) => missing.length > 0) ? 3 : 0
  } finally {
    await store.value.close()
  }
}

/** The sum, each station with what of it is counted and what is not, and what marks all of it. */
function resultJson(definition: Definition, { stations, unknown, marked, sum }: MarkedResult): string {
  const told = stations.map(({ devices, sum: own, ...station }) => ({
    ...station,
    devices: devices.map(({ device }) => device),
    sum: tallyJson(definition, own),
  }))
  const { election } = definition
  return `${JSON.stringify({ election, sum: tallyJson(definition, sum), stations: told, unknown, marked }, null, 2)}\n`
}

/** What marks the result and what is in no sum first: whoever reads the figures has read it. */
function resultText(definition: Definition, { stations, unknown, marked, sum }: MarkedResult): string {
  const lines = stations.flatMap(leftOut)
  for (const device of unknown) lines.push(`NOT COUNTED  ${device}: it stands in no station of the election`)
  const withheld = stations.filter((station) => station.withheld.length > 0).length
  const missing = stations.filter((station) => station.missing.length > 0).length
  const whole = stations.filter((one) => one.withheld.length + one.missing.length === 0).length
  lines.push(...contestLines(definition, sum))
  lines.push(
    `${stations.length} stations: ${whole} whole, ${withheld} with something withheld, ${missing} with something missing`,
  )
  return `${changesText(marked)}${lines.map(shownLine).join('\n')}\n`
}

function leftOut({ station, by, withheld, missing, beside }: StationResult): readonly string[] {
  const why = withheld.map(
    (one) =>
      `WITHHELD  ${one.device} of station ${station}: ${one.why.map((dispute) => DISPUTES[dispute]).join('; ')}`,
  )
  const sheet =
    by === 'sheet' && withheld.length > 0
      ? [`WITHHELD  station ${station}: its sheet is one sum, and nothing of it is counted`]
      : []
  return [
    ...why,
    ...sheet,
    ...missing.map((device) => `MISSING  ${device} of station ${station}`),
    ...beside.map(
      (device) => `NOT COUNTED  ${device}: a tally of its own beside the sheet of station ${station}`,
    ),
  ]
}

function contestLines({ contests }: Definition, sum: Tally): readonly string[] {
  return contests.flatMap((contest, index) => {
    const own = sum[index] ?? { valid: 0, blank: 0, options: [] }
    const votes = candidateVotes(contest, own)
    const lists = contest.lists.map(({ code, name }, i) => {
      const count = own.options[contest.candidates.length + i] ?? 0
      return `  list ${code}  ${count}  ${name.fa}`
    })
    return [
      `${contest.id}: ${own.valid} valid, ${own.blank} blank`,
      ...contest.candidates.map(({ code, name }, i) => `  ${code}  ${votes[i] ?? 0}  ${name.fa}`),
      ...lists,
    ]
  })
}
