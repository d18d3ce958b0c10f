/** The demonstration's election: real ballots of 2002 under invented codes, as a council with nine seats. */
import { readFileSync } from 'node:fs'
import type { Definition } from '../../core/election/definition.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { photoFileName } from '../../core/package/photos.ts'
import type { Ceremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { VOTER_LANGUAGES } from '../../ui/strings/voter/languages.ts'
import { portrait } from './portraits.ts'

/**
 * Candidates 1 to 16 of the data, in Latin, Persian and Arabic letters, with the code each is given here (invented, no two neighbours). In
 * Azerbaijani they are written as in Persian, as names are in Iran's papers.
 */
const CANDIDATES: readonly (readonly [en: string, fa: string, ar: string, code: string])[] = [
  ['Megret', 'مگره', 'ميغريه', '127'],
  ['Lepage', 'لوپاژ', 'لوباج', '143'],
  ['Gluckstein', 'گلوکشتاین', 'غلوكشتاين', '168'],
  ['Bayrou', 'بایرو', 'بايرو', '215'],
  ['Chirac', 'شیراک', 'شيراك', '239'],
  ['LePen', 'لوپن', 'لوبان', '254'],
  ['Taubira', 'توبیرا', 'توبيرا', '281'],
  ['Saint-Josse', 'سن‌ژوس', 'سان جوس', '316'],
  ['Mamere', 'مامر', 'مامير', '332'],
  ['Jospin', 'ژوسپن', 'جوسبان', '374'],
  ['Boutin', 'بوتن', 'بوتان', '398'],
  ['Hue', 'او', 'هو', '429'],
  ['Chevenement', 'شوونمان', 'شوفنمان', '451'],
  ['Madelin', 'مادلن', 'مادلان', '477'],
  ['Laguiller', 'لاگیه', 'لاغييه', '513'],
  ['Besancenot', 'بزانسنو', 'بيزانسنو', '546'],
]

/** Nobody in the data approves more. */
const CHOICES = 9
const DATA = new URL('gy-les-nonains-2002.csv', import.meta.url)

export const STATION = 'gy-1'
export const DEVICES = ['gy-1-a', 'gy-1-b', 'gy-1-c'] as const
export const STYLE = 'council'
export const TIME_ZONE = 'Asia/Tehran'

/** What of the demonstration's day may be another: when it is, on how many devices, and whether a mouse counts as a finger. */
export interface DayPlan {
  /** `2026-06-19`. */
  readonly pollingDay: string
  readonly devices: readonly string[]
  /** Devices that may take the place of one of them. */
  readonly spares?: readonly string[]
  /** Whether presses of a pointer on the display count. */
  readonly pointer: boolean
}

/** The automatic day: no person is there. */
export const AUTOMATIC_DAY: DayPlan = {
  pollingDay: '2026-06-19',
  devices: DEVICES,
  spares: ['gy-spare-1'],
  pointer: false,
}

/** Keys that the definition names. */
export interface DefinitionKeys {
  readonly ceremony: Ceremony
  readonly executive: Uint8Array
  readonly supervisory: Uint8Array
  readonly witness: { readonly name: string; readonly key: Uint8Array }
}

/** The definition, ready to be checked and signed. */
export function demonstrationDefinition(
  { ceremony, executive, supervisory, witness }: DefinitionKeys,
  { pollingDay, devices, spares = [], pointer }: DayPlan = AUTOMATIC_DAY,
): Definition {
  return {
    version: 1,
    authority: 'sandogh.example',
    election: 'gy-2002',
    title: {
      fa: 'شورای نمونهٔ ژی',
      en: 'Model council of Gy',
      ar: 'مجلس جي النموذجي',
      az: 'ژی نمونه شوراسی',
    },
    rehearsal: true,
    pollingDay,
    timeZone: TIME_ZONE,
    constituency: {
      id: 'gy',
      name: { fa: 'ژی له نونن', en: 'Gy-les-Nonains', ar: 'جي لي نونان' },
      electionKey: ceremony.electionKey,
      trustees: { threshold: ceremony.threshold, shareHashes: [...ceremony.shareHashes] },
    },
    languages: VOTER_LANGUAGES,
    inputs: { pointer, keyboard: true },
    contests: [
      {
        id: 'council',
        title: { fa: 'شورای شهر', en: 'City council', ar: 'مجلس المدينة', az: 'شهر شوراسی' },
        seats: CHOICES,
        choices: CHOICES,
        mixListAndIndividual: false,
        candidates: CANDIDATES.map(([en, fa, ar, code]) => ({
          code,
          name: { fa, en, ar },
          photo: toBase64(sha256(portrait(fa))),
        })),
        lists: [],
      },
    ],
    styles: [{ id: STYLE, contests: ['council'] }],
    stations: [
      {
        id: STATION,
        name: {
          fa: 'شعبهٔ ۱، دبستان ژی',
          en: 'Station 1, school of Gy',
          ar: 'المركز ۱، مدرسة جي',
          az: 'شعبه ۱، ژی مدرسه‌سی',
        },
        devices: [...devices],
        ...(spares.length > 0 && { spares: [...spares] }),
        authorizationKeys: { executive: toBase64(executive), supervisory: toBase64(supervisory) },
      },
    ],
    witness: { name: witness.name, key: toBase64(witness.key) },
  }
}

/** The candidates' photos as they lie in a package: bytes by file name. */
export function demonstrationPhotos(): ReadonlyMap<string, Uint8Array> {
  const photos = CANDIDATES.map(([, fa]) => portrait(fa))
  return new Map(photos.map((photo) => [photoFileName(toHex(sha256(photo)), 'image/webp'), photo]))
}

/** One real ballot: the codes of the candidates it approves. */
export type RealBallot = readonly string[]

/** All 365 ballots of the data file, each by itself. Throws if the file is not what its README says. */
export function realBallots(): readonly RealBallot[] {
  const [head, ...lines] = readFileSync(DATA, 'utf8').trim().split('\n')
  if (head?.trim() !== 'count,approved') throw new Error('not the data file of the demonstration')
  return lines.flatMap((line) => {
    const [count = '', approved = ''] = line.trim().split(',')
    const codes = approved.split(' ').filter(Boolean).map(codeOf)
    return Array.from({ length: Number(count) }, () => codes)
  })
}

/** Votes by code, counted straight from the ballots of the data file. */
export function countDirectly(ballots: readonly RealBallot[]): ReadonlyMap<string, number> {
  const counts = new Map(CANDIDATES.map(([, , , code]) => [code, 0]))
  for (const code of ballots.flat()) counts.set(code, (counts.get(code) ?? 0) + 1)
  return counts
}

function codeOf(candidate: string): string {
  const found = CANDIDATES[Number(candidate) - 1]
  if (found === undefined) throw new Error(`no candidate ${candidate} in the data`)
  return found[3]
}

/** The day on which that moment is at the station, `2026-06-19`. */
export function dayOf(now: number): string {
  // Swedish writes dates so.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: TIME_ZONE, dateStyle: 'short' }).format(now)
}
