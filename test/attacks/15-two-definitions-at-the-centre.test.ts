/**
 * Antrim, 2020: ballots were redesigned, some devices kept the old definition, and votes were counted one line off. Here a journal names the package
 * that it was begun for, and the centre takes none of another.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256 } from '../../core/keys/hash.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { election, TestDevice } from '../fleet/office.ts'
import { CentreUnderAttack } from './centre-office.ts'
import { takesOtherPackages } from './weakened/centre.ts'
import { centreBuild } from './weakened/weaken.ts'

let centre: CentreUnderAttack
let store: CentreStore

beforeEach(async () => {
  centre = new CentreUnderAttack()
  store = await centre.open()
})
afterEach(() => centre.office.close())

/** The same codes, and each stands for the name of the next line. */
function redesigned(): Uint8Array {
  const { definition } = election
  const contests = definition.contests.map((contest) => {
    const { candidates } = contest
    const names = candidates.map((_, i) => candidates[(i + 1) % candidates.length]?.name)
    return { ...contest, candidates: candidates.map((one, i) => ({ ...one, name: names[i] ?? one.name })) }
  })
  return sha256(Buffer.from(canonicalJson({ ...definition, contests })))
}

/** A station of which one device has the old definition; what the centre says to each, and whose tallies it holds. */
async function mixture(replacements: Parameters<typeof centreBuild>[0] = []) {
  const build = await centreBuild(replacements)
  const old = { package: redesigned() }
  const devices = ['device-1', 'device-2', 'device-3'].map((id) =>
    new TestDevice(id, `journal ${id}`, id === 'device-2' ? old : {}).close(),
  )
  const said: string[] = []
  for (const device of devices) said.push(await centre.hear(build, store, device))
  for (const device of devices) await centre.hear(build, store, device)
  return [said, (await store.tallies()).map(({ device }) => device)]
}

test('a journal of another definition is refused, and while it is missing its station has no totals', async () => {
  expect(await mixture()).toEqual([['receipt', 'entries.opening', 'receipt'], []])
})

test('a build that does not compare the package would count it one line off', async () => {
  expect(await mixture(takesOtherPackages)).toEqual([
    ['receipt', 'receipt', 'receipt'],
    ['device-1', 'device-2', 'device-3'],
  ])
})
