import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { WorkerMedium } from '../../../device-agent/store/worker-medium.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { beginOn } from './device.ts'

const PROGRAM = new URL('./early-notify.ts', import.meta.url)
const DEADLINES = { openMs: 10_000, stepMs: 10_000 }

/** What a medium says of the ballots it has room for, whose thread wakes the other before each answer, as the notice of an earlier answer may. */
function askedAmid(Medium: typeof WorkerMedium): number[] {
  const medium = new Medium('nowhere', DEADLINES, PROGRAM)
  const answers = [1, 2, 3].map((ballot) => medium.space.ballotsLeft(ballot, 0))
  medium.close()
  return answers
}

test('a notice that belongs to an earlier answer is not taken for the answer', () => {
  expect(askedAmid(WorkerMedium)).toEqual([1, 2, 3])
})

test('a device that takes any notice for its answer stops there', async () => {
  const root = weakenedSources({
    file: 'device-agent/store/worker-medium.ts',
    line: '    while (Atomics.load(this.#signal, 0) === before) {\n',
    by: '    for (const _once of [0]) {\n',
  })
  const weak: { WorkerMedium: typeof WorkerMedium } = await import(
    join(root, 'device-agent/store/worker-medium.ts')
  )
  expect(() => askedAmid(weak.WorkerMedium)).toThrow('a signal without an answer')
})

test('a medium in a thread of its own is marked as left behind, for its own journal and no other', () => {
  const { store, folders } = beginOn({ DeviceStore, Medium }, 1, 'marked')
  store.close()
  const medium = new WorkerMedium(folders[0] ?? '', DEADLINES)
  medium.leftBehind.mark({ origin: store.origin, size: 7 })
  expect([store.origin, 'another'].map((origin) => medium.leftBehind.sizeOf(origin))).toEqual([7, 0])
  medium.close()
})
