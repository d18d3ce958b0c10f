/** What a report is made from, read once more after the count was verified, and held against what was verified then. */
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { peekDocument } from '../../core/keys/signed-document.ts'
import { ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import {
  type BundleFileName,
  type FoundFolder,
  MANIFEST_FILE,
  readBundle,
  readCheckIn,
  unlessUnreadable,
} from '../read-folders.ts'
import type { DayStory } from '../story/day-story.ts'
import { type PollingWindow, windowOf } from '../story/polling-window.ts'
import { readJournal } from '../story/read-journal.ts'
import type { DeviceFacts } from '../verify/facts.ts'
import { openReference, textOf } from '../verify/reference.ts'
import { stationOfIssued } from '../verify/verify-count.ts'
import type { HashedFile } from './figures.ts'

/** A device of which everything holds, with its day. */
export interface ReportedDevice {
  readonly facts: DeviceFacts
  readonly story: DayStory
}

export interface ReportInputs {
  /** The polling day; absent if no bundle holds. */
  readonly window: PollingWindow | undefined
  /** By their folders. */
  readonly devices: ReadonlyMap<string, ReportedDevice>
  /** Of everything that was given, sorted by path. */
  readonly files: readonly HashedFile[]
}

/** A file's bytes; undefined if it cannot be read. */
type ReadFiles = ReadonlyMap<BundleFileName, Uint8Array | undefined>

/** Reads folders again. @returns a refusal if they are not what they were */
export function readInputs(folders: readonly FoundFolder[], count: AuditedCount): Result<ReportInputs> {
  const factsOf = new Map(
    count.stations.flatMap(({ devices }) => devices.map((facts) => [facts.where, facts] as const)),
  )
  let window: PollingWindow | undefined
  const devices = new Map<string, ReportedDevice>()
  const files: HashedFile[] = []
  for (const { where, holds } of folders) {
    if (holds === 'check-in') {
      files.push(checkInFile(where))
      continue
    }
    const read = readFiles(where)
    const facts = factsOf.get(where)
    for (const [name, bytes] of read)
      files.push({
        path: `${facts?.device ?? where}/${name}`,
        sha256: bytes === undefined ? null : toHex(sha256(bytes)),
      })
    if (facts === undefined) continue
    if (!isAsVerified(read, facts)) return changed(where)
    const packageBytes = read.get('package.json') ?? new Uint8Array()
    window ??= windowOf(
      valueOrThrow(openReference(packageBytes, count.authorityKey, `${where}/package.json`)),
    )
    const { story } = readJournal(
      read.get('journal.jsonl') ?? new Uint8Array(),
      `${where}/journal.jsonl`,
      window,
    )
    if (story?.day.size !== facts.entries) return changed(where)
    devices.set(where, { facts, story })
  }
  return ok({ window, devices, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) })
}

function readFiles(where: string): ReadFiles {
  const bundle = readBundle(where)
  if (!bundle.ok) return new Map()
  const { files } = bundle.value
  return new Map(
    [...files.keys()].map((name) => {
      const bytes = unlessUnreadable(() => ok(files.get(name)))
      return [name, bytes.ok ? bytes.value : undefined] as const
    }),
  )
}

/** The manifest is the one that was verified, and every other file the one that it lists. */
function isAsVerified(read: ReadFiles, { manifest, where }: DeviceFacts): boolean {
  const bytes = read.get(MANIFEST_FILE) ?? new Uint8Array()
  if (toBase64(sha256(bytes)) !== manifest) return false
  const payload = valueOrThrow(peekDocument(textOf(bytes), 'manifest', where))
  const { files } = payload as {
    readonly files: readonly { readonly name: string; readonly sha256: string }[]
  }
  return files.every(({ name, sha256: listed }) => {
    const own = read.get(name as BundleFileName)
    return own !== undefined && toBase64(sha256(own)) === listed
  })
}

function checkInFile(where: string): HashedFile {
  const bytes = readCheckIn(where)
  if (!bytes.ok) return { path: `${where}/issued.json`, sha256: null }
  const station = stationOfIssued({ where, text: textOf(bytes.value) })
  return { path: checkInPath(station ?? where), sha256: toHex(sha256(bytes.value)) }
}

/** Under which a station's count of authorizations is named. */
export function checkInPath(station: string): string {
  return `check-in ${station}/issued.json`
}

function changed(where: string) {
  const next = 'Copy it to a disk of your own and make the report of the copy.'
  return refuse('input.changed', where, 'it changed while it was read', next)
}
