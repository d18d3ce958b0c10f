/**
 * One scanner over everything that a whole day lets out: the program log of all devices and of the centre, every MQTT message both ways, every file of
 * the bundles. `leak-scanner.ts` says what is looked for. The day has a full batch and two devices with next to nobody, so that no totals of a
 * device may leave, only those of the station.
 *
 * Two things are allowed, and nothing else:
 *
 * - `package.json` of a bundle is the signed election package: it is where codes and names are published, before the day. It is the only file with
 *   a name in it.
 * - Released totals (`station-sheet.json`, or `tally.json` where every device has 32 ballots, and the message `tally`) have a code for each sum: the
 *   law wants the result of each station, and a sum is what the project releases (design: every result is a sum). They leave after the
 *   journals of all devices that say that the polls are closed; before that no message has one. What else is in them is scanned like the rest.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it, test } from 'vitest'
import { toHex } from '../../core/keys/hash.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { isNationalNumber, type Leak, LeakScanner } from './leak-scanner.ts'
import { freshSeed } from './parts.ts'
import type { Overheard, ScannedDay } from './scanned-day.ts'
import type { Secrets } from './secrets.ts'
import { LEAKING_BUILDS, LEAKS, type LeakingBuild } from './weakened/leaks.ts'

const seed = process.env['SEED'] ?? freshSeed()
/** A day of two ballots that are not blank: from those nothing could leak. */
const LEAKING_SEED = 'two who choose'
const DAY = fileURLToPath(new URL('scanned-day.ts', import.meta.url))
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** What leaves a machine, and what must not. */
interface Left {
  readonly secrets: Secrets
  readonly messages: readonly { readonly topic: string; readonly payload: Buffer }[]
  /** Everything by its name, the messages by their number. */
  readonly pieces: readonly { readonly where: string; readonly bytes: Buffer }[]
}

async function runDay(day: Omit<ScannedDay, 'out'>): Promise<Left> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-scanned-'))
  folders.push(out)
  await promisify(execFile)(process.execPath, [DAY, JSON.stringify({ ...day, out })], { timeout: 240_000 })
  const read = (name: string) => readFileSync(join(out, name))
  const messages = read('messages.jsonl')
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Overheard)
    .map(({ topic, payload }) => ({ topic, payload: Buffer.from(payload, 'base64') }))
  const bundles = readdirSync(join(out, 'bundles'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
  const whole = JSON.parse(read('secrets.json').toString()) as Secrets
  const pieces = [
    { where: 'program.log', bytes: read('program.log') },
    ...messages.flatMap(({ topic, payload }, i) => [
      { where: `messages.jsonl:${i + 1} ${topic}`, bytes: payload },
      { where: `messages.jsonl:${i + 1} topic`, bytes: Buffer.from(topic) },
    ]),
    ...bundles.map((where) => ({ where, bytes: read(where) })),
  ]
  return { secrets: withoutPublished(whole, pieces), messages, pieces }
}

/** Among what devices drew are the random names of the journals, which are published on purpose. */
function withoutPublished(secrets: Secrets, pieces: Left['pieces']): Secrets {
  const published = new Set<string>()
  for (const { where, bytes } of pieces) {
    if (!where.endsWith('/manifest.json')) continue
    const { origin } = JSON.parse(String(bytes)).payload as { origin: string }
    published.add(origin.split('/').at(-1) ?? '')
  }
  return {
    ...secrets,
    ids: secrets.ids.filter((id) => !published.has(id)),
  }
}

/** Released totals without their sums; throws if they are anything but a count for each code. */
function withoutSums(bytes: Buffer, { codes }: Secrets): Buffer {
  const document = JSON.parse(String(bytes)) as {
    payload: { tally: { valid?: number; blank?: number; options?: Record<string, number> }[] }
  }
  for (const contest of document.payload.tally) {
    const { valid, blank, options = {} } = contest
    const counts = [valid, blank, ...Object.values(options)]
    if (!counts.every((count) => Number.isInteger(count)))
      throw new Error('a released tally of other things than sums')
    expect(Object.keys(options).toSorted()).toEqual(codes.toSorted())
    delete contest.valid
    delete contest.blank
    delete contest.options
  }
  return Buffer.from(JSON.stringify(document))
}

const isTally = (where: string) => /\/(tally|tally\.json|station-sheet\.json)$/.test(where)
const isPackage = (where: string) => /^bundles\/[^/]+\/package\.json$/.test(where)

/** Every leak, with the two exceptions made. */
function leaksOf({ secrets, pieces }: Left): readonly Leak[] {
  const scanner = new LeakScanner(secrets)
  return pieces
    .filter(({ where }) => !isPackage(where))
    .flatMap(({ where, bytes }) => scanner.scan(where, isTally(where) ? withoutSums(bytes, secrets) : bytes))
}

describe(`a whole day (SEED=${seed})`, () => {
  let day: Promise<Left> | undefined
  const real = () => {
    day ??= runDay({ seed, voters: [66, 3, 1], leaks: [] })
    return day
  }

  test('lets out no choice, code, name, national number, nonce, ballot id, PIN or key', {
    timeout: 300_000,
  }, async () => {
    const left = await real()
    const { secrets, messages, pieces } = left
    // The scanner was given what there is: else it is blind.
    expect(secrets.nonces.length).toBe(70)
    expect(secrets.ids.length).toBeGreaterThanOrEqual(70)
    expect(secrets.keys.length).toBeGreaterThan(140)
    expect(secrets.choices.length).toBeGreaterThan(0)
    expect([secrets.pins.length, secrets.codes.length]).toEqual([3, 16])
    expect(messages.length).toBeGreaterThan(20)
    expect(new Set(messages.map(({ topic }) => topic.split('/').slice(3).join('/')))).toContain('up/tally')
    expect(pieces.filter(({ where }) => where.startsWith('bundles/')).length).toBeGreaterThanOrEqual(28)
    expect(leaksOf(left)).toEqual([])
  })

  test('has names and codes in the election package, and in no other file', async () => {
    const { secrets, pieces } = await real()
    const scanner = new LeakScanner(secrets)
    const kinds = new Map<string, Set<string>>()
    for (const { where, bytes } of pieces) {
      const found = scanner.scan(where, bytes).map(({ kind }) => kind)
      if (found.length > 0) kinds.set(where, new Set(found))
    }
    const places = [...kinds.keys()]
    expect(places.filter((where) => !isTally(where))).toEqual(
      pieces.map(({ where }) => where).filter(isPackage),
    )
    for (const [where, found] of kinds) {
      expect(found.has('code'), where).toBe(true)
      expect(found.has('name'), where).toBe(isPackage(where))
      for (const kind of ['nonce', 'ballot id', 'key', 'card key', 'PIN', 'choice', 'national number'])
        expect(found.has(kind), where).toBe(false)
    }
  })

  test('lets out the totals of the station, and of no device, after the journals that close the polls of all', async () => {
    const { messages, pieces } = await real()
    const isSheet = ({ payload }: { readonly payload: Buffer }) => payload.includes('"type":"station-sheet"')
    const totals = messages.filter(({ topic }) => topic.endsWith('/up/tally'))
    expect(totals.length).toBeGreaterThan(0)
    expect(totals.every(isSheet)).toBe(true)
    expect(pieces.filter(({ where }) => where.endsWith('/tally.json'))).toEqual([])
    const closings = messages.flatMap(({ payload }, i) => (payload.includes('polls.closed') ? [i] : []))
    const closed = new Map(closings.map((i) => [messages[i]?.topic, i]))
    expect(closed.size).toBe(3)
    const first = messages.findIndex(({ topic }) => topic.endsWith('/up/tally'))
    expect(Math.max(...closed.values())).toBeLessThan(first)
  })
})

describe(`a build that leaks is caught (seed ${LEAKING_SEED})`, () => {
  it('each leak is in a build', () => {
    expect(LEAKING_BUILDS.flat().toSorted()).toEqual(Object.keys(LEAKS).toSorted())
  })

  for (const leaks of LEAKING_BUILDS) {
    let day: ReturnType<typeof runDay> | undefined
    for (const leak of leaks) {
      const { story, kind, where } = LEAKS[leak] as LeakingBuild
      it(`${leak}: ${story}`, { timeout: 120_000 }, async () => {
        day ??= runDay({ seed: LEAKING_SEED, voters: [2], leaks })
        const caught = leaksOf(await day).filter(
          (found) => found.kind === kind && found.where.startsWith(where),
        )
        expect(caught).not.toEqual([])
      })
    }
  }
})

describe('the scanner finds', () => {
  const random = seededRandom('planted')
  const nonce = toHex(random.bytes(16))
  const key = toHex(random.bytes(32))
  const scanner = new LeakScanner({
    nonces: [nonce],
    ids: [],
    keys: [key],
    cards: [],
    choices: [],
    pins: ['40718265'],
    codes: ['127', '143'],
    names: ['شیراک', 'Chirac', 'او', 'Hue'],
  })
  const bytes = Buffer.from(nonce, 'hex')
  const reversed = Buffer.from(bytes).reverse()
  const persian = (text: string) =>
    text.replace(/[0-9]/g, (digit) => String.fromCharCode(0x06f0 + Number(digit)))
  const decimal = (of: Buffer) => BigInt(`0x${of.toString('hex')}`).toString()
  const behind = (text: string) => Buffer.from(`{"msg":"ok","trace":"${text}"}`)

  test.each<readonly [string, Leak['kind'], Buffer]>([
    ['a nonce in bytes', 'nonce', Buffer.concat([random.bytes(7), bytes])],
    ['a nonce little-endian', 'nonce', Buffer.concat([random.bytes(9), reversed])],
    ['the second half of a nonce', 'nonce', Buffer.concat([random.bytes(5), bytes.subarray(8)])],
    ['hexadecimal', 'nonce', behind(nonce)],
    ['hexadecimal in capitals, behind half a byte', 'nonce', behind(`A${nonce.toUpperCase()}`)],
    ['base64', 'nonce', behind(bytes.toString('base64'))],
    [
      'base64url in the middle of something',
      'nonce',
      behind(Buffer.concat([Buffer.from('nonce '), bytes, bytes]).toString('base64url')),
    ],
    ['base64 of hexadecimal', 'nonce', behind(Buffer.from(nonce).toString('base64'))],
    ['decimal digits', 'nonce', behind(decimal(bytes))],
    ['Persian digits, little-endian', 'nonce', behind(persian(decimal(reversed)))],
    ['JSON in a string in JSON', 'nonce', Buffer.from(JSON.stringify({ a: JSON.stringify({ b: nonce }) }))],
    ['a key in base64', 'key', behind(Buffer.from(key, 'hex').toString('base64'))],
    ['a code as a word', 'code', behind('typed 127, then')],
    ['a code in Persian digits', 'code', behind(persian('143'))],
    ['a code in base64', 'code', behind(Buffer.from('the codes are 143 and 999').toString('base64'))],
    ['a code as a number', 'number of unknown meaning', Buffer.from('{"typed":127}')],
    ['a code as a member', 'code', Buffer.from('{"sums":{"127":"3"}}')],
    ['a choice', 'choice', Buffer.from('{"a":[{"b":[3,4]}]}')],
    ['a member named like a secret', 'member named like a secret', Buffer.from('{"nonce":"-"}')],
    ['a name', 'name', behind('شیراک')],
    ['a name in escapes', 'name', behind('\\u0634\\u06cc\\u0631\\u0627\\u06a9')],
    ['a name in UTF-16', 'name', Buffer.from('Chirac', 'utf16le').swap16()],
    ['a short name as a word', 'name', behind('voted Hue.')],
    ['a PIN', 'PIN', behind('pin=40718265')],
    ['a PIN in Persian digits', 'PIN', behind(persian('40718265'))],
    ['a national number', 'national number', behind('0012345679 voted')],
    ['a national number in Persian digits', 'national number', behind(persian('0012345679'))],
  ])('%s', (_, kind, planted) => {
    expect(scanner.scan('planted', planted).map((found) => found.kind)).toContain(kind)
  })

  test('nothing in what looks alike', () => {
    const at = '2026-06-19T12:71:43Z'
    for (const innocent of [
      `{"at":"${at}","count":127,"seq":143,"type":"ballot.cast"}`,
      'council.example/gy/device/a/0f\n127\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n',
      '{"error":"connect 127.0.0.1:8883"}',
      '{"time":1781840000000,"level":30,"msg":"the hue of it, 1270 and 0127"}'.replace('hue', 'shade'),
      '{"number":"0012345678"}',
    ]) {
      expect(scanner.scan('innocent', Buffer.from(innocent))).toEqual([])
    }
    expect(['0012345679', '0012345678', '1111111111'].map(isNationalNumber)).toEqual([true, false, false])
  })
})
