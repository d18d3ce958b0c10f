/** A ballot box that does not open with the key of two officers' cards: whose fault it is, and who is told. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import type { Logger } from '../../../../core/ports.ts'
import type { Admitted } from '../../../../device-agent/ballot/polls/polls.ts'
import { refusedBox } from '../../../../device-agent/ballot/polls/refused-box.ts'
import { changed } from '../../../../device-agent/store/check-stored.ts'
import { DeviceStore } from '../../../../device-agent/store/device-store.ts'
import { Medium } from '../../../../device-agent/store/medium.ts'
import { beginOn } from '../../store/device.ts'
import { dayKey, officers, openPolls, Voters } from '../../store/voting.ts'
import { admittedAs } from './walk.ts'

const EXECUTIVE: Admitted = { role: 'executive', certificate: officers.executive }
const SUPERVISORY: Admitted = { role: 'supervisory', certificate: officers.supervisory }
const SPARE = admittedAs('spare')
const OWN = [EXECUTIVE, SUPERVISORY]
const OTHER_KEY = new Uint8Array(32).fill(8)

const open: DeviceStore[] = []
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})

/** A device with three votes in its pool, and a hand on its disk. */
function openDevice() {
  const { store, folders } = beginOn({ DeviceStore, Medium }, 1, 'refused box')
  open.push(store)
  openPolls(store)
  const voters = new Voters('refused box')
  for (let cast = 0; cast < 3; cast += 1) voters.vote(store)
  const block = (change?: Uint8Array) => {
    const database = new Database(join(folders[0] as string, 'ballots.db'))
    if (change !== undefined) database.prepare('UPDATE pool SET block = ?').run(change)
    const found = database.prepare('SELECT block FROM pool').pluck().get() as Buffer
    database.close()
    return found
  }
  return { store, block }
}

function listening() {
  const logged: unknown[] = []
  const none = () => {}
  const logger: Logger = { info: none, warn: none, error: (fields) => logged.push(fields) }
  return { logger, logged }
}

/** What people and the log are told where the box is refused. */
function refusal(store: DeviceStore, key: Uint8Array, by: readonly Admitted[]) {
  const { logger, logged } = listening()
  const unlocked = store.unlock(key)
  if (unlocked.ok) throw new Error('it opened')
  return { told: refusedBox(store, by, unlocked.error, logger).is, logged, code: unlocked.error.code }
}

function flipped(block: Uint8Array): Uint8Array {
  return block.with(block.length - 1, (block.at(-1) ?? 0) ^ 1)
}

describe('a ballot box that does not open', () => {
  test.each([
    ['both cards', OWN],
    ['one of them and the spare', [SPARE, EXECUTIVE]],
  ])('with %s that opened the polls is damaged, and the log has the code', (_, by) => {
    const { store, block } = openDevice()
    block(flipped(block()))
    expect(refusal(store, dayKey(), by)).toMatchObject({
      told: 'box-damaged',
      code: 'store.pool',
      logged: [{ code: 'store.pool' }],
    })
  })

  test.each([
    ['two other cards', [admittedAs('executive'), admittedAs('supervisory')]],
    ['another card and one of its own', [admittedAs('executive'), SUPERVISORY]],
  ])('with %s wants the right ones, and the log has the code', (_, by) => {
    const { store } = openDevice()
    expect(refusal(store, OTHER_KEY, by)).toMatchObject({
      told: 'box-locked',
      code: 'store.pool',
      logged: [{ code: 'store.pool' }],
    })
  })

  test('because it knows another number of ballots than the journal is damaged, whoever opened the polls', () => {
    const { store } = openDevice()
    const { error } = changed('pool', 'it knows 3 ballots, the journal 4')
    const others = [admittedAs('executive'), admittedAs('supervisory')]
    const { logger, logged } = listening()
    expect(refusedBox(store, others, error, logger)).toEqual({ is: 'box-damaged' })
    expect(logged).toMatchObject([{ code: 'store.changed' }])
  })

  test('because the cards gave no key wants the right ones, and the log says so', () => {
    const { store } = openDevice()
    const { logger, logged } = listening()
    expect(refusedBox(store, OWN, undefined, logger)).toEqual({ is: 'box-locked' })
    expect(logged).toMatchObject([{ code: 'day-key.none' }])
  })

  test('never has a key in the log', () => {
    const { store } = openDevice()
    const text = JSON.stringify(refusal(store, OTHER_KEY, OWN).logged)
    for (const form of ['hex', 'base64'] as const)
      expect(text).not.toContain(Buffer.from(OTHER_KEY).toString(form))
  })
})
