/** A polling day on one device whose process is killed again and again, and what is left of it in the evening. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICES, type RealBallot, realBallots } from '../../demo/elections/gy-les-nonains.ts'
import { type Provisioned, provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { electionResult } from '../../fleet/results/results.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { closePolls, openPolls, present, resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom, shuffled } from '../../simulator/seeded-random.ts'
import { type Step, stepsOfVoting } from './interrupted-voter.ts'
import { bundleFolder, PtyDevice, sandogh } from './pty-device.ts'
import { hurriedClock, issueCards, runCentre } from './station.ts'

const DEVICE = DEVICES[0]
/** A ballot of more codes takes longer to type and proves nothing more. */
const MOST_CODES = 2

/** A kill while a voter is at it. */
export interface Kill {
  readonly after: Step
  /** Real milliseconds from that step. */
  readonly delayMs: number
}

/** What the day is made of. */
export interface DayPlan {
  readonly out: string
  readonly seed: string
  /** The command's file, or a weakened one's. */
  readonly entry: string
  /** Voters who vote undisturbed, before those who do not. */
  readonly undisturbed: number
  readonly kills: readonly Kill[]
  /** Whether the officers are disturbed too. */
  readonly atOfficers: boolean
}

/** What a voter found who put the same card in again. */
export type Again = { readonly kill: Kill; readonly card: 'goes-on' | 'refused' }

/** The evening. */
export interface DayEnd {
  /** What the voters meant, one ballot each. */
  readonly meant: readonly RealBallot[]
  readonly again: readonly Again[]
  /** Every voter's card after the day; 3 is spent. */
  readonly cardStates: readonly number[]
  /** `audit verify --json` and `audit open --json`. */
  readonly verified: Verified
  readonly opened: Opened
  /** Codes on each complete slip in the box, as its QR code says them. */
  readonly slips: readonly RealBallot[]
  /** Pieces in the box that are no complete slip, no report and not blank. */
  readonly voidPieces: number
  /** Of the centre's own result. */
  readonly centreBallots: number
  readonly alarms: number
}

export interface Verified {
  readonly verdict: string
  readonly stations: readonly {
    readonly devices: readonly { readonly ballots: number; readonly voidSlips: number; readonly receipt: string | null }[]
  }[]
}

export interface Opened {
  readonly verdict: string
  readonly stations: readonly {
    readonly devices: readonly { readonly ballots: number; readonly equal: boolean }[]
  }[]
  readonly contests: readonly {
    readonly valid: number
    readonly blank: number
    readonly candidates: readonly { readonly code: string; readonly votes: number }[]
  }[]
}

/** Runs the day. Children, lines and centre are ended whatever happens. */
export async function runDay(plan: DayPlan): Promise<DayEnd> {
  const random = seededRandom(plan.seed)
  const provisioned = provision(plan.out, random, [systemClock.now()])
  const centre = await runCentre(plan.out, provisioned)
  try {
    const voters = plan.undisturbed + plan.kills.length
    const cards = await issueCards(voters, provisioned, random)
    const short = realBallots().filter((codes) => codes.length <= MOST_CODES)
    const meant = shuffled(random, short).slice(0, voters)
    const device = new PtyDevice({
      out: plan.out,
      id: DEVICE,
      provisioned,
      brokerPort: centre.port,
      entry: plan.entry,
    })
    try {
      const day = new Day(device, provisioned)
      await day.open(plan.atOfficers)
      const beforeVoters = device.bench.printer.dropped.length
      const again: Again[] = []
      for (const [index, codes] of meant.entries()) {
        const card = cards[index] as VoterCard
        const kill = plan.kills[index - plan.undisturbed]
        if (kill === undefined) await day.voteUndisturbed(card, codes)
        else again.push({ kill, card: await day.voteKilled(card, codes, kill) })
      }
      await day.close(plan.atOfficers)
      const result = electionResult(provisioned.electionPackage.definition, centre.store.tallies())
      const contest = result.ok ? result.value.sum[0] : undefined
      return {
        meant,
        again,
        cardStates: cards.map(({ state }) => state),
        ...audit(plan.out, provisioned),
        ...sortPieces(device, beforeVoters),
        centreBallots: (contest?.valid ?? 0) + (contest?.blank ?? 0),
        alarms: centre.alarms.length,
      }
    } finally {
      await device.end()
    }
  } finally {
    await centre.close()
  }
}

/** The people of the day at one device. */
class Day {
  readonly #device: PtyDevice
  readonly #provisioned: Provisioned

  constructor(device: PtyDevice, provisioned: Provisioned) {
    this.#device = device
    this.#provisioned = provisioned
  }

  /** Disturbed: the device is killed while the first PIN is typed, and again while the zero report prints. */
  async open(disturbed: boolean): Promise<void> {
    const { bench } = this.#device
    const { officers } = this.#provisioned
    await this.#device.start('polls.closed')
    if (disturbed) {
      const person = new Person(bench, hurriedClock)
      turnKeys(bench, true)
      await person.see('polls.admitting.insert')
      bench.reader.insertCard(officers.executive.card)
      await person.see('polls.admitting.pin')
      await person.type(officers.executive.pin.slice(0, 3))
      await this.#killAtOfficers()
      bench.reader.pullCard()
      await this.#device.start('polls.closed')
      turnKeys(bench, true)
      for (const role of ['executive', 'supervisory', 'spare'] as const) await present(person, officers[role])
      await person.see('polls.reporting-zero')
      await this.#killAtOfficers()
      await this.#device.start('polls.closed')
    }
    await openPolls(bench, hurriedClock, officers)
  }

  async voteUndisturbed(card: VoterCard, codes: readonly string[]): Promise<void> {
    const outcome = await vote(this.#device.bench, hurriedClock, { card, codes })
    if (outcome !== 'voted') throw new Error('a voter whom nothing disturbed was refused')
  }

  /** Kills the device while this voter is at it; officers resume, and the voter puts the same card in again. */
  async voteKilled(card: VoterCard, codes: readonly string[], kill: Kill): Promise<Again['card']> {
    const { bench } = this.#device
    for await (const step of stepsOfVoting(bench, card, codes)) {
      if (step !== kill.after) continue
      await new Promise((resolve) => setTimeout(resolve, kill.delayMs))
      await this.#device.kill()
      break
    }
    bench.reader.pullCard()
    await this.#device.start('polls.paused')
    await resumePolls(bench, hurriedClock, this.#provisioned.officers)
    const outcome = await vote(bench, hurriedClock, { card, codes })
    return outcome === 'voted' ? 'goes-on' : 'refused'
  }

  /** Disturbed: the device is killed when the polls are closed and the minutes are not yet printed. */
  async close(disturbed: boolean): Promise<void> {
    const { bench } = this.#device
    const { officers } = this.#provisioned
    const person = new Person(bench, hurriedClock)
    if (disturbed) {
      await person.see('voter.idle')
      turnKeys(bench, true)
      for (const role of ['executive', 'supervisory'] as const) await present(person, officers[role])
      await person.see('polls.reporting-minutes')
      await this.#killAtOfficers()
      await this.#device.start('polls.reporting-minutes')
      await person.see('polls.finished')
    } else await closePolls(bench, hurriedClock, officers)
    await this.#device.said('the bundle is in')
    const code = await this.#device.switchOff()
    if (code !== 0) throw new Error(`the device ended its day with exit code ${code}`)
  }

  async #killAtOfficers(): Promise<void> {
    await this.#device.kill()
    turnKeys(this.#device.bench, false)
  }
}

function audit(out: string, provisioned: Provisioned): { readonly verified: Verified; readonly opened: Opened } {
  const given = [bundleFolder(out, DEVICE), '--authority', toBase64(provisioned.authority.publicKey), '--json']
  const shares = provisioned.shareFiles.slice(-3).flatMap((file) => ['--share', file])
  return {
    verified: JSON.parse(sandogh('audit', 'verify', ...given)),
    opened: JSON.parse(sandogh('audit', 'open', ...shares, ...given)),
  }
}

/** Sorts what dropped into the box since the polls were opened. Complete slips of a package are all of one height. */
function sortPieces({ bench }: PtyDevice, from: number): Pick<DayEnd, 'slips' | 'voidPieces'> {
  const pieces = bench.printer.dropped.slice(from)
  const minutes = pieces.filter(({ qrTexts }) => qrTexts.some((text) => text.includes('|')))
  const written = pieces.filter((piece) => !minutes.includes(piece) && piece.bitmap.some((dots) => dots !== 0))
  const height = Math.min(...written.filter(({ qrTexts }) => qrTexts.length > 0).map((piece) => piece.height))
  const complete = written.filter((piece) => piece.qrTexts.length === 1 && piece.height === height)
  return { slips: complete.map(({ qrTexts }) => codesOf(qrTexts[0] ?? '')), voidPieces: written.length - complete.length }
}

/** The codes that a slip's QR code says. */
function codesOf(text: string): RealBallot {
  return [text]
}
