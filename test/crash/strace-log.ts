/** What strace(1) wrote of the system calls of a program. */
import { readFileSync } from 'node:fs'
import type { Act } from './disk.ts'

/** Ends the name of a file that is to take another's place. */
const PART = '.part'
/** Of the index of a write-ahead log nothing need be on the disk: SQLite makes it anew from the log. */
export const FILES = [
  'ballots.db',
  'ballots.db-journal',
  'ballots.db-wal',
  'slots.bin',
  'left-behind.json',
  `left-behind.json${PART}`,
  'distrusted.json',
  `distrusted.json${PART}`,
]

/** A system call, and what it did. */
export interface Call {
  readonly name: string
  /** Which call of that name of its thread it is, from 1 on: so strace counts where it is to do something to one. */
  readonly n: number
  readonly act: Act
}

/** A call as it is told. */
interface Told {
  readonly name: string
  /** With what it was called, and what it gave. */
  readonly rest: string
  readonly result: string
  /** Paths and bytes, and the path of its descriptor. */
  readonly texts: readonly string[]
  readonly ofDescriptor: string
}

/** Where a program has its media, and where it says what is done. */
interface Paths {
  readonly home: string
  readonly told: string
}

/** What the calls in a log did to the media in a home folder, paths and bytes told in hexadecimal. Throws for one that this reader does not know. */
export function callsIn(log: string, paths: Paths): readonly Call[] {
  const counts = new Map<string, number>()
  return linesIn(log).flatMap((line) => {
    const [, thread = '', name = '', rest = '', result = ''] =
      /^(\d+) +(\w+)\((.*)\) += (\S+)/.exec(line) ?? []
    if (name === '') throw new Error(`strace says what nobody reads: ${line.slice(0, 200)}`)
    const texts = [...rest.matchAll(/"([^"]*)"/g)].map(([, hex]) => textOf(hex))
    const ofDescriptor = textOf(/^\d+<([^>]*)>/.exec(rest)?.[1])
    // It is not among the calls that meet a fault.
    const isSaying = ofDescriptor === paths.told || texts[0] === paths.told
    const n = countIn(counts, `${thread} ${name} ${isSaying}`)
    if (result.startsWith('-')) return []
    const act = actOf({ name, rest, result, texts, ofDescriptor }, paths)
    if (act === 'unknown') throw new Error(`strace tells of a call that nobody reads: ${line.slice(0, 200)}`)
    return act === undefined ? [] : [{ name, n, act }]
  })
}

/** How often each call is in a log, in the thread that makes most of them: strace counts for each by itself. */
export function countsIn(log: string): ReadonlyMap<string, number> {
  const [counts, inThread] = [new Map<string, number>(), new Map<string, number>()]
  for (const line of linesIn(log)) {
    const [, thread, name = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (name === '') throw new Error(`strace says what nobody reads: ${line.slice(0, 200)}`)
    counts.set(name, Math.max(countIn(inThread, `${thread} ${name}`), counts.get(name) ?? 0))
  }
  return counts
}

/** Whether a call was answered with an error that was asked for. */
export function isInjected(log: string): boolean {
  return readFileSync(log, 'latin1').includes('(INJECTED)')
}

/** One call a line. One that was told in two, because another thread's came between, stands where it ended. */
function linesIn(log: string): readonly string[] {
  const begun = new Map<string, string>()
  const text = readFileSync(log, 'latin1')
  return text.split('\n').flatMap((line) => {
    const [thread = ''] = line.split(' ')
    if (line.endsWith(UNFINISHED)) {
      begun.set(thread, line.slice(0, -UNFINISHED.length))
      return []
    }
    const [, end] = /^\d+ +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? []
    if (end !== undefined) return [`${begun.get(thread)}${end}`]
    return line === '' ? [] : [line]
  })
}

const UNFINISHED = ' <unfinished ...>'

function countIn(counts: Map<string, number>, what: string): number {
  const count = (counts.get(what) ?? 0) + 1
  counts.set(what, count)
  return count
}

const HEX = /\\x([0-9a-f]{2})/g

function textOf(hex = ''): string {
  return hex.replaceAll(HEX, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
}

/** What a call did; undefined if it changed nothing of the medium. */
function actOf(call: Told, { home, told }: Paths): Act | 'unknown' | undefined {
  const { name, rest, result, ofDescriptor } = call
  const [first = '', second = ''] = call.texts
  const inHome = (path: string) => (path === home ? '' : path.slice(home.length + 1))
  const path = inHome(ofDescriptor)
  switch (name) {
    case 'write':
      if (ofDescriptor === told) return { is: 'done' }
      // A file that takes another's place is written in one piece (device-agent/durable-file.ts).
      return path.endsWith(PART) ? wholeWrite(path, 0, first, result) : 'unknown'
    case 'openat':
      if (!rest.includes('O_CREAT') || first === told) return undefined
      if (rest.includes('O_TRUNC') && !rest.includes('O_EXCL') && !first.endsWith(PART)) return 'unknown'
      return FILES.some((file) => first.endsWith(`/${file}`))
        ? { is: 'made', path: inHome(first) }
        : undefined
    case 'mkdir':
      return { is: 'folder-made', path: inHome(first) }
    case 'rename':
      return { is: 'renamed', from: inHome(first), to: inHome(second) }
    case 'unlink':
      return { is: 'removed', path: inHome(first) }
    case 'pwrite64':
      return wholeWrite(path, lastNumber(rest), first, result)
    case 'ftruncate':
      return { is: 'cut', path, to: lastNumber(rest) }
    case 'fsync':
    case 'fdatasync':
      return { is: 'synced', path }
    default:
      return 'unknown'
  }
}

function wholeWrite(path: string, at: number, text: string, result: string): Act | 'unknown' {
  const bytes = Buffer.from(text, 'latin1')
  return String(bytes.length) === result ? { is: 'written', path, at, bytes } : 'unknown'
}

function lastNumber(rest: string): number {
  return Number(rest.split(', ').at(-1))
}
