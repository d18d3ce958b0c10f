/** A short run of what `npm run soak -- mutations` does by the ten thousand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { drawMutation, type Tried, tryMutation } from './mutations.ts'
import { fixtureOriginals } from './originals.ts'
import { firstVerifier } from './verifiers.ts'

const SEED = 'mutations 1405'
const COUNT = 300
const scratch = mkdtempSync(join(tmpdir(), 'sandogh-mutations-'))
const verifier = firstVerifier()
afterAll(() => {
  verifier.close()
  rmSync(scratch, { recursive: true })
})

test(`${COUNT} mutations of two stations: what means something else is refused where it was changed, the rest holds`, async () => {
  const originals = fixtureOriginals()
  const wrong: string[] = []
  const tried: Tried[] = []
  for (let number = 0; number < COUNT; number += 1) {
    const one = await tryMutation(drawMutation(originals, SEED, number), [verifier], scratch)
    tried.push(one)
    for (const fault of one.faults)
      wrong.push(`${number} ${one.original.name}: ${one.mutated.what}: ${fault}`)
  }
  expect(wrong).toEqual([])
  expect(tried.filter(({ isHarmless }) => isHarmless).length).toBeGreaterThan(5)
  expect(new Set(tried.map(({ finding }) => finding.split(' ')[0])).size).toBeGreaterThan(25)
  expect(verifier.peakMiB()).toBeLessThan(1000)
})
