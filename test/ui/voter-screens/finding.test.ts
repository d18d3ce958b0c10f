import { describe, expect, it } from 'vitest'
import type { Screen } from '../../../ui/screen.ts'
import { TEXT_LEVELS } from '../../../ui/tokens.ts'
import { MOST_TYPED } from '../../../ui/voter-screens/view.ts'
import { find, names } from '../read-screen.ts'
import { FINDING, lists, seen } from './seen.ts'

describe('a voter who looks for a name', () => {
  const listed = (screen: Screen) =>
    screen.elements.filter(({ id }) => id.startsWith('pick-')).map(({ name }) => name)

  it('finds them in the order of the alphabet, candidates and lists, each with its code', () => {
    expect(listed(seen(FINDING, { of: lists })).slice(0, 4)).toEqual([
      'Bayrou · 122',
      'Besancenot · 206',
      'Boutin · 171',
      'Chevenement · 185',
    ])
    expect(listed(seen(FINDING, { language: 'fa' })).slice(0, 3)).toEqual([
      'او · ۱۷۸',
      'بایرو · ۱۲۲',
      'بزانسنو · ۲۰۶',
    ])
  })

  it('finds those of which some word begins so', () => {
    expect(listed(seen({ ...FINDING, query: 'la' }))).toEqual(['Laguiller · 199'])
    expect(listed(seen({ ...FINDING, query: 'd li' }, { of: lists }))).toEqual(['Dawn list · 901'])
    expect(listed(seen({ ...FINDING, query: 'jos' }))).toEqual(['Jospin · 164', 'Saint-Josse · 150'])
    expect(names(seen({ ...FINDING, query: 'xx' }))).toContain('No name has these letters')
  })

  it('sees what was typed, and can take it back', () => {
    const screen = seen({ ...FINDING, query: 'la' })
    expect(find(screen, 'query').name).toBe('la_')
    expect(find(screen, 'erase').enabled).toBe(true)
    expect(find(seen(FINDING), 'erase').enabled).toBe(false)
    expect(find(seen({ ...FINDING, query: 'la ' }), 'letter-space').enabled).toBe(false)
  })

  it('say by grey keys that no more letters are taken', () => {
    const full = seen({ ...FINDING, query: 'a'.repeat(MOST_TYPED) })
    for (const id of ['letter-a', 'letter-space']) expect(find(full, id).enabled).toBe(false)
    expect(find(full, 'erase').enabled).toBe(true)
    expect(find(seen({ ...FINDING, query: 'a'.repeat(MOST_TYPED - 1) }), 'letter-a').enabled).toBe(true)
  })

  it('keeps the place in the list when the text grows', () => {
    const first = 6
    for (const level of TEXT_LEVELS) {
      const shown = listed(seen({ ...FINDING, first }, { level }))
      expect(shown).toContain('Hue · 178')
    }
  })
})
