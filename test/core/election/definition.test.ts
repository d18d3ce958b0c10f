import { describe, expect, test } from 'vitest'
import { contestsOfStyle, type Definition, parseDefinition } from '../../../core/election/definition.ts'
import { testDefinition, testDefinitionWithLists } from '../../fixtures/definition.ts'

/** A deep copy that a test may spoil. */
function spoiled(
  spoil: (definition: Mutable<Definition>) => void,
  base = testDefinitionWithLists(),
): unknown {
  const copy = structuredClone(base) as Mutable<Definition>
  spoil(copy)
  return copy
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T

function refusalOf(value: unknown) {
  const parsed = parseDefinition(value, 'package.json')
  if (parsed.ok) throw new Error('the definition was taken')
  return { code: parsed.error.code, where: parsed.error.where }
}

const at = <T>(items: T[], index: number): T => {
  const item = items[index]
  if (item === undefined) throw new Error('the fixture is smaller than the test thinks')
  return item
}

describe('an election definition', () => {
  test('is taken as it is when nothing is wrong', () => {
    expect(parseDefinition(testDefinition(), 'package.json')).toEqual({ ok: true, value: testDefinition() })
    expect(parseDefinition(testDefinitionWithLists(), 'package.json').ok).toBe(true)
  })

  const cases: readonly [string, string, (definition: Mutable<Definition>) => void][] = [
    [
      'package.duplicate-contest',
      'contests[1].id',
      (d) => d.contests.push(structuredClone(at(d.contests, 0))),
    ],
    ['package.duplicate-style', 'styles[1].id', (d) => d.styles.push(structuredClone(at(d.styles, 0)))],
    [
      'package.duplicate-station',
      'stations[1].id',
      (d) => d.stations.push(structuredClone(at(d.stations, 0))),
    ],
    [
      'package.duplicate-device',
      'stations[1].devices',
      (d) => d.stations.push({ ...structuredClone(at(d.stations, 0)), id: 'station-2' }),
    ],
    [
      'package.duplicate-device',
      'stations[0].devices',
      (d) => at(d.stations, 0).devices.push(at(at(d.stations, 0).devices, 0)),
    ],
    [
      'package.duplicate-code',
      'contests[0].candidates[3].code',
      (d) => {
        at(at(d.contests, 0).candidates, 3).code = at(at(d.contests, 0).candidates, 1).code
      },
    ],
    [
      'package.duplicate-code',
      'contests[0].lists[1].code',
      (d) => {
        at(at(d.contests, 0).lists, 1).code = '901'
      },
    ],
    [
      'package.code-length',
      'contests[0].candidates[2].code',
      (d) => {
        at(at(d.contests, 0).candidates, 2).code = '1150'
      },
    ],
    [
      'package.seats',
      'contests[0].seats',
      (d) => {
        at(d.contests, 0).seats = 17
      },
    ],
    [
      'package.choices',
      'contests[0].choices',
      (d) => {
        at(d.contests, 0).choices = 17
      },
    ],
    [
      'package.unknown-list',
      'contests[0].candidates[9].list',
      (d) => {
        at(at(d.contests, 0).candidates, 9).list = '777'
      },
    ],
    [
      'package.list-size',
      'contests[0].lists[0]',
      (d) => {
        at(d.contests, 0).choices = 3
      },
    ],
    ['package.unknown-contest', 'styles[0].contests', (d) => at(d.styles, 0).contests.push('village')],
    ['package.doubled-contest', 'styles[0].contests', (d) => at(d.styles, 0).contests.push('council')],
    [
      'package.threshold',
      'constituency.trustees.threshold',
      (d) => {
        d.constituency.trustees.threshold = 6
      },
    ],
    [
      'package.shape',
      'contests[0].candidates[0].name.fa',
      (d) => {
        at(at(d.contests, 0).candidates, 0).name.fa = ''
      },
    ],
    [
      'package.shape',
      'constituency.electionKey',
      (d) => {
        d.constituency.electionKey = 'AAAA'
      },
    ],
  ]
  test.each(cases)('%s names the path %s', (code, path, spoil) => {
    expect(refusalOf(spoiled(spoil))).toEqual({ code, where: `package.json at ${path}` })
  })

  test('is refused with a member nobody knows', () => {
    expect(refusalOf({ ...testDefinition(), remark: 'x' })).toEqual({
      code: 'package.shape',
      where: 'package.json at its top',
    })
  })

  test.each([undefined, null, 42, 'text', [], {}, { version: 2 }])(
    'is not made of %j, and nothing throws',
    (value) => {
      expect(refusalOf(value).code).toBe('package.shape')
    },
  )

  test('is refused with a key in a base64 that decodes but is not the one of its bytes', () => {
    // 32 bytes leave two bits of the last character unused; here one of them is set.
    const stray = `${'A'.repeat(42)}B=`
    expect(
      refusalOf(
        spoiled((d) => {
          d.witness.key = stray
        }),
      ).where,
    ).toBe('package.json at witness.key')
  })

  test('knows no contests of a style it does not have', () => {
    expect(contestsOfStyle(testDefinition(), 'other')).toBeUndefined()
  })
})
