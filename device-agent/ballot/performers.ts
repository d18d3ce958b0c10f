/** The two that carry out what the machines decide, with what both share: store, reader, printer, paper. */

import type { DeviceParts } from './device-parts.ts'
import { DevicePaper } from './documents.ts'
import type { Peripherals } from './peripherals.ts'
import { PollsPerformer } from './polls/perform.ts'
import { SessionPerformer } from './session/perform.ts'

/** @param printProgress is told while a voter's slip is printed */
export function makePerformers(
  { home, store, clock, random, fonts, messageSigner }: DeviceParts,
  peripherals: Peripherals,
  printProgress: (secondsLeft: number) => void,
): { readonly session: SessionPerformer; readonly polls: PollsPerformer } {
  const papers = new DevicePaper(home, store, clock, fonts)
  const shared = {
    store,
    reader: () => peripherals.reader,
    printer: () => peripherals.printer,
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
      clock,
      random,
      zeroReport: (tally) => papers.zeroReport(tally),
      minutes: () => papers.minutes(),
      totals: (results) => papers.totals(results),
    }),
  }
}
