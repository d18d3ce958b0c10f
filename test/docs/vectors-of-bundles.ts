/** Test vectors of whole stations: all files as they were exported, and ways in which they are bent, each with what a verifier has to say. */
import { type BundleFile, formatJournal, formatLeaves, signManifest } from '../../core/bundle/bundle.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { equalBytes, toBase64, toHex } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { utf8Text } from '../../core/text/utf8.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import { bundleFiles, checkpointNote, cosignedHead, issuedText } from '../audit/files.ts'
import type { TestDevice, TestStation } from '../audit/fixtures.ts'

/** Files by path below the folder of all bundles. */
export type Files = ReadonlyMap<string, Uint8Array>
/** A file as it stands in the vectors: text, or bytes in hexadecimal; null where it is taken away. */
export type Written = string | { readonly hex: string } | null

export interface Bend {
  readonly why: string
  /** What takes the place of the files of that name. */
  readonly files: Readonly<Record<string, Written>>
  readonly code: string
  /** The beginning of `where`; a file's is below the folder of all bundles. */
  readonly place: string
}

export interface StationVector {
  readonly authorityKey: string
  readonly shares: readonly string[]
  readonly files: Readonly<Record<string, Written>>
  readonly bends: readonly Bend[]
}

/** All that a station leaves, everything right. */
export function filesOf(station: TestStation): Files {
  const casts = station.devices.reduce((sum, { tags }) => sum + tags.length, 0)
  return new Map([
    ...station.devices.flatMap((device) => inFolder(device.id, bundleFiles(station, device))),
    [
      `check-in/${ISSUED_FILE}`,
      Buffer.from(issuedText(station, { issued: casts + 1, returned: 1 })),
    ] as const,
  ])
}

/** A station's files and its bends. */
export function stationVector(station: TestStation, bends: readonly Bend[]): StationVector {
  return {
    authorityKey: toBase64(station.authority.publicKey),
    shares: station.shares.slice(0, 3).map((share) => shareFile(share, station.electionPackage)),
    files: Object.fromEntries([...filesOf(station)].map(([path, bytes]) => [path, written(path, bytes)])),
    bends,
  }
}

function written(path: string, bytes: Uint8Array): Written {
  const text = /\.(bin|der)$/.test(path) ? undefined : utf8Text(bytes)
  return text ?? { hex: toHex(bytes) }
}

/** A bend's file as bytes; undefined where it is taken away. */
export function bytesOf(file: Written): Uint8Array | undefined {
  if (file === null) return undefined
  return typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.hex, 'hex')
}

/** Makes bends of one station. */
export class Bender {
  readonly station: TestStation
  readonly #good: Files

  constructor(station: TestStation) {
    this.station = station
    this.#good = filesOf(station)
  }

  /** Files exchanged, added or taken away by somebody without a key. */
  bend(
    why: string,
    code: string,
    place: string,
    files: Readonly<Record<string, Uint8Array | string | null>>,
  ): Bend {
    const entries = Object.entries(files).map(([path, file]) => [
      path,
      file === null ? null : written(path, typeof file === 'string' ? Buffer.from(file) : file),
    ])
    return { why, files: Object.fromEntries(entries), code, place }
  }

  /** One file's text with something replaced. */
  replace(why: string, code: string, place: string, path: string, from: string, to: string): Bend {
    const text = Buffer.from(this.file(path)).toString()
    if (!text.includes(from)) throw new Error(`no ${from} in ${path}`)
    return this.bend(why, code, place, { [path]: text.replace(from, () => to) })
  }

  /** What a device itself exports, its manifest signed over files of its own making. */
  lie(
    why: string,
    code: string,
    place: string,
    number: number,
    changed: Partial<Record<BundleFile, Uint8Array | string | null>>,
  ): Bend {
    const device = this.device(number)
    const bytes = Object.entries(changed).map(([name, file]) => [
      name,
      typeof file === 'string' ? Buffer.from(file) : file,
    ])
    return this.#differences(
      why,
      code,
      place,
      device,
      bundleFiles(this.station, device, Object.fromEntries(bytes)),
    )
  }

  /** A device with other entries, everything around them made to fit by the device. */
  journal(why: string, code: string, place: string, number: number, entries: readonly Uint8Array[]): Bend {
    const device = this.device(number)
    const lying = { ...device, entries }
    const changed = {
      'journal.jsonl': formatJournal(entries),
      'leaves.bin': formatLeaves(entries.map(leafHash)),
      checkpoint: Buffer.from(checkpointNote(this.station, lying, true)),
      'cosigned.json': this.file(`${device.id}/cosigned.json`),
    }
    return this.#differences(why, code, place, device, bundleFiles(this.station, lying, changed))
  }

  /** A device with other heads in its `cosigned.json`. */
  cosigned(
    why: string,
    code: string,
    place: string,
    number: number,
    notes: readonly string[],
    certificates = this.#neighbours(number),
  ): Bend {
    return this.lie(why, code, place, number, { 'cosigned.json': formatCosigned({ certificates, notes }) })
  }

  /** A manifest over other files than there are. */
  manifest(
    why: string,
    code: string,
    place: string,
    number: number,
    change: (files: Map<BundleFile, Uint8Array>) => void,
  ): Bend {
    const device = this.device(number)
    const { 'manifest.json': _, ...rest } = Object.fromEntries(bundleFiles(this.station, device))
    const files = new Map(Object.entries(rest)) as Map<BundleFile, Uint8Array>
    change(files)
    const text = signManifest(device.origin, files, signerFromSeed(device.keys.message))
    return this.bend(why, code, place, { [`${device.id}/manifest.json`]: text })
  }

  device(number: number): TestDevice {
    const device = this.station.devices[number]
    if (device === undefined) throw new Error(`no device ${number}`)
    return device
  }

  file(path: string): Uint8Array {
    const bytes = this.#good.get(path)
    if (bytes === undefined) throw new Error(`no file ${path}`)
    return bytes
  }

  /** All files of a folder, for taking it away or copying it. */
  folder(name: string): readonly (readonly [path: string, bytes: Uint8Array])[] {
    return [...this.#good].filter(([path]) => path.startsWith(`${name}/`))
  }

  /** A head of a device with cosignatures of others. */
  head(of: number, size: number, ...by: readonly number[]): string {
    return cosignedHead(
      this.station,
      this.device(of),
      size,
      by.map((number) => this.device(number)),
    )
  }

  #neighbours(number: number): readonly Uint8Array[] {
    return this.station.devices.filter((_, i) => i !== number).map(({ certificate }) => certificate)
  }

  #differences(
    why: string,
    code: string,
    place: string,
    { id }: TestDevice,
    files: ReadonlyMap<string, Uint8Array>,
  ): Bend {
    const now = new Map(inFolder(id, files))
    const gone = this.folder(id).flatMap(([path]) => (now.has(path) ? [] : [[path, null] as const]))
    const other = [...now].filter(([path, bytes]) => {
      const before = this.#good.get(path)
      return before === undefined || !equalBytes(before, bytes)
    })
    return this.bend(why, code, place, Object.fromEntries([...other, ...gone]))
  }
}

function inFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): readonly [string, Uint8Array][] {
  return [...files].map(([name, bytes]) => [`${folder}/${name}`, bytes])
}
