/**
 * The long run, for evidence: `npm run soak -- kills [--part session]… [--minutes 120] [--seed S] [--share 1/6]`. One day with a voter for each system call of a
 * session at which the device can be killed; one with a voter for each call after the press that rejects a slip, until the next one is in the box; then a
 * day for each of those while officers open, and while they close. It mostly waits for paper: six runs side by side, each with its share of the calls, take
 * no longer than one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { uniform } from '../../core/ballot-box/draw.ts'
import type { Random } from '../../core/ports.ts'
import { countDirectly } from '../../demo/elections/gy-les-nonains.ts'
import { SANDOGH } from './command.ts'
import { ROWS } from './crash-row.ts'
import { type Found, type KilledDayEnd, type KilledDayPlan, runKilledDay } from './killed-day.ts'
import { ABOUT, type AtCall, type AtCallOf, CALLS, type Part } from './trap.ts'

/** State byte of a voter's card that was used (docs/card.md). */
const SPENT = 3

/** @returns what is not as the crash table of the casting protocol wants it, in words */
export function findUnsound(day: KilledDayEnd): readonly string[] {
  const { audited, box, meant, found, cardStates } = day
  const wrong: string[] = []
  const want = (what: string, holds: boolean) => {
    if (!holds) wrong.push(what)
  }
  want('the audit holds', audited.holds)
  want(
    `${audited.ballots} ballots of ${meant.length} voters, ${day.centreBallots} at the centre`,
    audited.ballots === meant.length && day.centreBallots === meant.length,
  )
  const counted = countDirectly(meant)
  want(
    'the totals are what the voters meant',
    [...audited.votes].every(([code, votes]) => votes === counted.get(code)),
  )
  want(
    'every card is spent',
    cardStates.every((state) => state === SPENT),
  )
  want('one slip a ballot lies in the box', sorted(box.slips).join(' ') === sorted(meant).join(' '))
  want(`${box.voids} void slips, ${audited.voidSlips} in the journal`, box.voids === audited.voidSlips)
  want(`${box.unclear} pieces that nobody can count`, box.unclear === 0)
  want('the centre found nothing alarming', day.alarms === 0)
  want(
    'a card is refused only after a kill',
    found.every(({ killed, card }) => killed || card === 'voted'),
  )
  for (const { at, killed, card, row } of found)
    want(`killed at ${name(at)}: ${row}; the card ${card}`, !killed || ROWS[row ?? '']?.again === card)
  return wrong
}

function sorted(ballots: KilledDayEnd['meant']): readonly string[] {
  return ballots.map((codes) => codes.toSorted().join()).toSorted()
}

/** @returns 0 if everything was as it must be, 1 if not, 2 for numbers that are none */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '120' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
      share: { type: 'string', default: '1/1' },
      part: { type: 'string', multiple: true, default: Object.keys(PARTS) },
    },
  })
  const minutes = Number(values.minutes)
  if (!Number.isSafeInteger(minutes) || minutes < 1) {
    process.stderr.write('--minutes is a whole number from 1 on\n')
    return 2
  }
  const share = parseShare(values.share)
  if (share === undefined) {
    process.stderr.write('--share is one of so many, such as 2/6\n')
    return 2
  }
  const parts = values.part.filter(isPart)
  if (parts.length < values.part.length) {
    process.stderr.write(`--part is one of ${Object.keys(PARTS).join(', ')}\n`)
    return 2
  }
  const { seed } = values
  process.stdout.write(`seed ${seed}, share ${values.share}\n`)
  const plan = { seed, share, until: performance.now() + minutes * 60_000 }
  let isSound = true
  for (const part of parts) {
    isSound = (await PARTS[part](plan)) && isSound
    if (performance.now() < plan.until) continue
    process.stdout.write(`${part}: NOT every call: the time ran out, give it more --minutes\n`)
    return 1
  }
  return isSound ? 0 : 1
}

interface Plan {
  readonly seed: string
  readonly share: Share
  /** When no more is begun, as `performance.now()` tells it. */
  readonly until: number
}

/** What a run consists of, each to be had alone; each gives whether everything was as it must be. */
const PARTS = {
  session: (plan) => killVoters('session', plan),
  correction: (plan) => killVoters('correction', plan),
  officers: killAtOfficers,
} satisfies Record<string, (plan: Plan) => Promise<boolean>>

function isPart(word: string): word is keyof typeof PARTS {
  return Object.hasOwn(PARTS, word)
}

/** One day, with a voter for each call. */
async function killVoters(part: 'session' | 'correction', { seed, share, until }: Plan): Promise<boolean> {
  const day = await runInFolder({ seed: `${seed} ${part}`, voters: everyCall(part, share, until) })
  const kills = day.found.filter(({ killed }) => killed)
  const refused = kills.filter(({ card }) => card === 'refused').length
  process.stdout.write(
    `${part}: ${kills.length} kills (${perCall(kills)}), ${refused} after the vote was recorded\n`,
  )
  return isSoundDay(part, day)
}

/** A day for each call of an opening, and of a closing beside it. */
async function killAtOfficers({ seed, share, until }: Plan): Promise<boolean> {
  const [openings, closings] = [everyCall('opening', share, until), everyCall('closing', share, until)]
  let [opening, closing] = [openings.next(), closings.next()]
  const counts = { days: 0, opening: 0, closing: 0 }
  let isSound = true
  while (opening.done !== true || closing.done !== true) {
    const at = {
      ...(opening.done !== true && { opening: opening.value }),
      ...(closing.done !== true && { closing: closing.value }),
    }
    const day = await runInFolder({ seed: `${seed} ${counts.days}`, ...at, voters: oneUndisturbed() })
    const what = Object.entries(at).map(([part, call]) => `${part} at ${name(call)}`)
    isSound = isSoundDay(what.join(', '), day) && isSound
    counts.days += 1
    if (day.opening) counts.opening += 1
    if (day.closing) counts.closing += 1
    opening = openings.next({ killed: day.opening })
    closing = closings.next({ killed: day.closing })
  }
  process.stdout.write(
    `${counts.days} days, killed ${counts.opening} times at opening and ${counts.closing} times at closing\n`,
  )
  return isSound
}

/** A session writes a thousand times, officers' work twice as often. First every so-many-th is killed, then those halfway between, and so on: a run that is cut short has seen all of it. */
const WIDEST_STEP = 64

/** Which calls of a name a run takes: each `of`-th, beginning with the `one`-th, from 1 on. */
interface Share {
  readonly one: number
  readonly of: number
}

function parseShare(text: string): Share | undefined {
  const [, one, of] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(text) ?? []).map(Number)
  return one === undefined || of === undefined || one > of ? undefined : { one, of }
}

/** Every call, by name and number, until there is no more of that name; those on the media first, for those are few. */
function* everyCall<P extends Part>(
  part: P,
  { one, of }: Share,
  until: number,
): Generator<AtCallOf<P>, void, { readonly killed: boolean } | undefined> {
  for (const call of CALLS.toReversed()) {
    const widest = call === 'write' ? WIDEST_STEP : 1
    let kills = 0
    for (let step = widest; step >= 1 && performance.now() < until; step /= 2) {
      const apart = step === widest ? step : 2 * step
      for (let nth = step + (one - 1) * apart; performance.now() < until; nth += of * apart) {
        const found = yield { part, call, nth }
        if (found?.killed === false) break
        kills += 1
      }
      if (performance.now() < until)
        process.stdout.write(
          `${part}, ${call}: ${kills} kills, ${step === 1 ? 'at each' : `at every ${step}th`}\n`,
        )
    }
  }
}

function* oneUndisturbed(): Generator<AtCallOf<'session'>, void> {
  yield { part: 'session', call: 'unlink', nth: 1_000 }
}

async function runInFolder(plan: Omit<KilledDayPlan, 'out' | 'entry' | 'started'>): Promise<KilledDayEnd> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-kills-'))
  try {
    return await runKilledDay({ ...plan, out, entry: SANDOGH, started: () => {} })
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** A call that this part surely makes, by lot. */
export function somewhere<P extends Part>(part: P, random: Random): AtCallOf<P> {
  const calls = Object.entries(ABOUT[part]) as [AtCall['call'], number][]
  const [call, about] = calls[uniform(calls.length, random)] as (typeof calls)[number]
  // How often a screen is painted differs from day to day.
  return { part, call, nth: 1 + uniform(Math.ceil(about / 2), random) }
}

function perCall(kills: readonly Found[]): string {
  const counts = Map.groupBy(kills, ({ at }) => at.call)
  return [...counts].map(([call, found]) => `${call} ${found.length}`).join(', ')
}

function name({ call, nth }: AtCall): string {
  return `${call} ${nth}`
}

/** Tells what was not. @returns whether everything was as it must be */
function isSoundDay(what: string, day: KilledDayEnd): boolean {
  const unsound = findUnsound(day)
  for (const line of unsound) process.stdout.write(`${what}: NOT: ${line}\n`)
  return unsound.length === 0
}
