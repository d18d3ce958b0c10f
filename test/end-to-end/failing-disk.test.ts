/**
 * Both media refuse while a voter's word is being recorded: a real device process, in which strace(1) lets the system answer with an error. The
 * voter reads what became of the vote, officers what to do; after a restart the device says so again, goes on, and the day adds up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AUTOMATIC_DAY, DEVICES, dayOf } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision } from '../../demo/provisioned.ts'
import { mediumFolder } from '../../device-agent/ballot/home.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { closePolls, openPolls, resumePolls } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { auditDevice } from './audited.ts'
import { SANDOGH } from './command.ts'
import { PtyDevice } from './pty-device.ts'
import { hurriedClock, issueCards, runCentre } from './station.ts'
import { CODES } from './steps.ts'

const DEVICE = DEVICES[0]
const LONGEST_MS = 240_000
const { officers } = stringsIn('fa')

const folder = mkdtempSync(join(tmpdir(), 'sandogh-failing-disk-'))
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
  rmSync(folder, { recursive: true, force: true })
})

/** What the system answers from now on, once or always, to a call on one of a medium's files; each medium has a thread of its own, and its own count of calls. */
interface Refusal {
  readonly call: 'pwrite64' | 'fsync'
  readonly error: 'ENOSPC' | 'EIO' | 'EROFS'
  readonly files: readonly string[]
  readonly when: '1' | '1+'
}

/** Attaches to a process. Resolves once it holds; the process goes on as before when the tracer is ended. */
async function refuseIn(
  pid: number,
  media: readonly string[],
  { call, error, files, when }: Refusal,
): Promise<ChildProcess> {
  const paths = media.flatMap((medium) => files.flatMap((file) => ['-P', join(medium, file)]))
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`]
  const tracer = spawn('strace', ['-f', '-p', String(pid), ...inject, ...paths], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const attached = Promise.withResolvers<void>()
  tracer.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => text.includes('attached') && attached.resolve())
  await Promise.race([attached.promise, once(tracer, 'exit')])
  if (tracer.exitCode !== null) throw new Error('strace could not attach')
  return tracer
}

/** One voter, refused by the disk at the word; the same card after the restart; the evening. */
async function dayWith(name: string, refusal: Refusal) {
  const out = join(folder, name)
  const random = seededRandom(name)
  const provisioned = provision(out, random, [systemClock.now()], {
    ...AUTOMATIC_DAY,
    pollingDay: dayOf(systemClock.now()),
  })
  const centre = await runCentre(out, provisioned)
  const [card] = (await issueCards(1, provisioned, random)) as [VoterCard]
  const device = new PtyDevice({ out, id: DEVICE, provisioned, brokerPort: centre.port, entry: SANDOGH })
  ends.push(
    () => device.end(),
    () => centre.close(),
  )
  const { bench } = device
  const person = new Person(bench, hurriedClock)
  const texts = () => bench.display.current()?.elements.map(({ name: text }) => text) ?? []
  const votes = () => vote(bench, hurriedClock, { card, codes: CODES })
  await device.setUp()
  return device.unlessStuck(
    (async () => {
      await device.start('polls.closed')
      await openPolls(bench, hurriedClock, provisioned.officers)
      // Up to the comparison as any voter; then the disk begins to refuse.
      bench.reader.insertCard(card)
      await person.see('voter.choosing')
      for (const code of CODES) await person.typeCode(code)
      await person.press('review')
      await person.leaf()
      await person.press('finish')
      await person.press('finish')
      await person.see('voter.comparing')
      const home = deviceFolder(out, DEVICE)
      const tracer = await refuseIn(device.pid, [mediumFolder(home), join(home, 'medium-b')], refusal)
      await person.press('accept')
      await person.see('polls.failed')
      const atFailure = texts()
      tracer.kill('SIGINT')
      await once(tracer, 'exit')
      bench.reader.pullCard()
      // Switched off and on, as the screen says.
      await device.kill()
      await device.start('polls.paused')
      const afterRestart = texts()
      await resumePolls(bench, hurriedClock, provisioned.officers)
      const isRecorded = afterRestart.includes(officers.lastVote.recorded)
      const again = await votes()
      await closePolls(bench, hurriedClock, provisioned.officers)
      await device.said('finished')
      const journal = readFileSync(join(out, 'bundles', DEVICE, 'journal.jsonl'), 'utf8')
      return {
        atFailure,
        afterRestart,
        isRecorded,
        again,
        journal,
        audited: await auditDevice(out, DEVICE, provisioned),
      }
    })(),
  )
}

describeWith([STRACE], 'media that refuse at the voter’s word', () => {
  test.concurrent('and is full: the voter is told that the vote was not recorded, and votes after the restart', {
    timeout: LONGEST_MS,
  }, async () => {
    const day = await dayWith('full', {
      call: 'pwrite64',
      error: 'ENOSPC',
      files: ['ballots.db-wal'],
      when: '1',
    })
    expect(day.atFailure).toEqual(
      expect.arrayContaining([
        officers.failed,
        officers.failure.full,
        officers.failedVote['not-recorded'],
        officers.failedHint,
      ]),
    )
    expect(day.afterRestart).toContain(officers.lastVote['not-recorded'])
    expect(day.again).toBe('voted')
    expect(day.journal).toContain('"type":"storage.failed","what":"full"')
    expect(day.audited).toMatchObject({ holds: true, ballots: 1, voidSlips: 1 })
  })

  test.concurrent('and takes nothing any more: nobody claims to know, and the restart says it', {
    timeout: LONGEST_MS,
  }, async () => {
    const day = await dayWith('read-only', {
      call: 'pwrite64',
      error: 'EROFS',
      files: ['ballots.db', 'ballots.db-wal', 'slots.bin'],
      when: '1+',
    })
    expect(day.atFailure).toEqual(
      expect.arrayContaining([officers.failed, officers.failure['read-only'], officers.failedVote.unknown]),
    )
    expect(day.afterRestart).toContain(officers.lastVote['not-recorded'])
    expect(day.again).toBe('voted')
    expect(day.audited).toMatchObject({ holds: true, ballots: 1, voidSlips: 1 })
  })

  test.concurrent('and fails to sync: the restart says what became of the vote, and it is so', {
    timeout: LONGEST_MS,
  }, async () => {
    const refusal = { call: 'fsync', error: 'EIO', files: ['ballots.db-wal'], when: '1' } as const
    const day = await dayWith('sync', refusal)
    expect(day.atFailure).toEqual(
      expect.arrayContaining([officers.failed, officers.failure['io-error'], officers.failedVote.unknown]),
    )
    expect(day.again).toBe(day.isRecorded ? 'refused' : 'voted')
    expect(day.journal).toContain('"type":"storage.failed","what":"io-error"')
    expect(day.audited).toMatchObject({ holds: true, ballots: 1, voidSlips: day.isRecorded ? 0 : 1 })
  })
})
