/** A whole ballot device whose polls are open already, its virtual peripherals in virtual time, and people before it. */
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { virtualLine } from '../../../demo/virtual-line.ts'
import type { BallotDevice } from '../../../device-agent/ballot/device.ts'
import {
  type DeviceLines,
  PERIPHERALS,
  type PeripheralName,
} from '../../../device-agent/ballot/peripherals.ts'
import { MemoryStick } from '../../../device-agent/ballot/stick.ts'
import { CardDesk } from '../../../device-agent/check-in/cards/desk.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import type { VoterCard } from '../../../simulator/cards/voter-card.ts'
import type { InProcessPlug, inProcessLine } from '../../../simulator/lines/in-process.ts'
import { type Bench, setUpBench } from '../../../simulator/people/bench.ts'
import { Person } from '../../../simulator/people/person.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { installedFontFiles, registerFonts } from '../../../ui/fonts.ts'
import { silent } from '../../end-to-end/station.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { beginOn, makeHome } from '../store/device.ts'
import { cards, openHome } from '../store/home.ts'
import { clock, device as identity, openPolls, station } from '../store/voting.ts'
import { CardBench } from './card-bench.ts'

/** The panel sits straight: so says the configuration of the test station's device. */
const STRAIGHT = { left: 0, right: 4095, top: 0, bottom: 4095 }

/** Whoever stands at it. */
interface AtDevice {
  readonly bench: Bench
  readonly plugs: Readonly<Record<PeripheralName, InProcessPlug>>
  readonly person: Person
  readonly device: BallotDevice
  /** The texts on the screen now. */
  readonly read: () => readonly string[]
  /** Types of the journal's entries. */
  readonly journal: () => readonly string[]
}

/**
 * Switches a device on, lets people do what they do, and switches it off.
 * @param before is done while it is still off
 */
export async function withOpenDevice<T>(
  Device: typeof BallotDevice,
  people: (at: AtDevice) => Promise<T>,
  before: (bench: Bench) => void = () => {},
): Promise<T> {
  const { store } = beginOn({ DeviceStore, Medium }, 1, 'open device')
  openPolls(store)
  const lines = Object.fromEntries(PERIPHERALS.map((name) => [name, virtualLine(name, clock)])) as Record<
    PeripheralName,
    ReturnType<typeof inProcessLine>
  >
  const on = <K extends 'open' | 'plug'>(end: K) =>
    Object.fromEntries(PERIPHERALS.map((name) => [name, lines[name][end]])) as Record<
      PeripheralName,
      ReturnType<typeof inProcessLine>[K]
    >
  const plugs = on('plug')
  const bench = setUpBench(plugs, clock, STRAIGHT, 'light')
  before(bench)
  const failed = Promise.withResolvers<never>()
  const home = openHome(makeHome())
  const hold = () => clock.hold()
  const device = new Device({
    home,
    program: PROGRAM,
    store,
    lines: on('open') satisfies DeviceLines,
    messageSigner: signerFromSeed(identity.keys.message),
    clock,
    random: seededRandom('open device'),
    logger: silent,
    hold,
    stick: new MemoryStick(home.config.bundles, hold),
    fonts: registerFonts(installedFontFiles()),
    voterLeft: () => {},
    handOver: () => {},
    fatal: failed.reject,
  })
  device.start()
  try {
    return await clock.run(
      Promise.race([
        failed.promise,
        people({
          bench,
          plugs,
          device,
          person: new Person(bench, clock),
          read: () => bench.display.current()?.elements.map(({ name }) => name) ?? [],
          journal: () =>
            store.entriesFrom(0).map((entry) => JSON.parse(Buffer.from(entry).toString('utf8')).type),
        }),
      ]),
    )
  } finally {
    device.close()
    store.close()
  }
}

/** A voter's card with an authorization for one contest; issued on a clock of its own, so before the device is switched on. */
export async function issuedCard(): Promise<VoterCard> {
  const card = cards.voter()
  const { electionPackage, authority, executive, supervisory } = station
  const desk = new CardDesk({
    electionPackage,
    station: 's-1',
    signers: { executive, supervisory },
    terminal: cards.terminal('check-in'),
    authorityKey: authority.publicKey,
    clock,
    random: seededRandom('desk'),
  })
  valueOrThrow(await new CardBench().during(card, (reader) => desk.issue(reader, 'city')))
  return card
}
