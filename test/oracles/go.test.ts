/** Debian's Go with golang.org/x/mod/sumdb reads what this project writes, and refuses it bent. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { writeTiles } from '../../audit/tiles/export-tiles.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { ED25519_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'
import { tileTree } from '../../core/tlog/tiles.ts'
import { consistencyProof, inclusionProof, leafHash, rootOf } from '../../core/tlog/tree.ts'
import { writeStation } from '../audit/files.ts'
import { makeStation } from '../audit/fixtures.ts'
import { run } from '../audit/run.ts'
import { bentNotes, harmlessNotes } from '../core/tlog/bent-notes.ts'
import {
  bentConsistencies,
  bentInclusions,
  type ConsistencyClaim,
  type InclusionClaim,
} from '../core/tlog/bent-proofs.ts'
import * as cosigned from '../core/tlog/cosigned-note.ts'
import { describeWith, GO, GO_LIBRARIES, GO_MOD_LIBRARY } from './needs.ts'

/** One question to the Go program; `go/main.go` says which fields a kind has. */
type Question = Readonly<Record<string, unknown>> & { readonly kind: string }
interface Verdict {
  readonly ok: boolean
  readonly said: string
}

const origin = 'council.example/rehearsal-1405/device/d-01/0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const log = signerFromSeed(sha256(Buffer.from('log of the Go oracle')))
const witness = { name: 'centre.example/witness', signer: signerFromSeed(sha256(Buffer.from('witness'))) }
const logKey = formatVerifierKey({ name: origin, type: ED25519_TYPE, publicKey: log.publicKey })
const entries = Array.from({ length: 70_000 }, (_, i) => Buffer.from(`entry ${i}`))
const leaves = entries.slice(0, 1000).map(leafHash)

const folder = mkdtempSync(join(tmpdir(), 'sandogh-go-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const program = join(folder, 'oracle')

function ask(questions: readonly Question[]): Verdict[] {
  const input = JSON.stringify(questions)
  const output = execFileSync(program, {
    input,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const verdicts = JSON.parse(output.toString()) as Verdict[]
  expect(verdicts).toHaveLength(questions.length)
  return verdicts
}

/** The names of the cases that the Go program finds good. */
function accepted<T extends { readonly name: string }>(cases: readonly T[], question: (item: T) => Question) {
  const verdicts = ask(cases.map(question))
  return cases.filter((_, i) => verdicts[i]?.ok).map(({ name }) => name)
}

const inclusion = ({ leaf, root, proof, ...numbers }: InclusionClaim): Question => {
  return {
    kind: 'inclusion',
    leaf: toBase64(leaf),
    root: toBase64(root),
    proof: proof.map(toBase64),
    ...numbers,
  }
}
const consistency = ({ oldRoot, root, proof, ...numbers }: ConsistencyClaim): Question => {
  const hashes = { oldRoot: toBase64(oldRoot), root: toBase64(root), proof: proof.map(toBase64) }
  return { kind: 'consistency', ...hashes, ...numbers }
}

/** The tile tree of the first `size` entries, on disk. */
function writtenTiles(size: number): string {
  const to = join(folder, `tiles-${size}`)
  const root = rootOf(entries.slice(0, size).map(leafHash))
  const note = signCheckpoint({ origin, size, root }, log)
  valueOrThrow(writeTiles(tileTree(entries.slice(0, size), Buffer.from(note)), to, import.meta.dirname))
  return to
}
const tiles = (path: string, key = logKey): Question => ({ kind: 'tiles', folder: path, key })
const digestOf = (list: readonly Uint8Array[]) =>
  toHex(sha256(Buffer.concat(list.flatMap((entry) => [entry, Buffer.from('\n')]))))

describeWith([GO, GO_MOD_LIBRARY], "Go's sumdb library", () => {
  beforeAll(() => {
    // As Debian builds its own packages: libraries from the GOPATH, nothing from the network.
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: GO_LIBRARIES, GOFLAGS: '', CGO_ENABLED: '0' }
    execFileSync('go', ['build', '-o', program, join(import.meta.dirname, 'go', 'main.go')], { env })
  }, 300_000)

  test('opens our signed checkpoint with our verifier key, and our cosignature', () => {
    const root = sha256(Buffer.from('root'))
    const note = signCheckpoint({ origin, size: 413, root }, log)
    const both = addSignatureLine(note, cosign(note, { ...witness, time: 1_781_857_862 }))
    const publicKey = toBase64(witness.signer.publicKey)
    expect(
      ask([
        { kind: 'note', key: logKey, note },
        { kind: 'note', key: logKey, note: both },
        { kind: 'cosignature', name: witness.name, publicKey, note: both },
      ]),
    ).toEqual([
      { ok: true, said: `${origin} 413 ${toBase64(root)}` },
      { ok: true, said: `${origin} 413 ${toBase64(root)}` },
      { ok: true, said: '1781857862' },
    ])
    expect(
      ask([
        { kind: 'note', key: logKey, note: note.replace('413', '414') },
        { kind: 'note', key: logKey.replace('council', 'village'), note },
        { kind: 'cosignature', name: witness.name, publicKey, note },
        { kind: 'cosignature', name: witness.name, publicKey: toBase64(log.publicKey), note: both },
      ]).map(({ ok }) => ok),
    ).toEqual([false, false, false, false])
  })

  test('accepts our proof of inclusion of every leaf of small trees, and of leaves of larger ones', () => {
    const places = [
      ...Array.from({ length: 20 }, (_, i) => i + 1).flatMap((size) =>
        Array.from({ length: size }, (_, index) => [index, size] as const),
      ),
      ...[255, 256, 257, 1000].flatMap((size) => [0, 100, size - 1].map((index) => [index, size] as const)),
    ]
    const verdicts = ask(
      places.map(([index, size]) => {
        const own = leaves.slice(0, size)
        const leaf = own[index] ?? Buffer.of()
        return inclusion({ leaf, index, size, proof: inclusionProof(own, index), root: rootOf(own) })
      }),
    )
    expect(places.filter((_, i) => !verdicts[i]?.ok)).toEqual([])
  })

  test('accepts our proof of consistency between any two sizes of small trees, and of larger ones', () => {
    const sizes = [
      ...Array.from({ length: 20 }, (_, i) => i + 1).flatMap((size) =>
        Array.from({ length: size }, (_, i) => [i + 1, size] as const),
      ),
      ...[255, 256, 257, 1000].flatMap((size) => [1, 100, 128, size - 1].map((old) => [old, size] as const)),
    ]
    const verdicts = ask(
      sizes.map(([oldSize, size]) => {
        const own = leaves.slice(0, size)
        const [oldRoot, root] = [rootOf(own.slice(0, oldSize)), rootOf(own)]
        return consistency({ oldSize, oldRoot, size, root, proof: consistencyProof(own, oldSize) })
      }),
    )
    expect(sizes.filter((_, i) => !verdicts[i]?.ok)).toEqual([])
  })

  test('refuses every bent proof that we refuse', () => {
    // Its sizes are whole numbers of 64 bits; no others can be said to it.
    const inclusions = bentInclusions().filter(({ claim }) =>
      [claim.index, claim.size].every(Number.isSafeInteger),
    )
    const consistencies = bentConsistencies().filter(({ claim }) =>
      [claim.oldSize, claim.size].every(Number.isSafeInteger),
    )
    expect(inclusions.length + consistencies.length).toBeGreaterThan(2000)
    expect(accepted(inclusions, ({ claim }) => inclusion(claim))).toEqual([])
    expect(accepted(consistencies, ({ claim }) => consistency(claim))).toEqual([])
  })

  test('refuses the bent notes that we refuse, but for the four rules in which we are stricter', () => {
    const { ORIGIN, WITNESS } = cosigned
    const key = formatVerifierKey({ name: ORIGIN, type: ED25519_TYPE, publicKey: cosigned.log.publicKey })
    const publicKey = toBase64(cosigned.witness.publicKey)
    const openedByBoth = (notes: readonly { readonly name: string; readonly note: string }[]) => {
      const logSaid = accepted(notes, ({ note }) => ({ kind: 'note', key, note }))
      const witnessSaid = accepted(notes, ({ note }) => ({
        kind: 'cosignature',
        name: WITNESS,
        publicKey,
        note,
      }))
      return logSaid.filter((name) => witnessSaid.includes(name))
    }
    // Half of a surrogate pair cannot be said to a program that reads UTF-8.
    const bent = bentNotes().flatMap(([, notes]) => notes.filter(({ note }) => note.isWellFormed()))
    expect(openedByBoth(bent)).toEqual([
      // Base64 has one spelling here; Go drops the bits that no byte needs.
      'signature: small letter at 168 as U+0074',
      'cosignature: capital at 126 as U+0052',
      // 262,144 characters and 64 signatures here; any length and 100 in Go.
      'too long by one line',
      'with too many signatures',
      // Numbers are safe integers here, of 64 bits in Go.
      'time 9007199254740992',
      'time 9223372036854775808',
      'time 18446744073709551615',
      // Every line of a known key must be good here, the first in Go.
      'beside good ones a wrong line of the log, behind',
      'beside good ones a wrong line of the witness, behind',
      // Base64 again.
      'beside good ones stray bits, behind',
      'beside good ones stray bits, in front',
      // A number again.
      'a size that is not safe',
    ])
    expect(openedByBoth(harmlessNotes())).toHaveLength(harmlessNotes().length)
  })

  test('reads the tile trees that we write, of all sizes around a full tile and of 70,000 entries', () => {
    // The library reads no empty tree.
    const sizes = [1, 2, 255, 256, 257, 511, 512, 600, 70_000]
    const verdicts = ask(sizes.map((size) => tiles(writtenTiles(size))))
    expect(verdicts).toEqual(
      sizes.map((size) => ({ ok: true, said: `${origin} ${size} ${digestOf(entries.slice(0, size))}` })),
    )
  })

  test('refuses a tile tree of which any file is bent, missing or too many', () => {
    const sound = writtenTiles(601)
    const files = readdirSync(sound, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
    const paths = files.map((file) => join(file.parentPath, file.name).slice(sound.length + 1))
    expect(paths).toHaveLength(8)
    const spoil: Record<string, (path: string) => void> = {
      bent: (path) => {
        const bytes = readFileSync(path)
        bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
        writeFileSync(path, bytes)
      },
      short: (path) => writeFileSync(path, readFileSync(path).subarray(0, -1)),
      long: (path) => appendFileSync(path, Buffer.of(0)),
      missing: (path) => rmSync(path),
      doubled: (path) => cpSync(path, `${path}0`),
    }
    const cases = paths.flatMap((path, i) =>
      Object.entries(spoil).map(([how, change]) => {
        const copy = join(folder, `${how}-${i}`)
        cpSync(sound, copy, { recursive: true })
        change(join(copy, path))
        return { name: `${path} ${how}`, copy }
      }),
    )
    expect(accepted(cases, ({ copy }) => tiles(copy))).toEqual([])
    expect(ask([tiles(sound)])[0]?.ok).toBe(true)
  })

  test("reads a device's journal as sandogh audit export-tiles lays it out, with the key that it prints", async () => {
    const station = makeStation('Go', { casts: [270] })
    const to = join(folder, 'exported')
    const { out } = await run(
      main,
      'export-tiles',
      join(writeStation(station).bundles, 'd-01'),
      '--to',
      to,
      '--json',
    )
    const { verifierKey } = JSON.parse(out) as { readonly verifierKey: string }
    const [device] = station.devices
    const journal = device?.entries ?? []
    expect(ask([tiles(to, verifierKey)])).toEqual([
      { ok: true, said: `${device?.origin} ${journal.length} ${digestOf(journal)}` },
    ])
  })
})
