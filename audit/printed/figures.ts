/**
 * Every figure of a report, with the files it came from and the rule to compute it again. A number on the page carries the mark of its figure.
 *
 * ```
 * {"figures":[{"files":["gy-1-a/journal.jsonl"],"id":"f1","of":"gy-1-a","rule":"ballots","value":122}, …],"files":[{"path":…,"sha256":…}], …}
 * ```
 */
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { html, type Markup } from './markup.ts'

/** How each kind of figure is computed. Types are those of journal entries, members those of `docs/formats.md`. */
export const RULES = {
  headline:
    '"bundles" and "stations": of which something is told; "ballots": the number of entries ballot.cast of all files together',
  'check-ins':
    '"counted": stations of which the issued.json of a check-in was given and the bundle of every device holds, "of": stations of which something is told',
  entries: 'the number of lines',
  ballots: 'the number of entries ballot.cast',
  voids: 'the number of entries slip.voided',
  slips: 'the number of entries ballot.cast and slip.voided',
  batches: 'the number of entries batch.sealed',
  opened: '"at" of the entry polls.opened; shown in the time zone of package.json',
  closed: '"at" of the entry polls.closed; shown in the time zone of package.json',
  receipt: '1 if the checkpoint bears the cosignature of the witness that package.json names, else 0',
  neighbours:
    'devices of the station whose cosignature stands under a head of this journal as large as the checkpoint, in any of these files',
  totals: 'released if the manifest lists tally.json, sealed if it lists sealed-tally.json',
  issued: 'the member "issued" of the payload',
  returned: 'the member "returned" of the payload',
  'sum-entries': 'the number of lines, of all files together',
  'sum-ballots': 'the number of entries ballot.cast, of all files together',
  'sum-voids': 'the number of entries slip.voided, of all files together',
  'sum-slips': 'the number of entries ballot.cast and slip.voided, of all files together',
  'sum-batches': 'the number of entries batch.sealed, of all files together',
  'half-hour':
    'the number of entries ballot.cast of all files whose "at" is not before "of" and less than 30 minutes after it',
  'other-day':
    'the number of entries ballot.cast of all files whose "at" is not of the day pollingDay of package.json in its timeZone',
  restarts: 'the number of entries device.started, less one',
  pauses: 'the number of entries polls.paused',
  outages: 'the number of entries line.lost',
  printer: 'the number of entries printer.trouble',
  tampers: 'the number of entries tamper.opened',
  'wrong-pins': 'the number of entries officer.pin_wrong',
  refused: 'the number of entries card.refused',
  silences:
    'the number of times that polls were open and an entry is half an hour or more later than the one before it',
  faults:
    'stretches from each entry polls.paused to the next polls.resumed or polls.closed, from line.lost to the next line.restored of the peripheral; entries printer.trouble by "trouble", tamper.opened, officer.pin_wrong, card.refused by "reason", and device.started but the first',
  clock:
    '"wentBack": entries whose "at" is earlier than that of the entry before, the first and how many; "outside": entries from polls.opened to polls.closed of another day than pollingDay of package.json; "ahead": entries with an "at" 5 minutes or more after the time of a cosignature of a head that has them in',
  program: 'the number of devices whose entries journal.opened and device.started name this program',
  timeline:
    'the states of the polls after polls.opened, polls.paused, polls.resumed and polls.closed, from "at" to "at"; half hours as above; marks at the entries device.started (but the first), line.lost, printer.trouble, tamper.opened, witness.alarm, device.stopped',
} as const

export type Rule = keyof typeof RULES

/** A file by its path below the folder of all bundles, a device's folder being named as the device. */
export interface HashedFile {
  readonly path: string
  /** Hexadecimal; null if it could not be read. */
  readonly sha256: string | null
}

/** Collects figures as a page is made. */
export class Figures {
  readonly #figures: Json[] = []

  /**
   * A figure on the page.
   * @param shown how the value is written there
   * @param source what it is of, and the files it is computed from
   */
  mark(
    rule: Rule,
    value: number | string,
    shown: string | Markup,
    source: { readonly of: string; readonly files: readonly string[] },
  ): Markup {
    const id = this.note(rule, value, source)
    return html`<span class="figure" data-figure="${id}" title="${id}">${shown}</span>`
  }

  /** A figure that a picture shows. @returns its mark */
  note(
    rule: Rule,
    value: Json,
    { of, files }: { readonly of: string; readonly files: readonly string[] },
  ): string {
    const id = `f${this.#figures.length + 1}`
    this.#figures.push({ id, rule, of, value, files: [...files] })
    return id
  }

  /** The whole as `figures.json`. */
  file(files: readonly HashedFile[], packageHash: string): string {
    return `${canonicalJson({
      version: 1,
      package: packageHash,
      rules: { ...RULES },
      files: files.map((file) => ({ ...file })),
      figures: this.#figures,
    })}\n`
  }
}
