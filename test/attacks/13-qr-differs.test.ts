/**
 * ImageCast X (Halderman and Springall, "Security Analysis of Georgia's ImageCast X Ballot Marking Devices", 2021): the paper says one vote in
 * words and another in its QR code, which no voter can read. Here the words are the law, and the QR code of every slip says what its words say to
 * readers that are not ours.
 */
import { expect, test } from 'vitest'
import type { CodesBuild } from '../codes/build.ts'
import { inAnyOrder, tehran, votesFor } from '../codes/election.ts'
import { sumsOf } from '../codes/reading.ts'
import { Slips } from '../codes/slips.ts'
import { inPackageOrder } from '../codes/vote.ts'
import { describeWith, TESSERACT, TESSERACT_PERSIAN, ZBAR } from '../oracles/needs.ts'
import { encodesNeighbours } from './weakened/codes.ts'
import { codesBuild } from './weakened/weaken.ts'

const election = tehran()
const votes = votesFor(election, inAnyOrder(election, 'QR codes').slice(0, 42))

/** Ways of reading the slips of these votes by which another code was found than is written, or none. */
async function disagreeing(build: CodesBuild): Promise<readonly string[]> {
  const slips = new Slips(build, election)
  const printed = []
  for (const vote of votes)
    printed.push(await slips.print([vote.map(({ position }) => position).sort((a, b) => a - b)]))
  const sums = sumsOf(slips.read(votes.map(inPackageOrder), printed))
  return sums.flatMap(({ way, unclear, other }) => (unclear + other > 0 ? [way] : []))
}

describeWith([TESSERACT, TESSERACT_PERSIAN, ZBAR], 'the QR code of a slip', () => {
  test('says what its names and digits say', async () => {
    expect(await disagreeing(await codesBuild())).toEqual([])
  })

  test('that names others is found by both readers', async () => {
    expect(await disagreeing(await codesBuild([encodesNeighbours]))).toEqual(['slip, zbar', 'slip, jsQR'])
  })
})
