/** The figures of a count with the files they come from: how a table asks for a number. */
import type { BundleFileName } from '../read-folders.ts'
import type { Words } from '../strings.ts'
import type { DeviceFacts } from '../verify/facts.ts'
import type { Figures, Rule } from './figures.ts'
import type { Markup } from './markup.ts'

/** The file of a verified device, as a report names it. */
export function pathOf({ device }: DeviceFacts, name: BundleFileName): string {
  return `${device}/${name}`
}

/** Numbers of one device's journal, and of several together. */
export class Sources {
  readonly #figures: Figures
  readonly #words: Words

  constructor(figures: Figures, words: Words) {
    this.#figures = figures
    this.#words = words
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

  /** A time or word that a device's file gives, shown in another way. */
  shown(
    rule: Rule,
    value: string | number,
    text: string,
    facts: DeviceFacts,
    files: readonly BundleFileName[],
  ): Markup {
    return this.#figures.mark(rule, value, text, {
      of: facts.device,
      files: files.map((name) => pathOf(facts, name)),
    })
  }

  /** A number over the journals of several devices. */
  ofAll(rule: Rule, value: number, of: string, devices: readonly DeviceFacts[]): Markup {
    return this.#figures.mark(rule, value, this.#words.number(value), { of, files: journalsOf(devices) })
  }

  /** What a picture shows. */
  note(
    rule: Rule,
    value: Parameters<Figures['note']>[1],
    of: string,
    devices: readonly DeviceFacts[],
  ): string {
    return this.#figures.note(rule, value, { of, files: journalsOf(devices) })
  }

  /** A number of a check-in's file. */
  ofFile(rule: Rule, value: number, of: string, file: string): Markup {
    return this.#figures.mark(rule, value, this.#words.number(value), { of, files: [file] })
  }
}

function journalsOf(devices: readonly DeviceFacts[]): readonly string[] {
  return devices.map((facts) => pathOf(facts, 'journal.jsonl'))
}
