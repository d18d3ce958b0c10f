import { describe, expect, it } from 'vitest'
import { ballotRows, namesChosen } from '../../ui/ballot-rows.ts'
import { councilContest, listsContest } from '../fixtures/definition.ts'

describe('a ballot as lines to read', () => {
  it('names what was chosen in the order of the package', () => {
    const rows = ballotRows([councilContest], [[11, 0]])
    expect(rows.map((row) => (row.is === 'option' ? row.option.name.en : row.is))).toEqual([
      'contest',
      'Megret',
      'Hue',
    ])
  })

  it('says of each contest whether it is blank', () => {
    const second = { ...councilContest, id: 'village' }
    expect(ballotRows([councilContest, second], [[], [3]]).map(({ is }) => is)).toEqual([
      'contest',
      'blank',
      'contest',
      'option',
    ])
  })

  it('a list counts for each of its members', () => {
    expect(namesChosen(listsContest, [[16, 9]], 0)).toBe(5)
    expect(namesChosen(listsContest, [[]], 0)).toBe(0)
  })
})
