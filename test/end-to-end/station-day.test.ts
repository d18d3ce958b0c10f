/** What `npm start` does, as a process, and what it leaves: counted again here with nothing of ours. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import Database from 'better-sqlite3'
import jsqr from 'jsqr'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type BundleContent,
  type BundleFileName,
  inMemory,
  readBundle,
  readCheckIn,
} from '../../audit/read-folders.ts'
import { textOf } from '../../audit/verify/reference.ts'
import { verifyCount } from '../../audit/verify/verify-count.ts'
import { uniform } from '../../core/ballot-box/draw.ts'
import { BUNDLE_FILES } from '../../core/bundle/bundle.ts'
import { fromBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { provision } from '../../demo/provisioned.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { ROOT } from '../structure/repository.ts'

/** Set `SEED` to repeat a run that failed. */
const SEED = process.env['SEED'] ?? crypto.randomUUID().slice(0, 8)
const FLIPS = 200
const DEVICES = ['gy-1-a', 'gy-1-b', 'gy-1-c'] as const
const FILES = ['manifest.json', ...BUNDLE_FILES, 'tally.json'] as const
/** What stands between words. Hashes, origins and addresses are one word each, so digits within them are no code. */
const NO_WORD = /[^0-9A-Za-z+/=.]+/
/** Votes of the data's candidates 1 to 16, from its publisher's own listing. */
const KNOWN = [62, 36, 26, 85, 139, 119, 33, 74, 67, 87, 21, 37, 67, 77, 64, 62]

const out = mkdtempSync(join(tmpdir(), 'sandogh-station-day-'))
const bundles = join(out, 'bundles')
afterAll(() => rmSync(out, { recursive: true }))

function sandogh(...args: readonly string[]): Promise<{ exitCode: number | null; said: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/sandogh.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, said })))
}

const day = { exitCode: undefined as number | null | undefined, said: '' }
beforeAll(async () => {
  Object.assign(day, await sandogh('demo', '--auto', '--seed', SEED, '--out', out))
}, 240_000)

/** Candidates' numbers on each of the 365 ballots of the data file. */
function realBallots(): readonly (readonly number[])[] {
  const [, ...lines] = readFileSync(join(ROOT, 'demo/elections/gy-les-nonains-2002.csv'), 'utf8')
    .trim()
    .split('\n')
  return lines.flatMap((line) => {
    const [count = '', approved = ''] = line.trim().split(',')
    return Array.from({ length: Number(count) }, () => approved.split(' ').filter(Boolean).map(Number))
  })
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const journalOf = (device: string): Record<string, unknown>[] =>
  readFileSync(join(bundles, device, 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
/** The candidates' codes, in the data's order. */
const codes = (): string[] => {
  const { contests } = json(join(bundles, 'gy-1-a', 'package.json')).payload
  return contests[0].candidates.map(({ code }: { readonly code: string }) => code)
}

describe(`a station's day with the seed ${SEED}`, () => {
  test('ends well and says so', () => {
    expect(day.exitCode, day.said).toBe(0)
    expect(day.said).toContain(`Seed ${SEED}: random numbers are seeded and not secret`)
    expect(day.said).toContain('365 ballots cast, 13 of them blank')
    expect(day.said).toContain('Everything agrees: audit, devices, data file.')
  })

  test('the trustees open the totals of the data file, device by device and in sum', async () => {
    const real = realBallots()
    const counted = KNOWN.map((_, i) => real.filter((ballot) => ballot.includes(i + 1)).length)
    expect(counted).toEqual(KNOWN)
    const shares = [2, 4, 5].flatMap((n) => ['--share', join(out, 'trustees', `share-${n}.json`)])
    const { exitCode, said } = await sandogh('audit', 'open', ...shares, bundles, '--json')
    expect(exitCode, said).toBe(0)
    const { verdict, contests, stations } = JSON.parse(said)
    expect(verdict).toBe('holds')
    expect(contests[0].candidates.map(({ votes }: { readonly votes: number }) => votes)).toEqual(counted)
    expect([contests[0].valid, contests[0].blank]).toEqual([352, 13])
    const released = DEVICES.map((device) => json(join(bundles, device, 'tally.json')).payload.tally[0])
    expect(codes().map((code) => released.reduce((sum, { options }) => sum + options[code], 0))).toEqual(
      counted,
    )
    for (const device of stations[0].devices) expect(device).toMatchObject({ equal: true, faulty: 0 })
  })

  test('every journal was seen to its end by the centre and both neighbours, as the policy file asks', async () => {
    const policy = join(out, 'policy')
    const { exitCode, said } = await sandogh('audit', 'verify', '--policy', policy, bundles)
    expect(exitCode, said).toBe(0)
    // A device's own key never counts, so that three neighbours can never be had.
    const harder = join(out, 'harder-policy')
    writeFileSync(harder, readFileSync(policy, 'utf8').replace('group neighbours 2 ', 'group neighbours 3 '))
    const unmet = await sandogh('audit', 'verify', '--policy', harder, bundles)
    expect(unmet.said).toMatch(
      /^DOES NOT HOLD: .*too few witnesses .*neighbours has 2 of 3 needed; not seen by gy-1-[abc] \(its own key, which never counts\)/,
    )
    expect(unmet.exitCode).toBe(1)
    rmSync(harder)
  })

  test('365 authorizations issued = ballots = spent = slips', () => {
    expect(json(join(bundles, 'check-in', 'issued.json')).payload).toMatchObject({ issued: 365, returned: 0 })
    const sum = (count: (device: string) => number) => DEVICES.reduce((all, device) => all + count(device), 0)
    expect(sum((device) => journalOf(device).filter(({ type }) => type === 'ballot.cast').length)).toBe(365)
    expect(sum((device) => json(join(bundles, device, 'spent-tags.json')).length)).toBe(365)
    const batches = (device: string) =>
      readFileSync(join(bundles, device, 'batches.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
    expect(sum((device) => batches(device).reduce((n, line) => n + JSON.parse(line).sealed.length, 0))).toBe(
      365,
    )
    expect(readdirSync(join(out, 'slips')).filter((name) => name.endsWith('.png'))).toHaveLength(365)
  })

  test('the slips alone give the totals: the paper is the law', async () => {
    const votes = new Map<string, number>()
    for (const name of readdirSync(join(out, 'slips'))) {
      const [program, election, style, marks = ''] = (await readQr(join(out, 'slips', name))).split(' ')
      expect([program, election, style]).toEqual(['sandogh/1', 'gy-2002', 'council'])
      for (const code of marks.split(',')) votes.set(code, (votes.get(code) ?? 0) + 1)
    }
    expect(codes().map((code) => votes.get(code))).toEqual(KNOWN)
  })

  test('each device left a zero report, minutes and results as pictures', () => {
    const kinds = ['minutes', 'results', 'zero-report']
    const reports = DEVICES.flatMap((device) => kinds.map((kind) => `${device}-${kind}.png`))
    expect(readdirSync(join(out, 'reports')).toSorted()).toEqual(reports)
    for (const name of reports) expect(statSync(join(out, 'reports', name)).size).toBeGreaterThan(2_000)
  })

  test('the first entry of each journal says that random numbers were seeded', () => {
    for (const device of DEVICES) {
      expect(journalOf(device)[0]).toMatchObject({ type: 'journal.opened', random: 'seeded, not secret' })
    }
  })
})

describe(`nothing but the sealed ballots says how anyone voted (seed ${SEED})`, () => {
  /** Every text the program wrote for others to see before the tallies: its log, the journals, what the centre holds of them. */
  function textsSeen(): readonly { readonly where: string; readonly text: string }[] {
    const centre = new Database(join(out, 'centre', 'centre.db'), { readonly: true })
    const entries = centre.prepare('SELECT origin, seq, bytes FROM entries').all() as {
      readonly origin: string
      readonly seq: number
      readonly bytes: Buffer
    }[]
    centre.close()
    const lines = readFileSync(join(out, 'program.log'), 'utf8').trimEnd().split('\n')
    return [
      ...lines.map((text, i) => ({ where: `program.log:${i + 1}`, text })),
      ...entries.map(({ origin, seq, bytes }) => ({
        where: `centre ${origin} ${seq}`,
        text: bytes.toString('utf8'),
      })),
    ]
  }

  /** Members that are named like a secret, and texts in which a candidate's code stands by itself. */
  function leaksIn({ where, text }: { readonly where: string; readonly text: string }): readonly string[] {
    const candidates = new Set(codes())
    return membersOf(JSON.parse(text)).flatMap(({ key, value }) => {
      const isSecretName = /^(codes?|choices?|nonces?|pins?|cards?|voters?|options?|selections?)$/i.test(key)
      const hasCode = typeof value === 'string' && value.split(NO_WORD).some((word) => candidates.has(word))
      return isSecretName || hasCode ? [`${where}: ${key} ${String(value)}`] : []
    })
  }

  test('no code, choice, nonce or card number stands in the log or in a journal', () => {
    const seen = textsSeen()
    expect(seen.length).toBeGreaterThan(390)
    expect(seen.flatMap(leaksIn)).toEqual([])
    // And it would be found.
    const [code = ''] = codes()
    for (const planted of [
      { choice: [3] },
      { seq: 7, nonce: 'AA==' },
      { msg: `typed ${code}` },
      { a: [{ b: code }] },
    ]) {
      expect(leaksIn({ where: 'planted', text: JSON.stringify(planted) })).toHaveLength(1)
    }
  })

  test('no PIN, share or private key stands in log, centre or bundles', () => {
    const again = mkdtempSync(join(tmpdir(), 'sandogh-station-day-'))
    // The same seed makes the same keys and cards again. Certificates' dates are drawn from nothing.
    const { officers } = provision(again, seededRandom(SEED), [Date.now()])
    const isSameDay = ['trustees/share-1.json', 'devices/gy-1-c/keys.json'].every((path) =>
      readFileSync(join(again, path)).equals(readFileSync(join(out, path))),
    )
    expect(isSameDay).toBe(true)
    rmSync(again, { recursive: true })
    const pins = [officers.executive, officers.supervisory, officers.spare].map(({ pin }) => Buffer.from(pin))
    const keys = DEVICES.flatMap((device) => {
      const { log, message, tls } = json(join(out, 'devices', device, 'keys.json'))
      return [log, message, tls] as string[]
    })
    const shares = [1, 2, 3, 4, 5].map((n) => json(join(out, 'trustees', `share-${n}.json`)).share as string)
    const secrets = [
      ...pins,
      ...[...keys, ...shares].flatMap((text) => [Buffer.from(text), Buffer.from(text, 'base64')]),
    ]
    const places = ['program.log', 'centre', 'bundles'].flatMap((place) => filesBelow(join(out, place)))
    expect(places.length).toBeGreaterThan(30)
    const found = places.filter((path) => {
      const bytes = readFileSync(path)
      return secrets.some((secret) => bytes.includes(secret))
    })
    expect(found).toEqual([])
  })
})

describe(`a changed byte (seed ${SEED})`, () => {
  /** The bundles as read, and the authority's key. */
  function given() {
    const contents = DEVICES.map((device) => inMemory(valueOrThrow(readBundle(join(bundles, device)))))
    const issued = valueOrThrow(readCheckIn(join(bundles, 'check-in')))
    const key =
      fromBase64(json(join(bundles, 'gy-1-a', 'package.json')).signatures[0].key) ?? new Uint8Array()
    return { contents, issued, key }
  }

  /** Where the audit says no, or undefined if it says yes. */
  function refusedAt(
    contents: readonly BundleContent[],
    issued: Uint8Array,
    key: Uint8Array,
  ): string | undefined {
    const checkIns = [{ where: 'issued.json', text: textOf(issued) }]
    const verified = verifyCount({ bundles: contents, checkIns }, key)
    return verified.ok ? undefined : verified.error.where
  }

  test(`is refused in the file where it is, in the journal by its entry (${FLIPS} and each file's ends)`, () => {
    const random = seededRandom(`${SEED} flips`)
    const { contents, issued, key } = given()
    expect(refusedAt(contents, issued, key)).toBeUndefined()
    const lengths = contents.flatMap((content, place) =>
      FILES.map((name) => ({ place, name, length: content.files.get(name)?.length ?? 0 })),
    )
    const ends = lengths.flatMap(({ place, name, length }) =>
      [0, length - 1].map((at) => ({ place, name, at })),
    )
    const drawn = Array.from({ length: FLIPS }, () => {
      const { place, name, length } = lengths[uniform(lengths.length, random)] ?? {
        place: 0,
        name: FILES[0],
        length: 1,
      }
      return { place, name, at: uniform(length, random) }
    })
    const wrong = [...ends, ...drawn].flatMap(({ place, name, at }) => {
      const content = contents[place] as BundleContent
      const bytes = content.files.get(name)?.slice() ?? new Uint8Array()
      const mask = 1 + uniform(255, random)
      const entry = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length
      bytes[at] = (bytes[at] ?? 0) ^ mask
      const changed = { ...content, files: withFile(content, name, bytes) }
      const where = refusedAt(contents.with(place, changed), issued, key)
      const expected = `${content.where}/${name}${name === 'journal.jsonl' ? ` entry ${entry}` : ''}`
      const isNamed = where?.startsWith(expected) && !/[0-9]/.test(where.charAt(expected.length))
      return isNamed ? [] : [`${expected}, byte ${at} ^ ${mask}: ${where ?? 'HOLDS'}`]
    })
    expect(wrong).toEqual([])
  })

  test('in the count of the check-in is refused there', () => {
    const random = seededRandom(`${SEED} check-in`)
    const { contents, issued, key } = given()
    for (let i = 0; i < 40; i += 1) {
      const changed = issued.slice()
      const at = uniform(changed.length, random)
      changed[at] = (changed[at] ?? 0) ^ (1 + uniform(255, random))
      expect(refusedAt(contents, changed, key), `byte ${at}`).toContain('issued.json')
    }
  })

  test.each([
    [
      'journal.jsonl',
      /^DOES NOT HOLD: .*gy-1-b\/journal\.jsonl entry 57 \(ballot\.cast\): this is not the entry/,
    ],
    ['batches.jsonl', /^DOES NOT HOLD: .*gy-1-b\/batches\.jsonl/],
    ['tally.json', /^DOES NOT HOLD: .*gy-1-b\/tally\.json/],
    ['package.json', /^DOES NOT HOLD: .*gy-1-b\/package\.json/],
  ])('in %s is refused on the command line with exit code 1', async (name, words) => {
    const copy = mkdtempSync(join(tmpdir(), 'sandogh-station-day-'))
    cpSync(bundles, copy, { recursive: true })
    const path = join(copy, 'gy-1-b', name)
    const bytes = readFileSync(path)
    const at = name === 'journal.jsonl' ? digitOfEntry(bytes, 57) : bytes.length >> 1
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const { exitCode, said } = await sandogh('audit', 'verify', copy)
    rmSync(copy, { recursive: true })
    expect(said).toMatch(words)
    expect(exitCode).toBe(1)
  })
})

/** Where the last digit of the seconds stands in an entry: `"at":"2026-06-19T08:31:02Z"`. */
function digitOfEntry(journal: Buffer, entry: number): number {
  let start = 0
  for (let i = 0; i < entry; i += 1) start = journal.indexOf(0x0a, start) + 1
  return journal.indexOf('Z"', start) - 1
}

/** What a QR reader sees in the lower part of a slip. */
async function readQr(path: string): Promise<string> {
  const image = await loadImage(readFileSync(path))
  const height = 320
  const context = createCanvas(image.width, height).getContext('2d')
  context.drawImage(image, 0, height - image.height)
  const { data } = context.getImageData(0, 0, image.width, height)
  const found = jsqr.default(new Uint8ClampedArray(data), image.width, height)
  if (found === null) throw new Error(`no code can be read on ${path}`)
  return found.data
}

/** Every member of a JSON value and of what is in it. */
function membersOf(value: unknown): { readonly key: string; readonly value: unknown }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => [{ key, value: member }, ...membersOf(member)])
}

/** The files of a bundle in memory with another in the place of one. */
function withFile({ files }: BundleContent, changed: BundleFileName, bytes: Uint8Array) {
  const all = [...files.keys()].map((name) => [name, files.get(name) ?? new Uint8Array()] as const)
  return new Map([...all, [changed, bytes] as const])
}

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
