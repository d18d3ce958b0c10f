/** For how long a device may be silent until the collector's command has somebody told. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tellingPolicy } from '../../core/journal/catalogue.ts'
import { refuse } from '../../core/result.ts'
import { startCollector } from '../../fleet/collector/collector.ts'
import type { CentreHome } from '../../fleet/home.ts'
import { writeHome } from './brokers.ts'
import { Office } from './office.ts'
import { runCommand } from './run-command.ts'

vi.mock('../../fleet/collector/collector.ts', () => ({ startCollector: vi.fn() }))

let office: Office
let home: CentreHome

beforeEach(() => {
  office = new Office()
  home = writeHome(office)
  vi.mocked(startCollector).mockResolvedValue(refuse('collector.none', 'a test', 'it only looks', 'Nothing.'))
})
afterEach(() => {
  vi.mocked(startCollector).mockReset()
  office.close()
})

/** What the collector is started with. */
async function silenceOf(...more: readonly string[]): Promise<number | undefined> {
  const where = ['--home', home.folder, '--store', office.storePath, '--broker', 'mqtts://127.0.0.1:8883']
  expect(await runCommand('centre', 'collect', ...where, ...more)).toEqual([
    2,
    expect.stringContaining('it only looks'),
  ])
  return vi.mocked(startCollector).mock.lastCall?.[0].silenceMs
}

it('is a quarter of an hour unless another time is given, and no question where that is asked for', async () => {
  expect(await silenceOf()).toBe(15 * 60_000)
  expect(await silenceOf('--silence', '40')).toBe(40 * 60_000)
  expect(await silenceOf('--silence', 'off')).toBeUndefined()
})

it('is longer than any order lets a device wait between two messages', async () => {
  const policy = (tellEverySeconds: number) =>
    tellingPolicy.safeParse({ tellEverySeconds, closingWindowSeconds: 0 }).success
  const longest = Math.max(...Array.from({ length: 3_600 }, (_, seconds) => seconds).filter(policy))
  expect(await silenceOf()).toBeGreaterThan(longest * 1000)
})
