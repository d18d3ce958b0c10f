/**
 * An election of the size of Tehran's, all of it invented: 2,722 candidates, as many as were approved there in 2017, for 21 seats. For what only a long
 * list shows: search, paging, names alike, codes of four digits.
 */
import { shuffle } from '../../core/ballot-box/draw.ts'
import type { Contest, Definition } from '../../core/election/definition.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import {
  AUTOMATIC_DAY,
  type DayPlan,
  type DefinitionKeys,
  demonstrationDefinition,
} from './gy-les-nonains.ts'
import { FAMILY_NAMES, FIRST_NAMES, LIST_NAMES } from './tehran-names.ts'

export const TEHRAN_CANDIDATES = 2_722
const SEATS = 21
/** Of the lists, so many have a name for every seat; each further one has one name fewer. */
const FULL_LISTS = 16

/**
 * The definition, ready to be checked and signed. Keys, station and style are those of the demonstration, so that whatever can run that can
 * run this.
 */
export function tehranDefinition(keys: DefinitionKeys, plan: DayPlan = AUTOMATIC_DAY): Definition {
  const demonstration = demonstrationDefinition(keys, plan)
  return {
    ...demonstration,
    election: 'tehran-invented',
    title: {
      fa: 'شورای ساختگی تهران',
      en: 'Invented council of Tehran',
      ar: 'مجلس طهران المختلق',
      az: 'تهرانین اویدورما شوراسی',
    },
    constituency: {
      ...demonstration.constituency,
      id: 'tehran',
      name: { fa: 'تهران', en: 'Tehran', ar: 'طهران', az: 'تهران' },
    },
    contests: demonstration.contests.map((contest) => ({ ...contest, ...council() })),
  }
}

function council(): Pick<Contest, 'seats' | 'choices' | 'mixListAndIndividual' | 'candidates' | 'lists'> {
  const random = seededRandom('invented council of Tehran')
  const codes = codesApart()
  const lists = LIST_NAMES.map(({ en, fa }, index) => ({
    code: codes[index] as string,
    name: { fa: `فهرست ${fa}`, en: `${en} list` },
  }))
  const places = lists.flatMap(({ code }, index) =>
    Array.from({ length: SEATS - Math.max(0, index + 1 - FULL_LISTS) }, () => code),
  )
  const onList = shuffle(
    Array.from({ length: TEHRAN_CANDIDATES }, (_, position) => places[position]),
    random,
  )
  const people = FAMILY_NAMES.flatMap((family) => FIRST_NAMES.map((first) => ({ first, family })))
  const { compare } = new Intl.Collator('fa')
  const standing = shuffle(people, random)
    .slice(0, TEHRAN_CANDIDATES)
    .sort((a, b) => compare(a.family.fa, b.family.fa) || compare(a.first.fa, b.first.fa))
  const candidates = standing.map(({ first, family }, position) => {
    const list = onList[position]
    return {
      code: codes[lists.length + position] as string,
      name: { fa: `${first.fa} ${family.fa}`, en: `${first.en} ${family.en}` },
      ...(list !== undefined && { list }),
    }
  })
  return { seats: SEATS, choices: SEATS, mixListAndIndividual: true, candidates, lists }
}

/** Keys of the keypad in three groups: two that lie side by side or above each other are never in the same. */
const KEY_GROUP = [1, 0, 1, 2, 1, 2, 0, 2, 0, 1] as const

/**
 * Codes of four digits, ascending, in which a finger on the key beside the one that is meant makes nobody's code, nor does one counted on or back. A
 * third of all codes.
 */
function codesApart(): readonly string[] {
  return Array.from({ length: 9_000 }, (_, i) => String(1_000 + i)).filter(
    (code) =>
      [...code].reduce(
        (sum, digit, place) => sum + (KEY_GROUP[Number(digit)] as number) * (1 + (place % 2)),
        0,
      ) %
        3 ===
      0,
  )
}
