/**
 * One polling station that people can use: a ballot device as a process of its own, its virtual peripherals, a check-in desk and the centre here,
 * everything on the real clock. Whatever a person can do to it is an act; whatever is to be seen of it is a view.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Photo, Photos } from '../../core/package/photos.ts'
import type { Clock, Logger, Random } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { programHash } from '../../device-agent/program-files.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { Centre } from '../../fleet/centre.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { dayOf } from '../elections/gy-les-nonains.ts'
import { makeOfficials } from '../officials.ts'
import { writePolicy } from '../policy.ts'
import { deviceFolder, type Provisioned, provision, writeConfig } from '../provisioned.ts'
import { startVirtualCentre } from '../virtual-centre.ts'
import { VirtualDesk } from '../virtual-desk.ts'
import type { Act } from '../web/acts.ts'
import type { PageName, SeenCount, StationView } from '../web/messages.ts'
import { CardRack } from './card-rack.ts'
import { countAndAudit } from './count.ts'
import { DeviceBench } from './device-bench.ts'
import { OfficersAtWork } from './officers-at-work.ts'

/** One device: a day can be closed quickly. */
const DEVICE = 'gy-1-a'
/** Between two looks at what the printer has printed. */
const LOOK_MS = 300

/** What a station is opened with. */
export interface StationOrders {
  readonly out: string
  /** Draws keys, cards and authorizations here. */
  readonly random: Random
  /** From which the device draws its numbers; undefined: from the operating system. */
  readonly seed: string | undefined
  readonly logger: Logger
  /** The virtual officers' time. */
  readonly people: Clock
  /** Where the device gives its page out. */
  readonly displayPort: number
}

/** A running station. */
export class LiveStation {
  readonly #orders: StationOrders
  readonly #provisioned: Provisioned
  readonly #centre: { readonly centre: Centre; readonly store: CentreStore }
  readonly #photos: Photos
  readonly #desk: VirtualDesk
  readonly #device: DeviceBench
  readonly #rack: CardRack
  readonly #officers: OfficersAtWork
  readonly #listeners = new Set<() => void>()
  readonly #looking: NodeJS.Timeout
  #hanging: string | undefined
  #pages: StationView['pages'] = {}
  #count: SeenCount | undefined

  /** Makes keys and package for today, sets the device up and switches it on. */
  static async open(orders: StationOrders): Promise<LiveStation> {
    const { out, random, logger } = orders
    const now = systemClock.now()
    const plan = { pollingDay: dayOf(now), devices: [DEVICE], pointer: true }
    const provisioned = provision(out, random, [now], plan)
    writePolicy(out, provisioned, now)
    makeOfficials(out, provisioned, random)
    const centre = await startVirtualCentre({ out, provisioned, clock: systemClock, logger })
    const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
    writeConfig(out, DEVICE, provisioned.authority, nowhere, { host: '127.0.0.1', port: centre.centre.port })
    const home = valueOrThrow(readHome(deviceFolder(out, DEVICE)))
    valueOrThrow(setUpStore(home, systemClock, random, programHash())).close()
    return new LiveStation(orders, provisioned, centre, home.photos)
  }

  private constructor(
    orders: StationOrders,
    provisioned: Provisioned,
    centre: { readonly centre: Centre; readonly store: CentreStore },
    photos: Photos,
  ) {
    const { out, random, seed, logger, displayPort } = orders
    this.#orders = orders
    this.#provisioned = provisioned
    this.#centre = centre
    this.#photos = photos
    this.#desk = new VirtualDesk({ provisioned, clock: systemClock, random, logger })
    const changed = () => this.#changed()
    const home = deviceFolder(out, DEVICE)
    this.#device = new DeviceBench({ home, log: join(out, 'program.log'), port: displayPort }, seed, changed)
    const { bench } = this.#device
    this.#rack = new CardRack(provisioned.officers, bench.reader)
    this.#officers = new OfficersAtWork(bench, orders.people, provisioned.officers, this.#rack, changed)
    this.#looking = setInterval(() => this.#lookAtPaper(), LOOK_MS)
    this.#device.process.start()
  }

  /** The address of the voting device, once it is there. Throws {@link RefusalError} if the device stops at its start. */
  started(): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { power, address } = this.#device.process
        if (address === undefined && power.is !== 'stopped') return
        stop()
        if (address !== undefined) resolve(address)
        else if (power.is === 'stopped') reject(stopped(deviceFolder(this.#orders.out, DEVICE), power.what))
      }
      const stop = this.onChange(look)
      look()
    })
  }

  /** Where one of the station's pages can be opened. */
  setPage(name: PageName, address: string): void {
    this.#pages = { ...this.#pages, [name]: address }
    this.#changed()
  }

  /** Calls back whenever something that can be seen is another; gives the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Does what a person asks.
   * @param owner who asks: a finger is lifted by whoever put it down
   * @returns why it could not be done, if so
   */
  async perform(act: Act, owner: object): Promise<string | undefined> {
    try {
      await this.#perform(act, owner)
      return undefined
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return error instanceof RefusalError ? error.refusal.what : error.message
    }
  }

  /** Whoever asked for something is gone. */
  letGo(owner: object): void {
    this.#device.letGo(owner)
  }

  /** A picture that the view names. */
  png(picture: string): Buffer | undefined {
    return this.#device.papers.png(picture)
  }

  /** A photo of the package, by SHA-256 in hexadecimal. */
  photo(hash: string): Photo | undefined {
    return this.#photos.get(hash)
  }

  /** All that is to be seen now. */
  view(): StationView {
    const { definition } = this.#provisioned.electionPackage
    const { board } = this.#device.bench
    return {
      pages: this.#pages,
      election: {
        title: definition.title.en ?? definition.title.fa,
        pollingDay: definition.pollingDay,
      },
      device: this.#device.seenDevice(DEVICE),
      keys: { executive: board.isKeyOn('executive'), supervisory: board.isKeyOn('supervisory') },
      isCaseOpen: board.isCaseOpen(),
      lamp: board.lamp(),
      cards: this.#rack.seen(),
      printer: this.#device.seenPrinter(),
      lines: this.#device.seenLines(),
      drift: this.#device.drift,
      officers: this.#officers.state,
      count: this.#seenCount(),
    }
  }

  /** Ends everything that was started here. */
  async end(): Promise<void> {
    clearInterval(this.#looking)
    this.#officers.dismiss('the station ends')
    await this.#device.process.end()
    this.#device.bench.board.switchOff()
    await this.#desk.close()
    await this.#centre.centre.close()
    await this.#centre.store.close()
  }

  async #perform(act: Act, owner: object): Promise<void> {
    switch (act.do) {
      case 'insert':
        this.#rack.insert(act.card)
        break
      case 'take-out':
        this.#rack.takeOut()
        break
      case 'issue': {
        const card = this.#provisioned.voterCard(this.#orders.random)
        await this.#desk.authorise(card)
        this.#rack.add(card)
        break
      }
      case 'officers':
        this.#officers.begin(act.duty)
        return
      case 'dismiss':
        this.#officers.dismiss('they were sent away')
        return
      case 'count':
        await this.#runCount()
        return
      default:
        this.#device.perform(act, owner)
        if (act.do === 'power') this.#officers.dismiss('the device has lost its power')
        return
    }
    this.#changed()
  }

  #seenCount(): SeenCount {
    if (this.#count !== undefined) return this.#count
    return { is: this.#device.process.bundle === 'written' ? 'possible' : 'too-early' }
  }

  async #runCount(): Promise<void> {
    const { is } = this.#seenCount()
    if (is === 'running') throw new Error('the count is running already')
    if (is === 'too-early') throw new Error('the polls are not closed: there is nothing to count yet')
    this.#count = { is: 'running' }
    this.#changed()
    const bundles = join(this.#orders.out, 'bundles')
    const checkIn = join(bundles, 'check-in')
    mkdirSync(checkIn, { recursive: true })
    this.#desk.writeStatement(checkIn)
    const { authority, shareFiles } = this.#provisioned
    try {
      const runs = await countAndAudit({ bundles, authorityKey: authority.publicKey, shareFiles })
      this.#count = { is: 'done', runs }
    } catch (error) {
      this.#count = undefined
      throw error
    } finally {
      this.#changed()
    }
  }

  /** A printer tells nobody that it prints: whoever wants to see paper grow looks again. */
  #lookAtPaper(): void {
    const { hanging } = this.#device.papers.seen()
    if (hanging === this.#hanging) return
    this.#hanging = hanging
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

function stopped(where: string, what: string): RefusalError {
  return new RefusalError({
    code: 'demo.device',
    where,
    what: `the voting device stopped at its start: ${what}`,
    next: 'See program.log in the folder of outputs.',
  })
}
