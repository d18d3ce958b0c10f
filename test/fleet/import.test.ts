import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type BundleFile,
  formatJournal,
  SHEET_FILE,
  signManifest,
  signTally,
} from '../../core/bundle/bundle.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { sha256 } from '../../core/keys/hash.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import type { CentreHome } from '../../fleet/home.ts'
import { type CentreStore, MOST_ALARMS } from '../../fleet/store/store.ts'
import { writeHome } from './brokers.ts'
import { election, identity, Office, signerOf, TestDevice, votes } from './office.ts'
import { runCommand } from './run-command.ts'
import { spareOf } from './spares.ts'
import { deskOn, hear, TestStation, tell } from './totals.ts'

let office: Office
let store: CentreStore
let home: CentreHome

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  home = writeHome(office)
})
afterEach(() => office.close())

/** Leaves a device's bundle on a stick, as far as the centre reads it. */
function leave(device: TestDevice, more: Partial<Record<BundleFile, string | Uint8Array>> = {}): string {
  const folder = join(office.folder, 'stick', device.deviceId)
  const size = device.entries.length
  const files = new Map<BundleFile, Uint8Array>([
    ['device-certificate.der', device.certificate],
    ['journal.jsonl', formatJournal(device.entries)],
    ['checkpoint', Buffer.from(device.note(size))],
  ])
  if (device.waitingTally !== undefined) files.set('tally.json', Buffer.from(device.waitingTally))
  for (const [name, bytes] of Object.entries(more)) files.set(name as BundleFile, Buffer.from(bytes))
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
  writeFileSync(join(folder, 'manifest.json'), signManifest(device.origin, files, device.messageSigner))
  return folder
}

const stick = () => join(office.folder, 'stick')

/** The code of the minutes that a device printed at a size. */
function printed(device: TestDevice, size: number): string {
  return codeOf(device.note(size))
}

/** The code of a signed checkpoint. */
function codeOf(note: string): string {
  const [origin, length, root, , line] = note.split('\n')
  return [origin, length, root, line?.split(' ').at(-1)].join('|')
}

/** The exit code, and what the command wrote, without the folder's name. */
async function imported(...what: readonly string[]): Promise<readonly [number, string]> {
  const where = ['--home', home.folder, '--store', office.storePath]
  const [code, text] = await runCommand('centre', 'import', ...where, ...what)
  return [code, text.replaceAll(`${office.folder}/`, '')]
}

const stored = async () => (await store.tallies()).map(({ device }) => device)

describe('a memory stick', () => {
  it('brings what the network did not, and the same again changes nothing', async () => {
    const { devices } = new TestStation([40, 33, 32])
    for (const device of devices) leave(device)
    const [code, text] = await imported(stick())
    expect(text).toContain('stick/device-1/journal.jsonl: stored, 45 entries of device-1 are held')
    expect(text).toContain('stick/device-3/tally.json: these totals are held')
    expect([code, text.includes('ALARM')]).toEqual([0, false])
    expect(await stored()).toEqual(['device-1', 'device-2', 'device-3'])
    const before = [await store.journals(), await store.tallies()]
    const [again, said] = await imported(stick())
    expect([again, said.match(/nothing new/g)?.length, said.includes('ALARM')]).toEqual([0, 3, false])
    expect([await store.journals(), await store.tallies()]).toEqual(before)
  })

  it('and the network are one: who comes second is told what is held, by the same receipt', async () => {
    const [first, second, third] = new TestStation([40, 33, 32]).devices
    const desk = deskOn(store)
    await hear(desk, first, 7)
    await hear(desk, second)
    for (const device of [first, second, third]) leave(device)
    expect((await imported(stick()))[0]).toBe(0)
    const size = first.entries.length
    const { reply } = await hear(desk, first)
    const receipt = valueOrThrow(parseReceipt(reply?.payload ?? new Uint8Array(), 'test'))
    expect(receipt.cosignature).toBe((await store.checkpoint(first.origin, size))?.cosignature)
    for (const device of [first, second, third]) expect((await tell(desk, device)).alarm).toBeUndefined()
  })

  it('brings totals that have to wait for the closings of the station', async () => {
    const [first, second, third] = new TestStation([40, 33, 32]).devices
    const [code, text] = await imported(leave(first))
    expect([code, text]).toEqual([3, expect.stringContaining('not taken yet')])
    await imported(leave(second), leave(third))
    expect((await imported(stick()))[0]).toBe(0)
    expect(await stored()).toHaveLength(3)
  })

  it('is read in a dispute months later, when the certificates of the day have ended', async () => {
    const keys = { log: signerOf('log device-1'), message: signerOf('message device-1') }
    const summer = { notBefore: new Date('2026-06-01T00:00:00Z'), notAfter: new Date('2026-06-20T00:00:00Z') }
    const { der } = identity('device-1', 'device', keys, undefined, summer)
    const device = new TestDevice('device-1', undefined, { certificate: der }).appendMany(2)
    const [code, text] = await imported(leave(Object.assign(device, { certificate: der })))
    expect([code, text]).toEqual([0, expect.stringContaining('stored, 3 entries of device-1 are held')])
  })

  it('brings the journal that a spare took over, and then its own', async () => {
    const dead = new TestDevice('device-1').appendMany(6)
    const size = dead.entries.length
    const folder = leave(spareOf(dead, size), {
      'taken-over-certificate.der': dead.certificate,
      'taken-over-checkpoint': dead.note(size),
      'taken-over-journal.jsonl': formatJournal(dead.entries),
    })
    const [code, text] = await imported(folder)
    expect([code, text.includes('ALARM')]).toEqual([0, false])
    expect((await store.journals()).map(({ device }) => device)).toEqual(['device-1', 'device-8'])
  })

  it('with another history of a device than came over the network is an alarm, and the first stays', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await hear(deskOn(store), device)
    const other = new TestDevice('device-1').appendMany(3).append({ type: 'card.refused', reason: 'forged' })
    const [code, text] = await imported(leave(other))
    expect([code, text]).toEqual([1, expect.stringContaining('ALARM equivocation of device-1')])
    expect((await store.forks()).get(device.origin)).toBe(1)
  })

  it.each([
    ['a file that was changed', 'journal.jsonl', 'is not the file that the manifest lists'],
    ['a file that is a link', 'checkpoint', 'there is no such file'],
  ] as const)(
    'with %s is refused by its name, and nothing of any other is taken',
    async (what, name, why) => {
      leave(new TestDevice('device-2').close())
      const folder = leave(new TestDevice('device-3').close())
      rmSync(join(folder, name))
      if (what.endsWith('link')) symlinkSync('/etc/passwd', join(folder, name))
      else writeFileSync(join(folder, name), '{"changed":true}\n')
      const [code, text] = await imported(stick())
      expect([code, text]).toEqual([2, expect.stringContaining(`stick/device-3/${name}: `)])
      expect(text).toContain(why)
      expect(await store.journals()).toEqual([])
    },
  )
})

describe('what no device signed', () => {
  it('accuses none, fills nobody’s place among the alarms, and is refused', async () => {
    const { devices } = new TestStation([40, 33, 32])
    const desk = deskOn(store)
    for (const device of devices) await hear(desk, device)
    const [, victim] = devices
    const lie = (salt: number) => {
      const said = {
        origin: victim.origin,
        salt: new Uint8Array(32).fill(salt),
        tally: tallyJson(election.definition, votes(33, 7)),
      }
      return signTally(said, signerOf('anybody'))
    }
    const files = Array.from({ length: MOST_ALARMS }, (_, i) => {
      const file = join(office.folder, `letter-${i}.json`)
      writeFileSync(file, lie(i))
      return file
    })
    const [code, text] = await imported(...files)
    expect([code, text.includes('ALARM')]).toEqual([1, false])
    expect(text).toContain('letter-0.json: signed by no device that it names')
    expect(await store.alarms()).toEqual([])
    expect((await tell(desk, victim, lie(99))).alarm?.kind).toBe('forged')
    expect((await store.alarms()).map(({ device, kind }) => [device, kind])).toEqual([['device-2', 'forged']])
  })

  it('as a journal that another device’s bundle brings is refused, and one that was changed on the way accuses none', async () => {
    const other = new TestDevice('device-3').appendMany(2)
    const liar = leave(new TestDevice('device-2'), {
      'journal.jsonl': formatJournal(other.entries),
      checkpoint: other.note(3),
    })
    expect(await imported(liar)).toEqual([2, expect.stringContaining('bundle.owner')])
    const spare = leave(spareOf(other, 3), {
      'taken-over-certificate.der': other.certificate,
      'taken-over-checkpoint': other.note(3),
      'taken-over-journal.jsonl': formatJournal([...other.entries.slice(0, 2), ...other.entries.slice(1, 2)]),
    })
    const [code, text] = await imported(spare)
    expect([code, text.includes('ALARM')]).toEqual([1, false])
    expect(await store.alarms()).toEqual([])
  })
})

it('an alarm of what a stick brought names the file by its hash', async () => {
  const device = new TestDevice('device-1').appendMany(4)
  await hear(deskOn(store), device)
  const other = new TestDevice('device-1').appendMany(3).append({ type: 'card.refused', reason: 'forged' })
  await imported(leave(other))
  const [alarm] = await store.alarms()
  expect(Buffer.from(alarm?.evidence ?? [])).toEqual(Buffer.from(sha256(formatJournal(other.entries))))
})

describe('totals that come by two ways and differ', () => {
  it('are an alarm, and the first stays', async () => {
    const { devices } = new TestStation([40, 33, 32])
    const desk = deskOn(store)
    for (const device of devices) await hear(desk, device)
    for (const device of devices) await tell(desk, device)
    const [first] = devices
    const file = join(office.folder, 'other.json')
    writeFileSync(file, first.signedTally(votes(40, 7)))
    const [code, text] = await imported(file)
    expect([code, text]).toEqual([1, expect.stringContaining('ALARM other-tally')])
    expect((await store.tally(first.origin))?.document).toBe(first.waitingTally)
  })

  it('of a station’s sheet too, which a file can bring alone or in a bundle', async () => {
    const station = new TestStation([40, 5, 33])
    for (const device of station.devices) {
      device.waitingTally = undefined
      const isFirst = device.deviceId === 'device-1'
      leave(device, isFirst ? { [SHEET_FILE]: station.signed() } : {})
    }
    expect((await imported(stick()))[0]).toBe(0)
    expect((await store.sheets()).map(({ station: id }) => id)).toEqual(['station-1'])
    const file = join(office.folder, 'sheet.json')
    writeFileSync(file, station.signed({ tally: tallyJson(election.definition, votes(78, 7)) }))
    const [code, text] = await imported(file)
    expect([code, text]).toEqual([1, expect.stringContaining('ALARM second-sheet')])
    writeFileSync(file, station.signed())
    expect((await imported(file))[0]).toBe(0)
  })
})

describe('the code of printed minutes', () => {
  it('says whether what was printed is held, or that the stick is needed', async () => {
    const device = new TestDevice('device-1').appendMany(8)
    await hear(deskOn(store), device, 6)
    expect(await imported(printed(device, 6))).toEqual([0, 'code: what device-1 printed is held\n'])
    expect(await imported(printed(device, 4))).toEqual([0, 'code: what device-1 printed is held\n'])
    const [code, text] = await imported(printed(device, 9))
    expect([code, text]).toEqual([
      3,
      expect.stringContaining('9 entries, 6 are held: bring its memory stick'),
    ])
    expect((await imported(printed(new TestDevice('device-2'), 1)))[0]).toBe(3)
  })

  it('of another history than is held is an alarm, and kept', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await hear(deskOn(store), device)
    const other = new TestDevice('device-1').appendMany(3).append({ type: 'card.refused', reason: 'forged' })
    const [code, text] = await imported(printed(other, 5))
    expect([code, text]).toEqual([1, expect.stringContaining('ALARM equivocation of device-1')])
    expect((await store.forks()).get(device.origin)).toBe(1)
  })

  it('of a size that no journal has is an alarm that is kept, and asks for no stick', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await hear(deskOn(store), device)
    const { origin, logSigner } = device
    const head = { origin, size: 2 ** 31 + 5, root: new Uint8Array(32).fill(7) }
    const note = signCheckpoint(head, logSigner)
    const [code, text] = await imported(codeOf(note))
    expect([code, text]).toEqual([1, expect.stringContaining('ALARM malformed of device-1')])
    expect([...(await store.forks())]).toEqual([])
    expect((await store.alarms()).map(({ kind }) => kind)).toEqual(['malformed'])
  })

  it('that is none, or that another key signed, is refused', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await hear(deskOn(store), device)
    for (const text of ['a|b', `${printed(device, 3)}|more`, '|||', '<b>|1|\u001b[2J|'])
      expect(await imported(text), text).toEqual([
        2,
        expect.stringContaining('not the code of printed minutes'),
      ])
    const forged = printed(device, 3).replace(/\|3\|/, '|2|')
    expect(await imported(forged)).toEqual([3, expect.stringContaining('note.bad-signature')])
    expect(await store.forks()).toEqual(new Map())
  })
})

it('words that make no sense are refused with what to do', async () => {
  expect((await imported())[0]).toBe(2)
  expect(await imported(join(office.folder, 'nothing'))).toEqual([
    2,
    expect.stringContaining('nothing: there is no such'),
  ])
  mkdirSync(stick())
  expect(await imported(stick())).toEqual([2, expect.stringContaining('no bundle of a device')])
  mkdirSync(join(stick(), 'a\u001b[2J'))
  writeFileSync(join(stick(), 'a\u001b[2J', 'manifest.json'), '{}')
  expect(await imported(stick())).toEqual([2, expect.stringContaining('a<U+001B>[2J')])
})
