/** What a ballot device prints, filled from its journal and package. */
import { openTally } from '../../core/bundle/bundle.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle, type Station } from '../../core/election/definition.ts'
import { ballotsIn, parseTally, type Tally } from '../../core/election/tally.ts'
import { batchCount } from '../../core/journal/day-rules.ts'
import type { Entry } from '../../core/journal/entry.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Clock } from '../../core/ports.ts'
import { splitIntoCodes } from '../../core/printed/code-parts.ts'
import { encodePrintedTotals } from '../../core/printed/printed-totals.ts'
import { typedLines } from '../../core/printed/typed-totals.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { type Fonts, measureWith } from '../../ui/fonts.ts'
import { incidentText } from '../../ui/incidents.ts'
import {
  minutesDocument,
  type PaperDocument,
  slipDocument,
  totalsDocument,
  voidMarkDocument,
  zeroReportDocument,
} from '../../ui/paper/document.ts'
import type { MinutesData } from '../../ui/paper/minutes.ts'
import { type SlipForm, slipForm } from '../../ui/paper/slip.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { DeviceHome } from './home.ts'
import type { Results } from './release.ts'

/** What the papers are filled from. */
export type PaperRecords = Pick<DeviceStore, 'day' | 'totals' | 'spentTags' | 'batches' | 'checkpointAt'>

/** Makes the documents of one device. */
export class DevicePaper {
  readonly #home: DeviceHome
  readonly #store: PaperRecords
  readonly #clock: Clock
  readonly #fonts: Fonts
  readonly #form: SlipForm

  constructor(home: DeviceHome, store: PaperRecords, clock: Clock, fonts: Fonts) {
    this.#home = home
    this.#store = store
    this.#clock = clock
    this.#fonts = fonts
    this.#form = slipForm(home.electionPackage.definition, measureWith(fonts))
  }

  slip(style: string, ballot: Ballot): PaperDocument {
    const contests = contestsOfStyle(this.#home.electionPackage.definition, style)
    if (contests === undefined) throw new Error(`no style ${style} in the package`)
    return slipDocument(this.#form, contests, ballot, this.#fonts)
  }

  voidSlip(): PaperDocument {
    return voidMarkDocument(this.#home.electionPackage.definition, this.#fonts)
  }

  zeroReport(tally: Tally): PaperDocument {
    return zeroReportDocument(
      { ...this.#place(), printedAt: this.#clock.now(), tally, checkpoint: this.#checkpoint() },
      this.#fonts,
    )
  }

  /** The minutes of a device whose polls are closed for good. */
  minutes(): PaperDocument {
    return minutesDocument(this.minutesData(), this.#fonts)
  }

  /** The results of this device, or of its station, on a page of their own. Whether they may be told is the caller's to know. */
  totals(results: Results): PaperDocument {
    const { definition } = this.#home.electionPackage
    const { totals, day } = this.#store
    const document = results.of === 'device' ? totals?.tally : totals?.sheet
    const note = this.#store.checkpointAt(day.size)
    if (document === undefined || note === undefined) throw new Error('results that are not signed')
    const codes = splitIntoCodes(encodePrintedTotals(definition, { document, note }))
    return totalsDocument(
      {
        ...this.#place(),
        ...results,
        printedAt: this.#clock.now(),
        checkpoint: this.#checkpoint(),
        codes,
        typedLines: typedLines(definition, document),
      },
      this.#fonts,
    )
  }

  /**
   * What the minutes say. The figures that are compared there come each from a record of its own: ballots from the rows of the batches, cards
   * from the tags, slips from the entries `ballot.cast` and `slip.voided`, the contests from the tally: how many ballots it counts, no votes.
   */
  minutesData(): MinutesData {
    const { day, spentTags, totals } = this.#store
    const { definition } = this.#home.electionPackage
    if (day.closing === undefined || totals === undefined)
      throw new Error('minutes before the polls were closed')
    const opened = valueOrThrow(openTally(totals.tally, this.#messageKey(), 'the tally'))
    const tally = valueOrThrow(parseTally(definition, opened.tally as Json, 'the tally'))
    return {
      ...this.#place(),
      openedAt: Date.parse(day.openedAt ?? day.closing.at),
      closedAt: Date.parse(day.closing.at),
      counted: tally.map(ballotsIn),
      ballots: [...this.#store.batches().values()].reduce((sum, ballots) => sum + ballots.length, 0),
      cardsSpent: spentTags.length,
      slipsPrinted: day.casts + day.voids,
      voidSlips: day.voids,
      batches: batchCount(day),
      incidents: day.incidents.map((entry: Entry) => ({
        at: Date.parse(entry.at),
        text: incidentText(entry, 'fa'),
      })),
      checkpoint: this.#checkpoint(),
      qrText: this.#qrText(),
    }
  }

  #place(): { definition: DeviceHome['electionPackage']['definition']; station: Station; device: string } {
    const { definition } = this.#home.electionPackage
    const { device, station } = this.#home.config
    const found = definition.stations.find(({ id }) => id === station)
    if (found === undefined) throw new Error('a device of a station that the package does not have')
    return { definition, station: found, device }
  }

  #checkpoint(): { size: number; rootBase64: string } {
    const text = (this.#store.checkpointAt(this.#store.day.size) ?? '').split('\n\n')[0]
    const { size, root } = valueOrThrow(parseCheckpoint(`${text}\n`))
    return { size, rootBase64: toBase64(root) }
  }

  /** The signed checkpoint for a citizen's telephone: `origin|size|root|signature`, printable ASCII (docs/formats.md). */
  #qrText(): string {
    const [origin, size, root, , signature] = (this.#store.checkpointAt(this.#store.day.size) ?? '').split(
      '\n',
    )
    return [origin, size, root, signature?.split(' ').at(-1)].join('|')
  }

  #messageKey(): Uint8Array {
    const key = this.#home.certificate.keys['message']
    if (key === undefined) throw new Error('a device certificate without a message key')
    return key
  }
}
