/** The packages whose slips are read: the demonstration's, and one with lists, two styles and names as long as people have. */
import { addChoice, type Ballot, optionsOf } from '../../../core/election/ballot.ts'
import type { Contest, Definition } from '../../../core/election/definition.ts'
import { contestsOfStyle } from '../../../core/election/definition.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { demonstrationDefinition, realBallots, STYLE } from '../../../demo/elections/gy-les-nonains.ts'
import { listsContest, testDefinition } from '../../fixtures/definition.ts'

/** Something to print: the codes that the voter chose, by contest in package order, and their ballot. */
export interface PrintedVote {
  readonly contests: readonly Contest[]
  readonly ballot: Ballot
  readonly codes: readonly (readonly string[])[]
}

/** A package and the votes that are printed of it. */
export interface SlipPackage {
  readonly definition: Definition
  readonly votes: readonly PrintedVote[]
}

/** Names as in a register: titles, compounds, half spaces, two that differ in one letter. */
const LONG_NAMES = [
  'سید محمدرضا حسینی‌نژاد طباطبایی',
  'زهرا سادات موسوی خوئینی‌ها',
  'عبدالرحیم قره‌داغی‌پور آذرشهری',
  'فاطمه سلطان‌محمدی گیلانی',
  'علی رضایی',
  'علی رضائیان',
  'امیرحسین جعفری',
  'امیرحسین جعفریان',
] as const

const district: Contest = {
  ...listsContest,
  id: 'district',
  title: { fa: 'شورای بخش', en: 'District council' },
  seats: 3,
  choices: 3,
  candidates: LONG_NAMES.map((fa, position) => ({
    code: String(301 + 7 * position),
    name: { fa },
    ...(position >= 4 && position < 6 && { list: '701' }),
  })),
  lists: [{ code: '701', name: { fa: 'ائتلاف بزرگ خدمتگزاران شهر و روستا', en: 'Grand coalition' } }],
}

/** 16 candidates, and every kind of ballot that the 365 real ones of the demonstration hold. */
export function demonstrationSlips(): SlipPackage {
  const key = new Uint8Array(32)
  const definition = demonstrationDefinition({
    ceremony: {
      electionKey: toBase64(key),
      threshold: 3,
      shareHashes: Array.from({ length: 5 }, () => toBase64(key)),
      shares: [],
    },
    executive: key,
    supervisory: key,
    witness: { name: 'centre.example/witness', key },
  })
  const distinct = new Map(realBallots().map((codes) => [codes.toSorted().join(), codes]))
  return { definition, votes: [...distinct.values()].map((codes) => voteFor(definition, STYLE, [codes])) }
}

/** Lists, long names, titles between two contests: every option of the package stands on some slip. */
export function longNameSlips(): SlipPackage {
  const definition = testDefinition({
    contests: [listsContest, district],
    styles: [
      { id: 'city', contests: ['council', 'district'] },
      { id: 'region', contests: ['district'] },
    ],
  })
  const council = optionsOf(listsContest).map(({ code }) => code)
  const people = optionsOf(district).map(({ code }) => code)
  const three = (from: number) =>
    Array.from({ length: 3 }, (_, i) => people[(from + i) % people.length] ?? '')
  const city = people.map((_, i) =>
    voteFor(definition, 'city', [council.slice(2 * i).concat(council.slice(0, 2 * i)), three(i)]),
  )
  const region = people.map((_, i) => voteFor(definition, 'region', [three(i + 1)]))
  const listAlone = voteFor(definition, 'city', [['901', '902'], ['701']])
  const blank = [voteFor(definition, 'city', [[], []]), voteFor(definition, 'region', [[]])]
  return { definition, votes: [...city, ...region, listAlone, ...blank] }
}

/** Types the codes as a voter would; those that a rule refuses are left out. */
function voteFor(definition: Definition, style: string, wanted: readonly (readonly string[])[]): PrintedVote {
  const contests = contestsOfStyle(definition, style)
  if (contests === undefined) throw new Error(`no style ${style}`)
  const ballot = contests.map((contest, i) =>
    (wanted[i] ?? []).reduce<readonly number[]>((choice, code) => {
      const wider = addChoice(contest, choice, code)
      return wider.ok ? wider.value : choice
    }, []),
  )
  const codes = contests.map((contest, i) =>
    optionsOf(contest)
      .filter(({ position }) => ballot[i]?.includes(position))
      .map(({ code }) => code),
  )
  return { contests, ballot, codes }
}
