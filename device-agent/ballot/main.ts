/** The program on a ballot device in service: real lines, real clock, the operating system's random numbers. */
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import type { Photos } from '../../core/package/photos.ts'
import type { Logger } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { openSerialLine } from '../../firmware/link/serial-line.ts'
import { watchLoop } from '../health/loop-watch.ts'
import { programHash } from '../program-files.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { probeMedia } from '../store/probe.ts'
import { systemClock, systemRandom } from '../system.ts'
import { startAgent } from './agent.ts'
import { calibrate } from './calibrate.ts'
import { requestCertificates } from './enrolment.ts'
import {
  type DeviceConfig,
  mediaFolders,
  OWN_SCREEN,
  readConfig,
  readHome,
  readProvisionedHome,
} from './home.ts'
import { misfit } from './home-files.ts'
import { showNoHome, showNoStore } from './no-store.ts'
import { type Kiosk, startKiosk } from './page/kiosk.ts'
import { readPageFiles } from './page/page-files.ts'
import { BAUD } from './peripherals.ts'
import { isEmptyPlace, isSpare, setUpStore } from './setup.ts'
import { type SpareParts, startSpare } from './takeover/spare.ts'

/** Makes a new device's keys and its requests to be enrolled. @returns the requests' files. Throws {@link RefusalError} where that is not possible. */
export function requestEnrolling(folder: string): readonly string[] {
  return valueOrThrow(requestCertificates(folder, systemRandom))
}

/** Makes the ballot database of a provisioned device. Throws {@link RefusalError} where there is one already, or its second medium is on the first disk. */
export function setUpDevice(folder: string): void {
  const home = valueOrThrow(readHome(folder))
  valueOrThrow(setUpStore(home, systemClock, systemRandom, programHash())).close()
}

/**
 * Has a technician calibrate the touchscreen of a device whose program is not running.
 * @returns the file that was written. Throws {@link RefusalError} where nothing was.
 */
export async function calibrateDevice(folder: string): Promise<string> {
  const home = valueOrThrow(readProvisionedHome(folder))
  const logger = programLog()
  const display = await openDisplay(home.config, home.photos, logger)
  try {
    const lines = {
      touchscreen: openSerialLine({ path: home.config.lines.touchscreen, baudRate: BAUD.touchscreen }),
      display: display.open,
    }
    return valueOrThrow(await calibrate({ home, lines, clock: systemClock, logger }))
  } finally {
    await display.close()
  }
}

/**
 * Runs the device until it is switched off: after the end of the day officers may still have their cards erased. Throws if the device
 * had to stop.
 * @param finished called with the bundle's folder, if it could be written, once the polls are closed for good and everything is handed over
 */
export async function runDevice(
  folder: string,
  finished: (bundle: string | undefined) => void,
): Promise<void> {
  const logger = programLog()
  const read = readHome(folder)
  if (!read.ok) {
    const { code, where, what, next } = read.error
    logger.error({ code, where, what, next }, 'the device does not start')
    await showRefusedHome(folder, logger)
  }
  const home = valueOrThrow(read)
  const { touchscreen, cardReader, printer, ioBoard } = home.config.lines
  const display = await openDisplay(home.config, home.photos, logger)
  try {
    const parts = {
      home,
      program: programHash(),
      lines: {
        touchscreen: openSerialLine({ path: touchscreen, baudRate: BAUD.touchscreen }),
        'card-reader': openSerialLine({ path: cardReader, baudRate: BAUD['card-reader'], stopBits: 2 }),
        printer: openSerialLine({ path: printer, baudRate: BAUD.printer }),
        'io-board': openSerialLine({ path: ioBoard, baudRate: BAUD['io-board'] }),
        display: display.open,
      },
      clock: systemClock,
      random: systemRandom,
      logger,
      hold: () => () => {},
    }
    const takenOver = await takeOverFirst(parts)
    watchLoop()
    const started = startAgent({ ...parts, networkClock: systemClock, ...(takenOver && { takenOver }) })
    if (!started.ok) {
      const { code, where, what } = started.error
      logger.error({ code, where, what }, 'the device does not start')
      const screen = showNoStore(parts, started.error)
      await switchedOff()
      screen.close()
    }
    const agent = valueOrThrow(started)
    process.on('uncaughtException', agent.broke)
    const end = await agent.ended
    if (end.is === 'finished') {
      logger.info({ sync: end.sync }, 'finished')
      // Whoever reads that it is finished may end it in the same instant.
      const off = switchedOff()
      finished(end.bundle)
      await off
      return await agent.close()
    }
    // The screen goes on saying what became of the last vote and what to do.
    await switchedOff()
    await agent.close()
    if (end.error instanceof RefusalError) throw end.error
    throw new Error('the device stopped', { cause: end.error })
  } finally {
    await display.close()
  }
}

/** Says so until it is switched off, where `config.json` still names the display; without it nobody knows where that is, and the log alone says it. */
async function showRefusedHome(folder: string, logger: Logger): Promise<void> {
  const config = readConfig(folder)
  if (!config.ok) return
  const display = await openDisplay(config.value, new Map(), logger)
  try {
    const parts = { lines: { display: display.open }, clock: systemClock, random: systemRandom, logger }
    const screen = showNoHome(parts)
    await switchedOff()
    screen.close()
  } finally {
    await display.close()
  }
}

/** A spare that is nobody yet guides people through a takeover; any other device has its own media, or what is left of them. */
async function takeOverFirst(parts: Omit<SpareParts, 'oldMedia'>): Promise<DeviceStore | undefined> {
  const { home } = parts
  if (!isSpare(home) || !isEmptyPlace(probeMedia(mediaFolders(home)))) return undefined
  const { oldMedium, oldSecondMedium } = home.config
  const second = oldSecondMedium === undefined ? [] : [oldSecondMedium]
  if (oldMedium !== undefined) return startSpare({ ...parts, oldMedia: [oldMedium, ...second] }).takenOver
  const { error } = misfit(
    join(home.folder, 'config.json'),
    'this is a spare, and it does not say where the medium of a device that died is put in (oldMedium)',
  )
  throw new RefusalError(error)
}

/** What `config.json` names: a line, or the screen of this computer. */
async function openDisplay(
  { lines: { display } }: DeviceConfig,
  photos: Photos,
  logger: Logger,
): Promise<Kiosk> {
  if (display !== OWN_SCREEN) {
    return { open: openSerialLine({ path: display, baudRate: BAUD.display }), close: async () => {} }
  }
  const folder = fileURLToPath(new URL('../../dist/web/ballot', import.meta.url))
  const page = valueOrThrow(readPageFiles(folder))
  return startKiosk({ page, photos, random: systemRandom, clock: systemClock, logger })
}

/** The program's own log, on standard error. */
function programLog(): Logger {
  return pino({ base: null }, pino.destination({ dest: 2, sync: true }))
}

/** Resolves when the service manager, or a person at a terminal, ends this process. Before the end of the day it just ends. */
function switchedOff(): Promise<unknown> {
  return Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal)))
}
