/** A short run of what `npm run soak -- mutations` does by the ten thousand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { describeWith, PYTHON_CRYPTOGRAPHY } from '../oracles/needs.ts'
import { findFault } from './judge.ts'
import { type Drawn, drawMutation, type Tried, tryMutation } from './mutations.ts'
import { fixtureOriginals } from './originals.ts'
import { firstVerifier, secondVerifier, type Verifier } from './verifiers.ts'

const SEED = 'mutations 1405'
const MOST_MIB = 1000
const originals = fixtureOriginals()
const scratch = mkdtempSync(join(tmpdir(), 'sandogh-mutations-'))
const verifiers: Verifier[] = []
afterAll(() => {
  for (const verifier of verifiers) verifier.close()
  rmSync(scratch, { recursive: true })
})

const drawn = (first: number, count: number): readonly Drawn[] =>
  Array.from({ length: count }, (_, i) => drawMutation(originals, SEED, first + i))

/** Everything that devices of the stations, or the check-in, sign in spite of the truth. */
const LIES: readonly Drawn[] = originals.flatMap((original) =>
  original.lies.map(({ about, ...lie }) => ({
    original,
    mutated: { ...lie, what: about },
    isHarmless: false,
  })),
)

/** Has mutations judged, and all verdicts found right. */
async function tryAll(mutations: readonly Drawn[], asked: readonly Verifier[]): Promise<readonly Tried[]> {
  verifiers.push(...asked)
  const wrong: string[] = []
  const tried: Tried[] = []
  for (const mutation of mutations) {
    const one = await tryMutation(mutation, asked, scratch)
    tried.push(one)
    for (const fault of one.faults) wrong.push(`${one.original.name}: ${one.mutated.what}: ${fault}`)
  }
  expect(wrong).toEqual([])
  for (const verifier of asked) expect(verifier.peakMiB()).toBeLessThan(MOST_MIB)
  return tried
}

test('of 120 mutations what means something else is refused where it was changed, the rest holds', async () => {
  const tried = await tryAll(drawn(0, 120), [firstVerifier()])
  expect(tried.filter(({ isHarmless }) => isHarmless).length).toBeGreaterThan(3)
  expect(new Set(tried.map(({ finding }) => finding.split(' ')[0])).size).toBeGreaterThan(20)
})

describeWith([PYTHON_CRYPTOGRAPHY], 'the second verifier', () => {
  test('finds the same in 60 more, and in every lie', async () => {
    await tryAll([...drawn(120, 60), ...LIES], [firstVerifier(), secondVerifier()])
  })
})

describe('a verdict', () => {
  const changed = { folders: new Map(), what: '', places: ['a/journal.jsonl entry 5', 'station '] }
  const fault = (exitCode: number, ...findings: readonly string[]) =>
    findFault({ exitCode, findings }, changed, false)

  test('is right if it names the place', () => {
    expect(fault(1, 'bundle.entry a/journal.jsonl entry 5', 'any other')).toBeUndefined()
    expect(fault(1, 'station.issued station s-1')).toBeUndefined()
    expect(fault(2, 'input.other-package station s-1')).toBeUndefined()
  })

  test('is wrong if it takes a change, names another place first, or comes of a crash', () => {
    expect(fault(0)).toBe('a change of meaning is taken')
    expect(fault(3)).toBe('exit code 3')
    expect(fault(1, 'bundle.entry a/journal.jsonl entry 57')).toContain('named at')
    expect(fault(1, 'bundle.files a/leaves.bin', 'bundle.entry a/journal.jsonl entry 5')).toContain(
      'named at',
    )
    expect(fault(7, 'bundle.entry a/journal.jsonl entry 5')).toBe('exit code 7')
  })

  test('of something harmless is right if all holds, of a lie that nobody can know either way', () => {
    expect(findFault({ exitCode: 1, findings: ['a b'] }, changed, true)).toContain('harmless')
    expect(findFault({ exitCode: 0, findings: [] }, changed, true)).toBeUndefined()
    const part = { ...changed, isPart: true }
    expect(findFault({ exitCode: 3, findings: [] }, part, true)).toBeUndefined()
    expect(findFault({ exitCode: 0, findings: [] }, part, true)).toContain('exit code 0')
    expect(findFault({ exitCode: 0, findings: [] }, { ...changed, mayHold: true }, false)).toBeUndefined()
    expect(findFault({ exitCode: 1, findings: ['x b/y'] }, { ...changed, mayHold: true }, false)).toContain(
      'named at',
    )
  })
})
