/** What a mutation is, and what a random draw gives it. */
import { uniform } from '../../core/ballot-box/draw.ts'
import type { Random } from '../../core/ports.ts'
import type { Content, Folders, Original } from './folders.ts'

/** A station with something done to it. */
export interface Mutated {
  readonly folders: Folders
  /** What was done, in words. */
  readonly what: string
  /**
   * Where a verifier may name it, as beginnings of places: `gy-1-a/journal.jsonl entry 57`. None where nothing was changed that means
   * anything: then it must hold.
   */
  readonly places: readonly string[]
  /** Nothing is changed and something is not there: what is there holds, and nobody may take it for all. */
  readonly isPart?: boolean
  /** It was signed by all who must, and may be a lie that nobody can know. */
  readonly mayHold?: boolean
}

/** One kind of mutation; undefined if the original has nothing for it. */
export type Mutate = (original: Original, draw: Draw) => Mutated | undefined

/** Draws by one seed. */
export class Draw {
  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    return uniform(bound, this.random)
  }

  of<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to draw from')
    return items[this.below(items.length)] as T
  }

  /** Two different ones. */
  two<T>(items: readonly T[]): readonly [T, T] {
    const first = this.below(items.length)
    const second = (first + 1 + this.below(items.length - 1)) % items.length
    return [items[first] as T, items[second] as T]
  }
}

/** A file that is there, and its bytes. */
export interface Place {
  readonly folder: string
  readonly name: string
  readonly bytes: Uint8Array
}

/** A file with bytes in it, each kind of file as likely as any other. */
export function drawFile(folders: Folders, draw: Draw): Place {
  const names = [...new Set([...folders.values()].flatMap((files) => [...files.keys()]))].sort()
  const name = draw.of(names)
  const holders = [...folders].filter(([, files]) => files.has(name)).map(([folder]) => folder)
  const folder = draw.of(holders)
  return { folder, name, bytes: bytesOf(folders.get(folder)?.get(name)) }
}

/** Folders of devices. */
export function bundlesIn(folders: Folders): readonly string[] {
  return [...folders].filter(([, files]) => files.has('manifest.json')).map(([folder]) => folder)
}

/** The check-in's folder. */
export function checkInOf(folders: Folders): string | undefined {
  return [...folders].find(([, files]) => files.has('issued.json'))?.[0]
}

/** The bytes of a file; throws for what is none. */
export function bytesOf(content: Content | undefined): Uint8Array {
  if (content instanceof Uint8Array) return content
  throw new TypeError('this is no file')
}

/** Where a change from this byte on is named: the entry of a journal, else the file. */
export function placeAt({ folder, name, bytes }: Place, offset: number): string {
  if (name !== 'journal.jsonl') return `${folder}/${name}`
  const entry = bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length
  return `${folder}/${name} entry ${entry}`
}
