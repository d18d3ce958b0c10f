/**
 * The long run, for evidence: `npm run soak -- codes [--seed S] [--first 0] [--count 2754]`. Every code of the invented council of Tehran, or so
 * many of them from one on, in an order that the seed gives. Prints each reading that is not right, and how often each way of reading was.
 */
import { parseArgs } from 'node:util'
import { freshSeed } from '../adversary/parts.ts'
import { launchChromium } from '../browser/chromium.ts'
import { ROOT, realDisplay } from '../browser/display-build.ts'
import { loadCodes } from './build.ts'
import { type CodesElection, inAnyOrder, tehran, votesFor } from './election.ts'
import { type Reading, sumsOf, verdictOf } from './reading.ts'
import { CodesTrial } from './try-codes.ts'

/** So many votes are cast before their pictures are read. */
const TOGETHER = 8

/** @returns 0 if nothing led to another code than was typed, 1 if anything did, 2 if there is no such code */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      first: { type: 'string', default: '0' },
      count: { type: 'string' },
    },
  })
  const seed = values.seed ?? freshSeed()
  const election = tehran()
  const first = Number(values.first)
  const count = Number(values.count ?? election.options.length)
  const options = inAnyOrder(election, seed).slice(first, first + count)
  if (options.length === 0) {
    process.stderr.write(
      `no codes there: --first is a number below ${election.options.length}, --count one above 0\n`,
    )
    return 2
  }
  const votes = votesFor(election, options)
  const begun = Date.now()
  print(`seed ${seed}: ${options.length} codes from number ${first} on, in ${votes.length} votes`)
  const browser = await launchChromium()
  const build = await loadCodes(ROOT)
  const trial = await CodesTrial.open(browser, { build, display: await realDisplay() }, election)
  const readings: Reading[] = []
  try {
    for (let at = 0; at < votes.length; at += TOGETHER) {
      const some = await trial.try(votes.slice(at, at + TOGETHER))
      for (const reading of some) if (verdictOf(reading) !== 'right') print(sentenceOf(reading, election))
      readings.push(...some)
      print(`${Math.min(at + TOGETHER, votes.length)} votes, ${minutesSince(begun)} minutes`)
    }
  } finally {
    await trial.close()
    await browser.close()
  }
  return report(readings, `${options.length} codes, ${votes.length} votes, ${minutesSince(begun)} minutes`)
}

function report(readings: readonly Reading[], what: string): number {
  print(
    `\n${'read'.padEnd(38)}${['rightly', 'not clearly', 'as another'].map((head) => head.padStart(13)).join('')}`,
  )
  for (const { way, right, unclear, other } of sumsOf(readings)) {
    print(way.padEnd(38) + [right, unclear, other].map((sum) => String(sum).padStart(13)).join(''))
  }
  print(`\n${what}`)
  return readings.some((reading) => verdictOf(reading) === 'other') ? 1 : 0
}

/** Everybody here is invented: what was read may be told. */
function sentenceOf({ place, reader, meant, read, words }: Reading, { options }: CodesElection): string {
  const called = (code: string | undefined) =>
    code === undefined
      ? 'nobody'
      : `${code} (${options.find((known) => known.code === code)?.name.fa ?? 'nobody'})`
  const said = words === undefined ? '' : `: ${JSON.stringify(words)}`
  return `${place}, ${reader}: ${called(meant)} was read as ${called(read)}${said}`
}

function minutesSince(begun: number): string {
  return ((Date.now() - begun) / 60_000).toFixed(1)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
