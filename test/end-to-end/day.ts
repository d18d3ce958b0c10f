/** A polling day on one device whose process is killed again and again, and what is left of it in the evening. */
import { shuffle } from '../../core/ballot-box/draw.ts'
import type { Random } from '../../core/ports.ts'
import {
  AUTOMATIC_DAY,
  DEVICES,
  dayOf,
  type RealBallot,
  realBallots,
} from '../../demo/elections/gy-les-nonains.ts'
import { type Provisioned, provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { closePolls, openPolls, present, resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { type Audited, auditDevice } from './audited.ts'
import { type Box, lookIntoBox } from './box.ts'
import { type Step, stepsOfVoting } from './interrupted-voter.ts'
import { PtyDevice } from './pty-device.ts'
import { hurriedClock, issueCards, runCentre } from './station.ts'

export const DEVICE = DEVICES[0]
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
  /** Voters who vote undisturbed, before those who do not; at least one. */
  readonly undisturbed: number
  readonly kills: readonly Kill[]
  /** Whether the officers are disturbed too. */
  readonly atOfficers: boolean
  /** Is given the device, so that whoever gives this day up can end it. */
  readonly started: (device: PtyDevice) => void
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
  readonly audited: Audited
  readonly box: Box
  /** Of the centre's own result. */
  readonly centreBallots: number
  readonly alarms: number
}

/** Runs the day. Children, lines and centre are ended whatever happens. */
export async function runDay(plan: DayPlan): Promise<DayEnd> {
  const random = seededRandom(plan.seed)
  const provisioned = provision(plan.out, random, [systemClock.now()], {
    ...AUTOMATIC_DAY,
    pollingDay: dayOf(systemClock.now()),
  })
  const centre = await runCentre(plan.out, provisioned)
  try {
    const voters = plan.undisturbed + plan.kills.length
    const cards = await issueCards(voters, provisioned, random)
    const meant = ballotsFor(plan, random)
    const device = new PtyDevice({
      out: plan.out,
      id: DEVICE,
      provisioned,
      brokerPort: centre.port,
      entry: plan.entry,
    })
    plan.started(device)
    try {
      await device.setUp()
      const { again, beforeVoters, afterVoters } = await device.unlessStuck(
        new Day(device, provisioned).run(plan, meant, cards),
      )
      const { definition } = provisioned.electionPackage
      return {
        meant,
        again,
        cardStates: cards.map(({ state }) => state),
        audited: await auditDevice(plan.out, DEVICE, provisioned),
        box: lookIntoBox(device.bench.printer.dropped.slice(beforeVoters, afterVoters), definition),
        centreBallots: await closedWith(centre.store),
        alarms: centre.alarms.length,
      }
    } finally {
      await device.end()
    }
  } finally {
    await centre.close()
  }
}

/** Ballots of the closing entries that the centre holds. Totals it has none: the neighbours of this device never closed. */
export async function closedWith(store: CentreStore): Promise<number> {
  const journals = await store.journals()
  const entries = await Promise.all(
    journals.map(({ origin, frontier }) => store.entries(origin, 0, frontier.size)),
  )
  return entries
    .flat()
    .map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
    .reduce((sum, entry) => sum + (entry.type === 'polls.closed' ? entry.casts : 0), 0)
}

/** Real ballots: a blank one first, then any short ones, and for those who are disturbed while they type none that is blank. */
function ballotsFor({ undisturbed, kills }: DayPlan, random: Random): readonly RealBallot[] {
  const short = shuffle(realBallots(), random).filter((codes) => codes.length <= MOST_CODES)
  const marked = short.filter((codes) => codes.length > 0)
  return [[], ...marked.slice(0, undisturbed - 1 + kills.length)]
}

/** The people of the day at one device. */
class Day {
  readonly #device: PtyDevice
  readonly #provisioned: Provisioned

  constructor(device: PtyDevice, provisioned: Provisioned) {
    this.#device = device
    this.#provisioned = provisioned
  }

  /** From the opening to the end; gives what disturbed voters found, and which pieces of paper dropped meanwhile. */
  async run(plan: DayPlan, meant: readonly RealBallot[], cards: readonly VoterCard[]) {
    await this.open(plan.atOfficers)
    const beforeVoters = this.#device.bench.printer.dropped.length
    const again: Again[] = []
    for (const [index, codes] of meant.entries()) {
      const card = cards[index] as VoterCard
      const kill = plan.kills[index - plan.undisturbed]
      if (kill === undefined) await this.voteUndisturbed(card, codes)
      else again.push({ kill, card: await this.voteKilled(card, codes, kill) })
    }
    const afterVoters = this.#device.bench.printer.dropped.length
    await this.close(plan.atOfficers)
    return { again, beforeVoters, afterVoters }
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
    for await (const step of stepsOfVoting(bench, card, codes)) if (step === kill.after) break
    await new Promise((resolve) => setTimeout(resolve, kill.delayMs))
    await this.#device.kill()
    bench.reader.pullCard()
    await this.#device.start('polls.paused')
    await resumePolls(bench, hurriedClock, this.#provisioned.officers)
    const outcome = await vote(bench, hurriedClock, { card, codes })
    return outcome === 'voted' ? 'goes-on' : 'refused'
  }

  /** Disturbed: the device is killed when the polls are closed and the minutes not yet printed, and again right after the minutes. */
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
      await this.#device.kill()
      await this.#device.start('polls.finished.insert')
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
