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
    '"bundles": the number of files journal.jsonl; "stations": those stations of package.json that have a device of which a journal.jsonl is here; "ballots": the number of entries ballot.cast of all files together, and "casts" of entries takeover',
  'check-ins':
    '"of": those stations of package.json that have a device of which a journal.jsonl is here; "counted": those of them of which an issued.json and the journal.jsonl of every device that package.json lists are here',
  entries: 'the number of lines',
  ballots: 'the number of entries ballot.cast, and "casts" of an entry takeover',
  voids: 'the number of entries slip.voided, and "voids" of an entry takeover',
  slips: 'the number of entries ballot.cast and slip.voided, and "casts" and "voids" of an entry takeover',
  batches: 'the number of entries batch.sealed, and "batches" of an entry takeover',
  opened: '"at" of the entry polls.opened; shown in the time zone of package.json',
  closed: '"at" of the entry polls.closed; shown in the time zone of package.json',
  receipt: '1 if the checkpoint bears the cosignature of the witness that package.json names, else 0',
  neighbours:
    '"of": the other devices that the station of "of" has in package.json; "seen": those of them whose cosignature stands under a head of this journal (a note of its origin) in any checkpoint or cosigned.json here, if that head is of more entries than stand before polls.closed; a device cosigns with the key "witness" of its certificate, a device-certificate.der or one in a cosigned.json here',
  totals: 'released if the manifest lists tally.json, sealed if it lists sealed-tally.json',
  issued: 'the member "issued" of the payload',
  returned: 'the member "returned" of the payload',
  again: 'the sum of "cards" in the member "again" of the payload',
  'sum-entries': 'the number of lines, of all files together',
  'sum-ballots': 'the number of entries ballot.cast, and "casts" of entries takeover, of all files together',
  'sum-voids': 'the number of entries slip.voided, and "voids" of entries takeover, of all files together',
  'sum-slips':
    'the number of entries ballot.cast and slip.voided, and "casts" and "voids" of entries takeover, of all files together',
  'sum-batches':
    'the number of entries batch.sealed, and "batches" of entries takeover, of all files together',
  'half-hour':
    'the number of entries ballot.cast of all files whose "at" is not before "of" and less than 30 minutes after it',
  'other-day':
    'the number of entries ballot.cast of all files whose "at" is not of the day pollingDay of package.json in its timeZone',
  restarts: 'the number of entries device.started after the first',
  pauses: 'the number of entries polls.paused',
  outages: 'the number of entries line.lost',
  printer: 'the number of entries printer.trouble',
  tampers: 'the number of entries tamper.opened',
  'wrong-pins': 'the number of entries officer.pin_wrong',
  refused: 'the number of entries card.refused',
  silences:
    'the number of entries that are half an hour or more later than the entry before them, after which polls were open and not paused',
  faults:
    '"pauses": "from" the "at" of each entry polls.paused "until" that of the next polls.resumed or polls.closed, null without one, with its "reason"; "outages": likewise from line.lost until the next line.restored of the peripheral; "media": likewise from medium.lost until the next medium.restored of the medium, with its "medium" and "why"; "restarts", "tampers": the "at" of the entries device.started after the first, and tamper.opened; "wrongPins", "voids": how many entries officer.pin_wrong and slip.voided there are; "troubles", "refusedCards": how many printer.trouble by "trouble" and card.refused by "reason"; "alarms": the entries witness.alarm, device.stopped and device.declared_dead, those that say the same together in the place of the first, without "seq" and "at" and with "times"; "silences": "from" the "at" of the entry before "until" that of the later one, of those that the rule "silences" counts',
  clock:
    '"wentBack": of the entries whose "at" is earlier than that of the entry before them, the number of the first ("entry"), how many ("times"), the largest step ("seconds"); "outside": of the entries from polls.opened to polls.closed whose "at" is not of the day pollingDay of package.json in its timeZone, the first and how many; "castsOutside": as the rule "other-day"; "ahead": of each witness (the centre, without "witness", first, then devices by id) who cosigned a head of this journal in any checkpoint or cosigned.json here more than 300 seconds before the "at" of the last entry that the head has, the head where this is the most: that entry, and "seconds"; keys as in the rule "neighbours", the centre\'s as in "receipt"; null and [] where there is none',
  program:
    'the number of files in which an entry journal.opened or device.started names this program (there in base64)',
  timeline:
    '"polls": "state" of the polls and "from" the "at" of the entry that began it: closed with the first entry, open with polls.opened, paused with polls.paused, open with polls.resumed, finished with polls.closed, where it was another before; "halfHours": the entries ballot.cast in each half hour of the day pollingDay of package.json in its timeZone; "marks": of each entry witness.alarm, device.stopped and device.declared_dead (alarm), tamper.opened (tamper), device.started after the first (restart), line.lost (line) and printer.trouble (printer) its "at", in their order and kind by kind',
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
    value: Json,
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
  file(files: readonly HashedFile[], heldAgainst: { readonly [name: string]: Json }): string {
    return `${canonicalJson({
      version: 1,
      ...heldAgainst,
      rules: { ...RULES },
      files: files.map((file) => ({ ...file })),
      figures: this.#figures,
    })}\n`
  }
}
