/** What two independent verifiers say of a device that was locked by an order and went on taking votes. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry, parseEntry } from '../../core/journal/entry.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { bundleFiles, testFolder, writeFiles } from './files.ts'
import { makeStation, type TestDevice } from './fixtures.ts'
import { run } from './run.ts'
import { firstSays, secondSays } from './second-verifier.ts'
import { weakenedMain } from './weakened/weaken.ts'

const hash = (text: string) => toBase64(sha256(Buffer.from(text)))
const BALLOTS = 4
const station = makeStation('a locked device', { casts: [BALLOTS] })
const [device] = station.devices as [TestDevice]
const entries = device.entries.map((bytes, seq) => valueOrThrow(parseEntry(bytes, seq, 'journal')))
/** Where its ballots stand. */
const casts = entries.filter(({ type }) => type === 'ballot.cast').map(({ seq }) => seq)

/** The bundle of the device with orders before some of its entries, signed by it as its own. */
function ordered(orders: ReadonlyMap<number, 'lock' | 'unlock'>): string {
  let number = 0
  const told = entries.flatMap((entry): readonly [JournalEvent, string][] => {
    const what = orders.get(entry.seq)
    if (what === undefined) return [[entry, entry.at]]
    number += 1
    const by = ['one', 'two'].map((name) => ({ name, certificate: hash(name) }))
    const order: JournalEvent = { type: 'order.accepted', number, order: hash(what), do: what, by }
    return [
      [order, entry.at],
      [entry, entry.at],
    ]
  })
  const again = told.map(([event, at], seq) => encodeEntry(event, seq, Date.parse(at)))
  const bundle = join(testFolder(), device.id)
  writeFiles(bundle, bundleFiles(station, { ...device, entries: again }))
  return bundle
}

/** What both say; they have to say the same. */
async function bothSay(bundle: string): Promise<readonly string[]> {
  const words = ['verify', bundle]
  const first = await firstSays(words)
  const [second] = secondSays([words])
  expect([second?.exitCode, second?.findings]).toEqual([first.exitCode, first.findings])
  return first.findings.map((finding) => finding.replaceAll(/\S+\/(?=journal)/g, ''))
}

test.each(casts.map((seq, i) => [i + 1, seq]))('ballot %i of a locked device is named', async (_, seq) => {
  const bundle = ordered(new Map([[seq, 'lock']]))
  expect(await bothSay(bundle)).toEqual([`journal.order journal.jsonl entry ${seq + 1}`])
  const { out } = await run(main, 'verify', bundle)
  expect(out).toContain('order 1 had locked the device')
})

test('nothing is wrong with ballots before a lock and behind an unlock, nor with closing a locked device', async () => {
  const last = casts.at(-1) ?? 0
  const unlocked: ReadonlyMap<number, 'lock' | 'unlock'> = new Map([
    [2, 'lock'],
    [casts[0] ?? 0, 'unlock'],
    [last + 1, 'lock'],
  ])
  expect(await bothSay(ordered(unlocked))).toEqual([])
})

test('an audit that takes no notice of locks finds nothing: the test sees it', async () => {
  const weakened = await weakenedMain([
    { file: 'core/journal/day.ts', line: 'if (lock !== undefined) return', by: 'if (lock === null) return' },
  ])
  const bundle = ordered(new Map([[casts.at(-1) ?? 0, 'lock']]))
  expect((await run(weakened, 'verify', bundle)).out).toMatch(/^HOLDS/)
  expect((await run(main, 'verify', bundle)).out).not.toMatch(/^HOLDS/)
})
