/** The figures of a count with the files they come from: how a table asks for a number. */
import type { Json } from '../../core/text/canonical-json.ts'
import type { BundleFileName } from '../read-folders.ts'
import type { Words } from '../strings.ts'
import type { DeviceFacts, StationFacts } from '../verify/facts.ts'
import type { Figures, Rule } from './figures.ts'
import type { Markup } from './markup.ts'

/** The file of a verified device, as a report names it. */
export function pathOf({ device }: DeviceFacts, name: BundleFileName): string {
  return `${device}/${name}`
}

/** Where heads of a journal and the keys of those who cosign them are. */
const WITNESSING: readonly BundleFileName[] = ['checkpoint', 'cosigned.json', 'device-certificate.der']

/** Numbers of one device's journal, and of several together. */
export class Sources {
  readonly #figures: Figures
  readonly #words: Words
  readonly #stations: readonly StationFacts[]

  constructor(figures: Figures, words: Words, stations: readonly StationFacts[]) {
    this.#figures = figures
    this.#words = words
    this.#stations = stations
  }

  /** A number that one device's file gives. */
  ofDevice(
    rule: Rule,
    value: number,
    facts: DeviceFacts,
    files: readonly BundleFileName[] = ['journal.jsonl'],
  ): Markup {
    const source = { of: facts.device, files: files.map((name) => pathOf(facts, name)) }
    return this.#figures.mark(rule, value, this.#words.number(value), source)
  }

  /** What a device's files give, shown in another way. */
  shown(rule: Rule, value: Json, text: string, facts: DeviceFacts, files: readonly BundleFileName[]): Markup {
    return this.#figures.mark(rule, value, text, {
      of: facts.device,
      files: files.map((name) => pathOf(facts, name)),
    })
  }

  /** By how many neighbours a journal was seen to its end. */
  neighbours(facts: DeviceFacts, text: string): Markup {
    const { neighbours, of } = facts.seenBy
    const source = { of: facts.device, files: this.#witnessed(facts) }
    return this.#figures.mark('neighbours', { of, seen: neighbours.length }, text, source)
  }

  /** What is odd about a clock, also beside the clocks of those who cosigned. @returns its mark */
  clock(value: Json, facts: DeviceFacts): string {
    return this.#figures.note('clock', value, { of: facts.device, files: this.#witnessed(facts) })
  }

  /** A number over the journals of several devices. @param besides files that are needed too */
  ofAll(
    rule: Rule,
    value: number,
    of: string,
    devices: readonly DeviceFacts[],
    besides: readonly string[] = [],
  ): Markup {
    const source = { of, files: [...journalsOf(devices), ...besides] }
    return this.#figures.mark(rule, value, this.#words.number(value), source)
  }

  /** What a picture or sentence shows. @returns its mark */
  note(
    rule: Rule,
    value: Json,
    of: string,
    devices: readonly DeviceFacts[],
    besides: readonly string[] = [],
  ): string {
    return this.#figures.note(rule, value, { of, files: [...journalsOf(devices), ...besides] })
  }

  /** A number of a check-in's file. */
  ofFile(rule: Rule, value: number, of: string, file: string): Markup {
    return this.#figures.mark(rule, value, this.#words.number(value), { of, files: [file] })
  }

  /** A journal, the package, and what all devices of its station saw. */
  #witnessed(facts: DeviceFacts): readonly string[] {
    const station = this.#stations.find(({ devices }) => devices.includes(facts))
    const seen = (station?.devices ?? []).flatMap((device) => WITNESSING.map((name) => pathOf(device, name)))
    return [pathOf(facts, 'journal.jsonl'), pathOf(facts, 'package.json'), ...seen]
  }
}

/** The package, as the first of these devices has it. */
export function packageOf([first]: readonly DeviceFacts[]): readonly string[] {
  return first === undefined ? [] : [pathOf(first, 'package.json')]
}

function journalsOf(devices: readonly DeviceFacts[]): readonly string[] {
  return devices.map((facts) => pathOf(facts, 'journal.jsonl'))
}
