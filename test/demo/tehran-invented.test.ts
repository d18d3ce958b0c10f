import { describe, expect, test } from 'vitest'
import { parseDefinition } from '../../core/election/definition.ts'
import { foldForSearch } from '../../core/text/fold-for-search.ts'
import { TEHRAN_CANDIDATES, tehranDefinition } from '../../demo/elections/tehran-invented.ts'
import { ALPHABETS } from '../../ui/alphabets.ts'
import { TEHRAN, TEHRAN_KEYS } from '../fixtures/tehran.ts'

const definition = TEHRAN
const [contest] = definition.contests
if (contest === undefined) throw new Error('Tehran has a council')
const { candidates, lists } = contest
const codes = new Set([...candidates, ...lists].map(({ code }) => code))

describe('the invented council of Tehran', () => {
  test('is a definition that devices take, with as many candidates as stood there, and the same every time', () => {
    expect(parseDefinition(definition, 'tehran').ok).toBe(true)
    expect(candidates).toHaveLength(TEHRAN_CANDIDATES)
    expect([contest.seats, contest.choices]).toEqual([21, 21])
    expect(tehranDefinition(TEHRAN_KEYS)).toEqual(definition)
  })

  test('says that it is invented and no election', () => {
    expect(definition.rehearsal).toBe(true)
    expect(definition.title.fa).toContain('ساختگی')
    expect(definition.title.en).toContain('Invented')
  })

  test('has no name twice, however it is typed', () => {
    for (const names of [
      candidates.map(({ name }) => name.fa),
      candidates.map(({ name }) => name.en ?? ''),
    ]) {
      expect(new Set(names.map(foldForSearch)).size).toBe(TEHRAN_CANDIDATES)
    }
  })

  test('has names that can be searched by the letters of the screen', () => {
    const typed = (letters: readonly string[]) => new Set([...letters.map(foldForSearch), ' '])
    const untyped = (name: string, letters: ReadonlySet<string>) =>
      [...foldForSearch(name)].filter((letter) => !letters.has(letter))
    const [fa, en] = [typed(ALPHABETS.fa), typed(ALPHABETS.en)]
    expect(candidates.flatMap(({ name }) => untyped(name.fa, fa))).toEqual([])
    expect(candidates.flatMap(({ name }) => untyped(name.en ?? '', en))).toEqual([])
  })

  test('has full lists, smaller ones and many independents', () => {
    const sizes = lists.map(({ code }) => candidates.filter(({ list }) => list === code).length)
    expect(Math.max(...sizes)).toBe(21)
    expect(Math.min(...sizes)).toBeLessThan(10)
    expect(candidates.filter(({ list }) => list === undefined).length).toBeGreaterThan(2_000)
  })
})

describe('a code of it', () => {
  test('is nobody else’s, nor is the next number', () => {
    expect(codes.size).toBe(candidates.length + lists.length)
    for (const code of codes) expect(codes.has(String(Number(code) + 1)), code).toBe(false)
  })

  test('typed with a key beside one that is meant is nobody’s', () => {
    const rows = ['123', '456', '789', ' 0 ']
    const at = (row: number, column: number) => rows[row]?.[column]?.trim() ?? ''
    const beside = new Map<string, string[]>()
    for (const [row, keys] of rows.entries()) {
      for (const [column, key] of [...keys].entries()) {
        const around = [at(row, column - 1), at(row, column + 1), at(row - 1, column), at(row + 1, column)]
        beside.set(key, around.filter(Boolean))
      }
    }
    for (const code of codes) {
      for (const [place, digit] of [...code].entries()) {
        for (const other of beside.get(digit) ?? []) {
          const typed = code.slice(0, place) + other + code.slice(place + 1)
          expect(codes.has(typed), `${typed} for ${code}`).toBe(false)
        }
      }
    }
  })
})
