/**
 * What an election is: who stands, under which code, what a ballot may hold, whose keys count. One definition is one election
 * package (signed apart, see `core/keys/signed-document.ts`); everything that law decides stands here and nowhere in code.
 */
import { z } from 'zod'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { characterCode, isReadable, unshownCharacter } from '../text/drawable.ts'

const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'an identifier is a-z, 0-9, dot and dash, 64 at most')
/** 32 bytes in the one base64 that they have: the last character before the padding holds four bits. */
const key32 = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'a key or hash is 32 bytes in base64')
/** Text of which every character is drawn and leaves what stands beside it where it is. */
const drawable = z.string().refine((text) => unshownCharacter(text) === undefined, {
  error: ({ input }) =>
    `a text may not hold the character ${characterCode(unshownCharacter(String(input)) ?? '')}`,
})
const shownText = drawable
  .min(1)
  .max(120)
  .refine((text) => text === text.trim(), 'a name begins and ends with a letter, not a space')
  .refine(isReadable, 'a name holds a letter or a digit')

/** A name in the languages of the package; Persian is always there. */
const names = z.strictObject({
  fa: shownText,
  en: shownText.optional(),
  ar: shownText.optional(),
  az: shownText.optional(),
})

/** Languages that screens can speak. Azerbaijani is written in Arabic letters, as in Iran. */
export const LANGUAGES = ['fa', 'en', 'ar', 'az'] as const

/** A language that a voter may choose, with every text of the voter's screens (`ui/voter-texts.ts` says which there must be). */
const language = z.strictObject({
  language: z.enum(LANGUAGES),
  /** As those who speak it call it. */
  name: shownText,
  /** Whether somebody whose first language it is has read the texts. */
  readByNativeSpeaker: z.boolean(),
  texts: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), drawable.max(400)),
})

/** The digits a voter types. All codes of a package have one length. */
const code = z.string().regex(/^[0-9]{2,6}$/, 'a code is 2 to 6 ASCII digits')

const candidate = z.strictObject({
  code,
  name: names,
  /** Code of the list this candidate stands on; absent for an independent. */
  list: code.optional(),
  /** SHA-256 of the photo file in the package. */
  photo: key32.optional(),
})

const contest = z.strictObject({
  id: identifier,
  title: names,
  /** Main seats to be filled. */
  seats: z.int().min(1).max(100),
  /** Names a voter may choose at most, members of a chosen list included. */
  choices: z.int().min(1).max(100),
  /** Whether one ballot may hold a list code and individual codes together. */
  mixListAndIndividual: z.boolean(),
  candidates: z.array(candidate).min(1).max(10_000),
  lists: z.array(z.strictObject({ code, name: names })).max(1_000),
})

const station = z.strictObject({
  id: identifier,
  name: names,
  /** Devices that vote here, as many as have room on an officer's card; an audit names each that is missing. */
  devices: z.array(identifier).min(1).max(8),
  /** Devices that may take the place of one that died here, and vote here in no other way. One spare may be listed by several stations. */
  spares: z.array(identifier).min(1).max(4).optional(),
  /** Ed25519 keys of the two that sign authorizations: the executive terminal and the supervisor. */
  authorizationKeys: z.strictObject({ executive: key32, supervisory: key32 }),
})

const definition = z.strictObject({
  version: z.literal(1),
  /** Names the authority in every journal's origin, for example `council.example`. */
  authority: identifier,
  election: identifier,
  title: names,
  /** True for anything that is no election: every screen, slip and page then says so. */
  rehearsal: z.boolean(),
  pollingDay: z.iso.date(),
  /** IANA name, `Asia/Tehran`. */
  timeZone: z.string().regex(/^[A-Za-z0-9+_:/-]{1,64}$/),
  constituency: z.strictObject({
    id: identifier,
    name: names,
    /** X25519 public key to which ballots are sealed. */
    electionKey: key32,
    /** How many trustees' shares rebuild the key, and SHA-256 of each share by number. */
    trustees: z.strictObject({
      threshold: z.int().min(2).max(20),
      shareHashes: z.array(key32).min(2).max(20),
    }),
  }),
  /** Languages of the voter's screens; a session begins in the first, which is Persian. */
  languages: z.array(language).min(1).max(LANGUAGES.length),
  /**
   * What counts beside the serial touchscreen: a pointer on the display (for rehearsals), a keyboard or switches on it (for voters who
   * cannot touch).
   */
  inputs: z.strictObject({ pointer: z.boolean(), keyboard: z.boolean() }),
  contests: z.array(contest).min(1).max(20),
  /** Which contests a ballot of each style holds, in order. */
  styles: z
    .array(z.strictObject({ id: identifier, contests: z.array(identifier).min(1).max(20) }))
    .min(1)
    .max(20),
  stations: z.array(station).min(1).max(20_000),
  /** Ed25519 key of the centre's witness, the receipts' signer, with its C2SP key name. */
  witness: z.strictObject({ name: z.string().regex(/^[!-*,-~]{1,128}$/), key: key32 }),
})

export type Names = z.infer<typeof names>
export type Contest = Readonly<z.infer<typeof contest>>
export type Station = Readonly<z.infer<typeof station>>
export type Definition = Readonly<z.infer<typeof definition>>
export type Language = (typeof LANGUAGES)[number]

/**
 * Parses and checks an election definition.
 * @param value JSON as parsed from a package
 * @param where the file it came from
 * @returns the definition, or the first thing that does not hold with its path (`contests[0].candidates[3].code`)
 */
export function parseDefinition(value: unknown, where: string): Result<Definition> {
  const parsed = definition.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refuse(
      'package.shape',
      `${where} at ${pathText(issue?.path ?? [])}`,
      issue?.message ?? 'not an election definition',
      'Correct the package at its source and sign it again.',
    )
  }
  const problem = findProblem(parsed.data)
  if (problem === undefined) return ok(parsed.data)
  return refuse(
    problem.code,
    `${where} at ${problem.path}`,
    problem.what,
    'Correct the package at its source and sign it again.',
  )
}

/** Every device that may ever vote at a station. */
export function devicesOfStation({
  devices,
  spares = [],
}: Pick<Station, 'devices' | 'spares'>): readonly string[] {
  return [...devices, ...spares]
}

/** The contest of that id; a definition that was parsed has each one its styles name. */
function contestOf(definition: Definition, id: string): Contest {
  const found = definition.contests.find((contest) => contest.id === id)
  if (found === undefined) throw new Error(`no contest ${id} in the definition`)
  return found
}

/** The contests of a ballot style in ballot order, or undefined for an unknown style. */
export function contestsOfStyle(definition: Definition, style: string): readonly Contest[] | undefined {
  const found = definition.styles.find(({ id }) => id === style)
  return found?.contests.map((id) => contestOf(definition, id))
}

interface Problem {
  readonly code: string
  readonly path: string
  readonly what: string
}

/** What no shape can say: duplicates, dangling references, limits between fields. */
function findProblem(definition: Definition): Problem | undefined {
  const { threshold, shareHashes } = definition.constituency.trustees
  return (
    first(definition.stations, ({ authorizationKeys: { executive, supervisory } }, index) =>
      executive === supervisory
        ? {
            code: 'package.same-key',
            path: `stations[${index}].authorizationKeys`,
            what: 'one key may not sign authorizations alone: executive and supervisory are the same',
          }
        : undefined,
    ) ??
    (definition.languages[0]?.language === 'fa'
      ? undefined
      : { code: 'package.language', path: 'languages[0]', what: 'the first language is not Persian' }) ??
    findDuplicate('package.duplicate-language', 'languages', 'language', definition.languages) ??
    findDuplicate('package.duplicate-contest', 'contests', 'id', definition.contests) ??
    findDuplicate('package.duplicate-style', 'styles', 'id', definition.styles) ??
    findDuplicate('package.duplicate-station', 'stations', 'id', definition.stations) ??
    findDuplicateDevice(definition.stations) ??
    findCodeProblem(definition.contests) ??
    first(definition.contests, findContestProblem) ??
    first(definition.styles, (style, index) => findStyleProblem(definition, style, index)) ??
    (threshold > shareHashes.length
      ? {
          code: 'package.threshold',
          path: 'constituency.trustees.threshold',
          what: `${threshold} shares are needed but only ${shareHashes.length} exist`,
        }
      : undefined)
  )
}

function findContestProblem(contest: Contest, index: number): Problem | undefined {
  const path = `contests[${index}]`
  const candidates = contest.candidates.length
  if (contest.seats > candidates) {
    return {
      code: 'package.seats',
      path: `${path}.seats`,
      what: `${contest.seats} seats but only ${candidates} candidates`,
    }
  }
  if (contest.choices > candidates) {
    return {
      code: 'package.choices',
      path: `${path}.choices`,
      what: `${contest.choices} choices but only ${candidates} candidates`,
    }
  }
  return (
    first(contest.candidates, ({ list }, position) =>
      list === undefined || contest.lists.some((known) => known.code === list)
        ? undefined
        : {
            code: 'package.unknown-list',
            path: `${path}.candidates[${position}].list`,
            what: `there is no list ${list} in this contest`,
          },
    ) ??
    first(contest.lists, (list, position) => {
      const members = contest.candidates.filter((candidate) => candidate.list === list.code).length
      if (members >= 1 && members <= contest.choices) return undefined
      return {
        code: 'package.list-size',
        path: `${path}.lists[${position}]`,
        what: `list ${list.code} has ${members} members, 1 to ${contest.choices} may be chosen`,
      }
    })
  )
}

/** A voter types a code without naming the contest, so codes are unique over the whole package and of one length. */
function findCodeProblem(contests: readonly Contest[]): Problem | undefined {
  const seen = new Map<string, string>()
  const length = contests[0]?.candidates[0]?.code.length
  for (const [index, contest] of contests.entries()) {
    const options = [
      ...contest.candidates.map(({ code }, i) => ({
        code,
        path: `contests[${index}].candidates[${i}].code`,
      })),
      ...contest.lists.map(({ code }, i) => ({ code, path: `contests[${index}].lists[${i}].code` })),
    ]
    for (const { code, path } of options) {
      const other = seen.get(code)
      if (other !== undefined) {
        return { code: 'package.duplicate-code', path, what: `code ${code} is already given at ${other}` }
      }
      if (code.length !== length) {
        return {
          code: 'package.code-length',
          path,
          what: `code ${code} is not ${length} digits as the first one`,
        }
      }
      seen.set(code, path)
    }
  }
  return undefined
}

function findStyleProblem(definition: Definition, style: Definition['styles'][number], index: number) {
  const unknown = style.contests.find((id) => !definition.contests.some((contest) => contest.id === id))
  if (unknown !== undefined) {
    return {
      code: 'package.unknown-contest',
      path: `styles[${index}].contests`,
      what: `there is no contest ${unknown}`,
    }
  }
  if (new Set(style.contests).size !== style.contests.length) {
    return {
      code: 'package.doubled-contest',
      path: `styles[${index}].contests`,
      what: 'a contest stands here twice',
    }
  }
  return undefined
}

function findDuplicateDevice(stations: readonly Station[]): Problem | undefined {
  const seen = new Set<string>()
  for (const [index, { devices }] of stations.entries()) {
    for (const device of devices) {
      if (seen.has(device)) {
        return {
          code: 'package.duplicate-device',
          path: `stations[${index}].devices`,
          what: `device ${device} stands in the package twice`,
        }
      }
      seen.add(device)
    }
  }
  return first(stations, ({ spares = [] }, index) => {
    const twice = spares.find((spare, place) => seen.has(spare) || spares.indexOf(spare) !== place)
    return twice === undefined
      ? undefined
      : {
          code: 'package.duplicate-device',
          path: `stations[${index}].spares`,
          what: `spare ${twice} stands here twice, or is a device of a station too`,
        }
  })
}

function findDuplicate<K extends string>(
  code: string,
  path: string,
  key: K,
  items: readonly Readonly<Record<K, string>>[],
): Problem | undefined {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (seen.has(item[key])) {
      return { code, path: `${path}[${index}].${key}`, what: `${item[key]} stands here twice` }
    }
    seen.add(item[key])
  }
  return undefined
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => Problem | undefined,
): Problem | undefined {
  for (const [index, item] of items.entries()) {
    const problem = find(item, index)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** `contests[0].candidates[3].code` from a path of keys and positions. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (before, part) =>
      typeof part === 'number' ? `${before}[${part}]` : `${before}${before && '.'}${String(part)}`,
    '',
  )
  return text === '' ? 'its top' : text
}
