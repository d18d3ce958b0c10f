/** A polling day on one device that is killed at chosen system calls: while officers open, in every voter's session, while officers close. */
import { shuffle } from '../../core/ballot-box/draw.ts'
import { AUTOMATIC_DAY, dayOf, type RealBallot, realBallots } from '../../demo/elections/gy-les-nonains.ts'
import { type Provisioned, provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Bench } from '../../simulator/people/bench.ts'
import {
  closePolls,
  type OfficerHand,
  openPolls,
  resumePolls,
  turnKeys,
} from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { correct, forgetLastCode, vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { auditDevice } from './audited.ts'
import { type Box, lookIntoBox } from './box.ts'
import { leftOnMedia, rowOf } from './crash-row.ts'
import { closedWith, type DayEnd, DEVICE } from './day.ts'
import { PtyDevice } from './pty-device.ts'
import { hurriedClock, issueCards, runCentre } from './station.ts'
import type { AtCall, AtCallOf } from './trap.ts'

/** Where a voter meets it: anywhere, or from the word on that the slip is not right. */
export type AtVoter = AtCallOf<'session' | 'correction'>

/** What a voter found. */
export interface Found {
  readonly at: AtVoter
  /** Not killed: the session has fewer such calls. */
  readonly killed: boolean
  /** What became of the same card, put in again after a kill. */
  readonly card: 'goes-on' | 'refused' | 'voted'
  /** After a kill: the row of the crash table, or what stands in none (`crash-row.ts`). */
  readonly row?: string
}

/** The day's kills. */
export interface KilledDayPlan {
  readonly out: string
  readonly seed: string
  readonly entry: string
  readonly opening?: AtCall
  readonly closing?: AtCall
  /** One voter for each that it yields; it is given what the one before found. */
  readonly voters: Generator<AtVoter, void, Found | undefined>
  readonly started: (device: PtyDevice) => void
}

/** The evening. */
export interface KilledDayEnd extends Omit<DayEnd, 'again'> {
  readonly found: readonly Found[]
  /** Whether the device was killed while officers were at it. */
  readonly opening: boolean
  readonly closing: boolean
}

const SETTLED_MS = 200
/** A vote is two codes; the reading of a longer one is longer and nothing else. */
const CODES = 2

/** Runs the day. Children, lines and centre are ended whatever happens. */
export async function runKilledDay(plan: KilledDayPlan): Promise<KilledDayEnd> {
  const random = seededRandom(plan.seed)
  const provisioned = provision(plan.out, random, [systemClock.now()], {
    ...AUTOMATIC_DAY,
    pollingDay: dayOf(systemClock.now()),
  })
  const ballots = shuffle(realBallots(), random).filter((codes) => codes.length === CODES)
  const centre = await runCentre(plan.out, provisioned)
  const device = new PtyDevice({
    out: plan.out,
    id: DEVICE,
    provisioned,
    brokerPort: centre.port,
    entry: plan.entry,
  })
  plan.started(device)
  const day = new KilledDay(device, provisioned)
  const [found, cards, meant]: [Found[], VoterCard[], RealBallot[]] = [[], [], []]
  try {
    await device.setUp()
    const opening = await device.unlessStuck(day.open(plan.opening))
    for (let next = plan.voters.next(); next.done !== true; next = plan.voters.next(found.at(-1))) {
      const [card] = await issueCards(1, provisioned, random)
      const codes = ballots[meant.length % ballots.length]
      if (card === undefined || codes === undefined) throw new Error('no card or no ballot for a voter')
      found.push(await device.unlessStuck(day.vote(card, codes, next.value, meant.length)))
      cards.push(card)
      meant.push(codes)
    }
    const box = day.lookIntoBox()
    const closing = await device.unlessStuck(day.close(plan.closing))
    return {
      found,
      opening,
      closing,
      meant,
      cardStates: cards.map(({ state }) => state),
      audited: await auditDevice(plan.out, DEVICE, provisioned),
      box,
      centreBallots: await closedWith(centre.store),
      alarms: centre.alarms.length,
    }
  } finally {
    await device.end()
    await centre.close()
  }
}

/** People before a device that dies, and who do again what is left to be done. */
class KilledDay {
  readonly #device: PtyDevice
  readonly #provisioned: Provisioned
  /** Pieces of paper that fell before the first voter came. */
  #reports = 0

  constructor(device: PtyDevice, provisioned: Provisioned) {
    this.#device = device
    this.#provisioned = provisioned
  }

  /** @returns whether the device was killed meanwhile; so does {@link close} */
  async open(at: AtCall | undefined): Promise<boolean> {
    const { officers } = this.#provisioned
    await this.#device.start('polls.closed')
    const open = (bench: Bench) => openPolls(bench, hurriedClock, officers)
    const killed = await this.#killedAt(at, open)
    if (killed) {
      const { name } = await this.#device.start('polls.closed', 'polls.paused')
      await (name === 'polls.closed' ? this.#openAsTold() : this.#resume())
    }
    this.#reports = this.#device.bench.printer.dropped.length
    return killed
  }

  /** A key that died with the device has left its share on a card, which is refused: then the screen says to begin anew with that card. */
  async #openAsTold(): Promise<void> {
    const { bench } = this.#device
    const { executive, supervisory, spare } = this.#provisioned.officers
    const person = new Person(bench, hurriedClock)
    let hands = [executive, supervisory, spare]
    turnKeys(bench, true)
    while (hands.length > 0) {
      const [{ card, pin }] = hands as [OfficerHand]
      const shown = await person.see('polls.admitting.insert', 'polls.reporting-zero', 'voter.idle')
      if (shown.name !== 'polls.admitting.insert') break
      bench.reader.insertCard(card)
      await person.see('polls.admitting.pin')
      await person.type(pin)
      const { name } = await person.see('polls.admitting.take', 'polls.admitting.refused')
      bench.reader.pullCard()
      if (name === 'polls.admitting.take') hands = hands.slice(1)
      else {
        await this.#turnKeysAnew()
        hands = [executive, supervisory, spare].sort(
          (a, b) => Number(b.card === card) - Number(a.card === card),
        )
      }
    }
    await person.see('voter.idle')
    turnKeys(bench, false)
  }

  async #turnKeysAnew(): Promise<void> {
    turnKeys(this.#device.bench, false)
    await new Person(this.#device.bench, hurriedClock).see('polls.closed')
    turnKeys(this.#device.bench, true)
  }

  /** What voters left there until now. */
  lookIntoBox(): Box {
    const pieces = this.#device.bench.printer.dropped.slice(this.#reports)
    return lookIntoBox(pieces, this.#provisioned.electionPackage.definition)
  }

  async vote(card: VoterCard, codes: RealBallot, at: AtVoter, before: number): Promise<Found> {
    const { bench } = this.#device
    const intent = { card, codes }
    await new Person(bench, hurriedClock).see('voter.idle')
    if (at.part === 'correction') await forgetLastCode(bench, hurriedClock, intent)
    const work = at.part === 'correction' ? correct : vote
    const killed = await this.#killedAt(at, (mortal) => work(mortal, hurriedClock, intent))
    if (!killed) return { at, killed, card: 'voted' }
    const glass = bench.display.current()?.name ?? ''
    const { casts, voids, slip } = leftOnMedia(this.#device.media)
    const untoldVoids = this.lookIntoBox().voids - voids
    const { elements } = await this.#device.start('polls.paused')
    const texts = elements.map(({ name }) => name)
    const row = rowOf({ glass, casts: casts - before, slip, card: card.state, untoldVoids, texts })
    await this.#resume()
    const outcome = await vote(bench, hurriedClock, intent)
    return { at, killed, card: outcome === 'voted' ? 'goes-on' : 'refused', row }
  }

  async close(at: AtCall | undefined): Promise<boolean> {
    const { bench } = this.#device
    const close = (before: Bench) => closePolls(before, hurriedClock, this.#provisioned.officers)
    const killed = await this.#killedAt(at, close)
    if (killed) {
      const { name } = await this.#device.start(
        'polls.paused',
        'polls.reporting-minutes',
        'polls.finished.insert',
      )
      if (name === 'polls.paused') {
        await this.#resume()
        // The board takes keys that are turned back and on at once for a switch that bounces.
        await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
        await close(bench)
      } else await new Person(bench, hurriedClock).see('polls.finished')
    }
    await this.#device.said('the bundle is in')
    const code = await this.#device.switchOff()
    if (code !== 0) throw new Error(`the device ended its day with exit code ${code}`)
    return killed
  }

  /** Whoever stood there then takes the card and turns the keys back. */
  async #killedAt(at: AtCall | undefined, work: (bench: Bench) => Promise<unknown>): Promise<boolean> {
    const { bench } = this.#device
    if (at === undefined) {
      await work(bench)
      return false
    }
    const killed = await this.#device.killedAt(at, work)
    if (killed && bench.reader.card() !== undefined) bench.reader.pullCard()
    if (killed && bench.board.isKeyOn('executive')) turnKeys(bench, false)
    return killed
  }

  #resume(): Promise<void> {
    return resumePolls(this.#device.bench, hurriedClock, this.#provisioned.officers)
  }
}
