/** One ballot device's program put together: store, peripherals, polls, sync. The production entry and the demonstration both start here. */
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { encodeStatus } from '../../core/messages/status.ts'
import type { Clock, Logger, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok } from '../../core/result.ts'
import { installedFontFiles, registerFonts } from '../../ui/fonts.ts'
import type { HealthSnapshot } from '../health/health.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { storageFault } from '../store/storage-fault.ts'
import type { Outbox } from '../sync/outbox.ts'
import { slotMs, slotWaitMs } from '../sync/slot.ts'
import { type FlushEnd, type Sync, type SyncOptions, startSync } from '../sync/sync.ts'
import { BallotDevice } from './device.ts'
import type { DeviceHome } from './home.ts'
import { OrderDesk } from './orders/order-desk.ts'
import { tellingPolicy } from './orders/telling.ts'
import type { DeviceLines, PeripheralName } from './peripherals.ts'
import type { Failure } from './polls/polls.ts'
import { releasedDocument } from './release.ts'
import { startStore, takeUpAgain } from './start-store.ts'
import { MemoryStick } from './stick.ts'
import { settleFailure } from './storage-failure.ts'

/** What an agent runs on; everything of the outside world comes in here. */
export interface AgentParts {
  readonly home: DeviceHome
  /** Of a spare that took over just now: its store, with the ballot box open. */
  readonly takenOver?: DeviceStore
  /** SHA-256 over the list of the program's files, base64: every start says it in the journal. */
  readonly program: string
  readonly lines: DeviceLines
  readonly clock: Clock
  /** Real time for the network, where `clock` is virtual. */
  readonly networkClock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Stops virtual time while the network or the I/O board is waited for, until the function it gives is called. */
  readonly hold: () => () => void
}

/** How an agent's day ended. */
export type AgentEnd =
  /** Polls closed, minutes printed; what became of the bundle (undefined: nowhere to write it) and of the link to the centre. */
  | { readonly is: 'finished'; readonly bundle: string | undefined; readonly sync: FlushEnd | 'no-link' }
  /** The storage failed, or our own code did: the screen says so until the program is ended. */
  | { readonly is: 'failed'; readonly error: unknown; readonly what: Failure }

/** A running agent. */
export interface Agent {
  /** The day's first end. */
  readonly ended: Promise<AgentEnd>
  /** What was last begun to be handed over, once it is: officers' cards may bring more after the first end. */
  handedOver(): Promise<AgentEnd>
  /** What each of its lines is doing. */
  health(): HealthSnapshot<PeripheralName>
  /** Somewhere in the program an error was caught by nobody: nothing goes on half done, and the screen says so. */
  broke(error: unknown): void
  close(): Promise<void>
}

/** Takes the store up again (refusing if a row of it does not hold, or no medium takes the first entries) and starts the device. */
export function startAgent(given: AgentParts): Result<Agent> {
  const { home, program, lines, clock, random, hold } = given
  const opened = startStore(given)
  if (!opened.ok) return opened
  const store = opened.value
  const messageSigner = signerFromSeed(home.seeds.message)
  const desk = new OrderDesk({
    home,
    store,
    messageSigner,
    clock,
    logger: given.logger,
    isVoterIn: () => device.isVoterIn,
    taken: () => device.orderTaken(),
  })
  const logger = desk.log
  const parts = { ...given, logger }
  const { promise: ended, resolve } = Promise.withResolvers<AgentEnd>()
  let failure: AgentEnd | undefined
  const stopWith = (error: unknown, what: Failure) => {
    logger.error({ error: error instanceof Error ? error.message : 'unknown' }, 'the device stops')
    if (failure !== undefined) return
    failure = { is: 'failed', error, what }
    void sync?.close()
    device.failed(
      what,
      settleFailure(what, store, (acknowledged) => takeUpAgain(parts, acknowledged)),
    )
    resolve(failure)
  }
  const fail = (error: unknown) => stopWith(error, storageFault(error) ?? 'program')
  const sync = startAgentSync(parts, store, {
    contradicted: (why) => device.stop(why),
    failed: fail,
    status: () => {
      const { status } = device
      return status && encodeStatus(status)
    },
    ordered: (payload) => desk.take(payload),
  })
  let handing = ended
  /** The bundle is written at once, and again with the centre's last receipt, however long that takes. */
  const handOver = () => {
    handing = finish().catch((error): AgentEnd => {
      fail(error)
      return failure ?? { is: 'failed', error, what: 'program' }
    })
    void handing.then(resolve)
  }
  const finish = async (): Promise<AgentEnd> => {
    const bundle = await device.exportBundle()
    const received = (await sync?.flush()) ?? 'no-link'
    if (failure !== undefined) return failure
    device.centreAnswered(received)
    // The centre said nothing that is to go with it.
    if (received === 'no-link' || received === 'closed') return { is: 'finished', bundle, sync: received }
    return { is: 'finished', bundle: await device.exportBundle(), sync: received }
  }
  const stick = new MemoryStick(home.config.bundles, hold)
  const device = new BallotDevice({
    home,
    program,
    store,
    lines,
    messageSigner,
    stick,
    clock,
    random,
    logger,
    hold,
    fonts: registerFonts(installedFontFiles()),
    voterLeft: () => desk.voterLeft(),
    handOver,
    fatal: fail,
  })
  device.start()
  return ok({
    ended,
    handedOver: () => handing,
    health: () => device.health,
    // Its code may be that of a line or a socket: it says nothing of the storage.
    broke: (error) => stopWith(error, 'program'),
    close: async () => {
      device.close()
      await sync?.close()
      // Switched off in the middle of it, a bundle would be torn.
      await stick.settled()
      store.close()
    },
  })
}

function startAgentSync(
  parts: AgentParts,
  store: DeviceStore,
  told: Required<Pick<SyncOptions, 'contradicted' | 'failed' | 'ordered' | 'status'>>,
): Sync | undefined {
  const { home, clock, networkClock, random, logger, hold } = parts
  const { broker, device } = home.config
  const centreMessageKey = home.centre.keys['message']
  if (broker === undefined) return undefined
  if (centreMessageKey === undefined) throw new Error('a centre certificate without a message key')
  const telling = () => tellingPolicy(store.day, broker.closingWindowSeconds)
  return startSync({
    address: {
      url: `mqtts://${broker.host}:${broker.port}`,
      servername: home.centre.subject,
      tls: {
        key: ed25519PrivateKeyPem(home.seeds.tls),
        cert: certificatePem(home.certificateDer),
        ca: certificatePem(home.authorityDer),
      },
    },
    outbox: storeOutbox(store, device, home),
    package: home.electionPackage,
    centreMessageKey,
    clock,
    networkClock,
    random,
    logger,
    intervalMs: () => telling().tellEverySeconds * 1000,
    slotWaitMs: (said) => {
      const { closedAt } = store.day
      if (closedAt === undefined) return 0
      const { election } = home.electionPackage.definition
      const slot = slotMs(election, device, said, telling().closingWindowSeconds * 1000)
      return slotWaitMs(slot, Date.parse(closedAt), clock.now())
    },
    ...told,
    hold,
  })
}

/** The store as the sync sees it. */
function storeOutbox(store: DeviceStore, deviceId: string, home: DeviceHome): Outbox {
  const logKey = home.certificate.keys['log']
  if (logKey === undefined) throw new Error('a device certificate without a log key')
  return {
    logKey,
    origin: store.origin,
    deviceId,
    certificate: home.certificateDer,
    receipted: () => store.receipt?.size ?? 0,
    journalFrom: (from) => {
      const { size } = store.day
      const checkpoint = store.checkpointAt(size)
      if (checkpoint === undefined) throw new Error('a journal has a checkpoint for every entry')
      return { entries: store.entriesFrom(from), checkpoint, size }
    },
    checkpointAt: (size) => store.checkpointAt(size),
    tally: () => (store.totals?.answered === false ? releasedDocument({ home, store }) : undefined),
    storeReceipt: (size, line) => store.storeReceipt(size, line),
    clearTally: () => store.markTallyAnswered(),
  }
}
