/** The two that carry out what the machines decide, with what both share: store, reader, printer, paper. */

import type { Printer } from '../../firmware/printer/driver.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { Conditions } from './conditions.ts'
import type { DeviceParts } from './device-parts.ts'
import { DevicePaper } from './documents.ts'
import type { PaperPrinter } from './paper.ts'
import type { Peripherals } from './peripherals.ts'
import { PollsPerformer } from './polls/perform.ts'
import { SessionPerformer } from './session/perform.ts'

/** @param printProgress is told while a voter's slip is printed */
export function makePerformers(
  { home, store, clock, random, logger, fonts, messageSigner, stick }: DeviceParts,
  peripherals: Peripherals,
  conditions: Pick<Conditions, 'cutting' | 'slipCut'>,
  printProgress: (secondsLeft: number) => void,
): { readonly session: SessionPerformer; readonly polls: PollsPerformer } {
  const papers = new DevicePaper(home, store, clock, fonts)
  const shared = {
    store,
    reader: () => peripherals.reader,
    printer: () => watched(peripherals.printer, store, conditions),
    voidSlip: () => papers.voidSlip(),
  }
  const { electionPackage, cardTerminal: terminal } = home
  const { station } = home.config
  return {
    session: new SessionPerformer({
      ...shared,
      checks: { electionPackage, station, terminal, random },
      slip: (style, ballot) => papers.slip(style, ballot),
      printProgress,
    }),
    polls: new PollsPerformer({
      ...shared,
      home,
      messageSigner,
      stick,
      clock,
      random,
      logger,
      zeroReport: (tally) => papers.zeroReport(tally),
      minutes: () => papers.minutes(),
      totals: (results) => papers.totals(results),
    }),
  }
}

/** Every cut is told: with a slip in hand it is the slip that has to fall, else a report. */
function watched(
  printer: Printer | undefined,
  store: Pick<DeviceStore, 'slip'>,
  conditions: Pick<Conditions, 'cutting' | 'slipCut'>,
): PaperPrinter | undefined {
  if (printer === undefined) return undefined
  return {
    print: (document, progress) => printer.print(document, progress),
    cut: async () => {
      const isSlip = store.slip !== 'none'
      conditions.cutting()
      const outcome = await printer.cut()
      if (isSlip && outcome.is === 'printed') conditions.slipCut()
      return outcome
    },
  }
}
