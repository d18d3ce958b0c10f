/**
 * From codes to whatever a voter sees and a count takes, and back to codes: each code is typed before a real page, read from its document and
 * its dots, printed by the real driver, recorded, and read from the paper by readers that are not ours.
 */
import type { Browser } from 'playwright-core'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import type { DisplayBuild } from '../browser/display-build.ts'
import { Booth } from '../device-agent/ballot/booth.ts'
import { KnownNames } from '../oracles/slip/names.ts'
import { PersianDigits } from '../oracles/slip/persian-digits.ts'
import type { CodesBuild } from './build.ts'
import type { CodesElection, Vote } from './election.ts'
import type { Reading } from './reading.ts'
import { DocumentReader, SCREEN_CODE, ScreenDots } from './screen-readers.ts'
import { type Printed, Slips } from './slips.ts'
import { TouchedBooth } from './touched-booth.ts'
import { cast, inPackageOrder } from './vote.ts'

/** The programs that are tried. */
export interface Tried {
  readonly build: CodesBuild
  readonly display: DisplayBuild
}

/** A device and its readers, for as many votes as are to be tried. */
export class CodesTrial {
  readonly #build: CodesBuild
  readonly #election: CodesElection
  readonly #booth: TouchedBooth
  readonly #slips: Slips
  readonly #document: DocumentReader
  readonly #known: KnownNames
  readonly #persian = new PersianDigits(registerFonts(installedFontFiles()), SCREEN_CODE)

  private constructor(build: CodesBuild, election: CodesElection, booth: TouchedBooth) {
    this.#build = build
    this.#election = election
    this.#booth = booth
    this.#slips = new Slips(build, election)
    this.#document = new DocumentReader(election)
    this.#known = new KnownNames(election.contest)
  }

  static async open(browser: Browser, tried: Tried, election: CodesElection): Promise<CodesTrial> {
    const { build, display } = tried
    const { definition } = election
    const screens = new build.booth.VoterScreens(definition, measureWith(registerFonts(installedFontFiles())))
    const booth = new Booth(build.booth, definition, screens)
    return new CodesTrial(build, election, await TouchedBooth.open(browser, display, booth))
  }

  /** Casts these votes, then reads all that was seen of them: readers are slow to start. */
  async try(votes: readonly Vote[]): Promise<readonly Reading[]> {
    const dots = new ScreenDots(this.#known, this.#persian)
    const readings: Reading[] = []
    const printed: Printed[] = []
    const polling = {
      build: this.#build,
      election: this.#election,
      booth: this.#booth,
      document: this.#document,
      dots,
      print: async (ballot: Parameters<Slips['print']>[0]) => {
        printed.push(await this.#slips.print(ballot))
      },
    }
    for (const vote of votes) readings.push(...(await cast(polling, vote)))
    return [...readings, ...dots.read(), ...this.#slips.read(votes.map(inPackageOrder), printed)]
  }

  close(): Promise<void> {
    return this.#booth.close()
  }
}
