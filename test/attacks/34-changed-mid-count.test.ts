/**
 * Philippines, 2016: a script on the server that showed the count was changed while it ran, and the hashes that it gave out changed with it. Here a
 * program that was changed on a device after its journal began, or that is not the one that was meant, marks the result; and what the centre
 * holds cannot be changed without being found.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { TestDevice, votes } from '../fleet/office.ts'
import { CentreUnderAttack } from './centre-office.ts'
import { believesItsDatabase, blindToPrograms, blindUntilClosed } from './weakened/centre.ts'
import { centreBuild } from './weakened/weaken.ts'

const LIST = 'another list of files\n'
const OTHER = toBase64(sha256(Buffer.from(LIST)))

let centre: CentreUnderAttack
let store: CentreStore

beforeEach(async () => {
  centre = new CentreUnderAttack()
  store = await centre.open()
})
afterEach(() => centre.office.close())

/** The same device once its program was started so. */
function started(device: TestDevice, program: string): TestDevice {
  const printed = { touchscreen: 'x', 'card-reader': 'x', printer: 'x', 'io-board': 'x', display: 'x' }
  return device.append({ type: 'device.started', peripherals: printed, program })
}

/** A device whose program was started so, and then the day. */
function startedWith(id: string, program: string): TestDevice {
  return started(new TestDevice(id), program).close()
}

async function hearAll(): Promise<void> {
  const build = await centreBuild()
  const devices = [
    startedWith('device-1', PROGRAM),
    startedWith('device-2', OTHER),
    startedWith('device-3', PROGRAM),
  ]
  for (const device of [...devices, ...devices]) await centre.hear(build, store, device)
}

const marks = async (replacements: Parameters<typeof centreBuild>[0], ...more: readonly string[]) => {
  const [code, text] = await centre.status(await centreBuild(replacements), ...more)
  return [code, text.split('\n').filter((line) => /MARKED/.test(line))] as const
}

test('a program that was changed after the freeze marks the result, and the device is named with both hashes', async () => {
  await hearAll()
  expect(await marks([])).toEqual([
    1,
    [
      expect.stringMatching(/^MARKED {2}device-2: changed after its journal began: .* council\.example/),
      'the result is MARKED: the program of 1 devices was changed',
    ],
  ])
  expect((await marks([]))[1]?.[0]).toContain(`${PROGRAM}, ${OTHER}`)
})

test('and so does a program that is not the one that was meant, though it was never changed', async () => {
  await hearAll()
  const file = join(centre.office.folder, 'program.txt')
  writeFileSync(file, LIST)
  const [code, lines] = await marks([], '--program', file)
  expect([code, lines.map((line) => line.split(':')[0])]).toEqual([
    1,
    ['MARKED  device-1', 'MARKED  device-2', 'MARKED  device-3', 'the result is MARKED'],
  ])
})

test('and so does either while the polls are open, as soon as the device has said so', async () => {
  const build = await centreBuild()
  const open = (id: string) => new TestDevice(id).appendMany(1)
  for (const device of [open('device-1'), started(open('device-2'), OTHER)])
    await centre.hear(build, store, device)
  expect((await marks([]))[1]?.map((line) => line.split(':')[0])).toEqual([
    'MARKED  device-2',
    'the result is MARKED',
  ])
  const file = join(centre.office.folder, 'program.txt')
  writeFileSync(file, LIST)
  expect((await marks([], '--program', file))[1]).toHaveLength(3)
  expect(await marks(blindUntilClosed, '--program', file)).toEqual([0, []])
})

test('the result itself is marked in the words of the status, before any figure', async () => {
  await hearAll()
  const file = join(centre.office.folder, 'program.txt')
  writeFileSync(file, LIST)
  const build = await centreBuild()
  for (const more of [[], ['--program', file]]) {
    const [, marked] = await marks([], ...more)
    const [code, text] = await centre.result(build, ...more)
    const lines = text.split('\n')
    expect([code, lines.slice(0, marked.length)]).toEqual([1, marked])
    expect(lines[marked.length]).toMatch(/^[\w-]+: \d+ valid, \d+ blank$/)
  }
})

test('and so it is for whoever publishes it by a program', async () => {
  await hearAll()
  const [code, text] = await centre.result(await centreBuild(), '--json')
  expect([code, JSON.parse(text)]).toMatchObject([
    1,
    {
      marked: [{ device: 'device-2', programs: [PROGRAM, OTHER], what: 'changed after its journal began' }],
      sum: [{ valid: 96 }],
    },
  ])
})

test('a build that does not ask would say nothing', async () => {
  await hearAll()
  expect(await marks(blindToPrograms)).toEqual([0, []])
  const [code, text] = await centre.result(await centreBuild(blindToPrograms), '--json')
  expect([code, JSON.parse(text)]).toMatchObject([0, { marked: [] }])
})

test('a tally that is changed in the centre’s own database is found', async () => {
  await hearAll()
  const other = startedWith('device-1', PROGRAM).signedTally(votes(32, 9))
  const database = new SqliteDatabase(centre.office.storePath)
  database.exec('DROP TRIGGER tallies_no_update')
  database
    .prepare('UPDATE tallies SET document = ? WHERE origin LIKE ?')
    .run(Buffer.from(other), '%device-1%')
  database.close()
  const [code, text] = await centre.status(await centreBuild(), '--check')
  expect([code, text]).toEqual([1, expect.stringContaining('its journal commits to another')])
  const [blind, said] = await centre.status(await centreBuild(believesItsDatabase), '--check')
  expect([blind, said]).toEqual([1, expect.stringContaining('3 tallies received')])
})
