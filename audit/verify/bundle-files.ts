/** The files of one bundle while it is verified: each is read once, and what remains of it is its hash. */
import {
  ADOPTED_FILES,
  BUNDLE_FILES,
  type BundleFile,
  type Manifest,
  SHEET_FILE,
  TALLY_FILES,
} from '../../core/bundle/bundle.ts'
import { equalBytes, sha256Text } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { type BundleContent, type BundleFileName, MANIFEST_FILE } from '../read-folders.ts'
import { type Reference, textOf } from './reference.ts'

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

export class BundleFiles {
  readonly #content: BundleContent
  readonly #count: Pick<Reference, 'packageBytes' | 'packageDigest'>
  readonly #read = new Map<BundleFileName, { readonly size: number; readonly sha256: string }>()

  /** @param count what the count's package is */
  constructor(content: BundleContent, count: Pick<Reference, 'packageBytes' | 'packageDigest'>) {
    this.#content = content
    this.#count = count
  }

  /** Name of the folder, for findings. */
  get where(): string {
    return this.#content.where
  }

  /** Folder and name, for findings. */
  place(name: BundleFileName): string {
    return `${this.where}/${name}`
  }

  has(name: BundleFileName): boolean {
    return this.#content.files.has(name)
  }

  /** Throws a {@link RefusalError} if the file cannot be read. */
  bytes(name: BundleFileName): Uint8Array {
    const bytes = this.#content.files.get(name) ?? new Uint8Array()
    if (!this.#read.has(name))
      this.#read.set(name, { size: bytes.length, sha256: this.#digestOf(name, bytes) })
    return bytes
  }

  /** The package is that of the count nearly always: comparing takes less than hashing. */
  #digestOf(name: BundleFileName, bytes: Uint8Array): string {
    const { packageBytes, packageDigest } = this.#count
    return name === 'package.json' && equalBytes(bytes, packageBytes) ? packageDigest : digestOf(bytes)
  }

  /** The file as text; what is no UTF-8 becomes text that no parser takes. */
  text(name: BundleFileName): string {
    return textOf(this.bytes(name))
  }

  /** SHA-256 of a file as it was when it was read first, base64. */
  digest(name: BundleFileName): string {
    return this.#entryOf(name).sha256
  }

  /** The manifest lists the files of the format, all and no other, one of the two tallies, maybe a sheet, and what it lists is what is here. */
  checkListing({ files: listed }: Manifest): Result<void> {
    const bad = (what: string) => refuse('bundle.manifest', this.place(MANIFEST_FILE), what, KEEP)
    const missing = BUNDLE_FILES.find((name) => !listed.has(name))
    if (missing !== undefined) return bad(`it does not list ${missing}`)
    const tallies = TALLY_FILES.filter((name) => listed.has(name))
    if (tallies.length !== 1) return bad(`it lists not exactly one of ${TALLY_FILES.join(' and ')}`)
    const adopted = ADOPTED_FILES.filter((name) => listed.has(name)).length
    if (adopted !== 0 && adopted !== ADOPTED_FILES.length)
      return bad('it lists a part of what a spare takes over')
    const known = BUNDLE_FILES.length + 1 + (listed.has(SHEET_FILE) ? 1 : 0) + adopted
    if (listed.size !== known) return bad('it lists files that no bundle has')
    for (const name of [...TALLY_FILES, SHEET_FILE, ...ADOPTED_FILES] as const) {
      if (listed.has(name) === this.has(name)) continue
      const what = listed.has(name)
        ? 'it is missing: manifest.json lists it'
        : 'manifest.json does not list it'
      return refuse('bundle.files', this.place(name), what, KEEP)
    }
    return ok(undefined)
  }

  /** These files are those that the manifest lists. */
  checkListed({ files: listed }: Manifest, names: readonly BundleFile[]): Result<void> {
    for (const name of names) {
      const { size, sha256 } = this.#entryOf(name)
      const entry = listed.get(name)
      if (entry?.size === size && entry.sha256 === sha256) continue
      const what = 'it is not the file that the device listed and signed in manifest.json'
      return refuse('bundle.changed', this.place(name), what, KEEP)
    }
    return ok(undefined)
  }

  /** Every file but the manifest is the one that the manifest lists. */
  checkAllListed(manifest: Manifest): Result<void> {
    const names = [...this.#content.files.keys()].filter((name) => name !== MANIFEST_FILE)
    return this.checkListed(manifest, names)
  }

  #entryOf(name: BundleFileName) {
    const known = this.#read.get(name)
    if (known !== undefined) return known
    const bytes = this.bytes(name)
    return { size: bytes.length, sha256: digestOf(bytes) }
  }
}

/** SHA-256, base64. */
export function digestOf(bytes: Uint8Array): string {
  return Buffer.from(sha256Text(bytes), 'latin1').toString('base64')
}
