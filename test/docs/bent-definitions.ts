/** Election definitions that are refused, one or more for each rule, and some at the limit that are taken. */
import type { Definition } from '../../core/election/definition.ts'
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'

/** A definition that an authority might sign by mistake, or on purpose. */
export interface BentDefinition {
  readonly why: string
  /** Null if it is taken. */
  readonly code: string | null
  readonly definition: Json
}

/** A definition as JSON that a bend may change at will. */
// biome-ignore lint/suspicious/noExplicitAny: a bend goes where no type of the definition does
type Loose = any

const BENDS: readonly (readonly [code: string | null, why: string, bend: (definition: Loose) => void])[] = [
  [
    null,
    'a name of 120 characters, 240 units',
    (d) => {
      d.title.fa = '\u{10000}'.repeat(120)
    },
  ],
  [
    null,
    'a member that may be absent',
    (d) => {
      d.title.en = 'x'
    },
  ],
  [
    'package.shape',
    'a member more',
    (d) => {
      d.more = 1
    },
  ],
  [
    'package.shape',
    'a member less',
    (d) => {
      delete d.rehearsal
    },
  ],
  [
    'package.shape',
    'null in place of a member that may be absent',
    (d) => {
      d.title.en = null
    },
  ],
  [
    'package.shape',
    'an identifier with a capital',
    (d) => {
      d.election = 'Rehearsal'
    },
  ],
  [
    'package.shape',
    'a name with a space before it',
    (d) => {
      d.title.fa = ` ${d.title.fa}`
    },
  ],
  [
    'package.shape',
    'a name with U+FEFF behind it',
    (d) => {
      d.title.fa = `${d.title.fa}\ufeff`
    },
  ],
  [
    'package.shape',
    'a name of 121 characters',
    (d) => {
      d.title.fa = '\u{10000}'.repeat(121)
    },
  ],
  [
    'package.shape',
    'a name that turns what stands beside it around, U+202E',
    (d) => {
      d.title.fa = 'نام\u202e'
    },
  ],
  [
    'package.shape',
    'a name of a filler that nobody sees, U+3164',
    (d) => {
      d.stations[0].name.fa = 'نام \u3164'
    },
  ],
  [
    'package.shape',
    'a name without a letter or digit',
    (d) => {
      d.contests[0].candidates[0].name.fa = '«—»'
    },
  ],
  [
    null,
    'a name of one Persian digit, with a joiner',
    (d) => {
      d.contests[0].candidates[0].name.fa = '۷\u200d\u200c'
    },
  ],
  [
    'package.shape',
    'a text with a tag character, U+E0041',
    (d) => {
      d.languages[0].texts = { vote: 'x\u{e0041}' }
    },
  ],
  [
    'package.shape',
    'a language without a letter in its name',
    (d) => {
      d.languages[0].name = '…'
    },
  ],
  [
    'package.shape',
    'a day that is none',
    (d) => {
      d.pollingDay = '2026-02-29'
    },
  ],
  [
    null,
    'a time zone that no database has',
    (d) => {
      d.timeZone = 'Asia/Atlantis'
    },
  ],
  [
    'package.shape',
    'a time zone with a space',
    (d) => {
      d.timeZone = 'Asia/Tehran '
    },
  ],
  [
    'package.shape',
    'a code of Persian digits',
    (d) => {
      d.contests[0].candidates[0].code = '۱۰۱'
    },
  ],
  [
    'package.shape',
    'a key with stray bits',
    (d) => {
      d.witness.key = `${d.witness.key.slice(0, 42)}B=`
    },
  ],
  [
    'package.shape',
    'a witness name with a plus',
    (d) => {
      d.witness.name = 'centre+one'
    },
  ],
  [
    'package.shape',
    'no stations',
    (d) => {
      d.stations = []
    },
  ],
  [
    'package.shape',
    'nine devices',
    (d) => {
      d.stations[0].devices = Array.from({ length: 9 }, (_, i) => `d-${i}`)
    },
  ],
  [
    'package.shape',
    'an unknown language',
    (d) => {
      d.languages[0].language = 'de'
    },
  ],
  [
    'package.shape',
    'a text under a name with a capital',
    (d) => {
      d.languages[0].texts = { Vote: 'x' }
    },
  ],
  [
    'package.same-key',
    'one key for both officers',
    ({ stations: [s] }) => {
      s.authorizationKeys.executive = s.authorizationKeys.supervisory
    },
  ],
  [
    'package.language',
    'English first',
    (d) => {
      d.languages[0].language = 'en'
    },
  ],
  [
    'package.duplicate-language',
    'Persian twice',
    (d) => {
      d.languages.push(d.languages[0])
    },
  ],
  [
    'package.duplicate-contest',
    'a contest twice',
    (d) => {
      d.contests.push({ ...d.contests[1] })
    },
  ],
  [
    'package.duplicate-style',
    'a style twice',
    (d) => {
      d.styles.push({ ...d.styles[0] })
    },
  ],
  [
    'package.duplicate-station',
    'a station twice',
    (d) => {
      d.stations.push({ ...d.stations[0], devices: ['d-09'] })
    },
  ],
  [
    'package.duplicate-device',
    'a device twice in its station',
    ({ stations: [s] }) => {
      s.devices.push(s.devices[0])
    },
  ],
  [
    'package.duplicate-device',
    'a spare that is a device of the station too',
    ({ stations: [s] }) => {
      s.spares = [s.devices[0]]
    },
  ],
  [
    'package.duplicate-device',
    'a spare twice in one station',
    ({ stations: [s] }) => {
      s.spares = ['s-01', 's-01']
    },
  ],
  [
    'package.shape',
    'more spares than a station may have',
    ({ stations: [s] }) => {
      s.spares = ['s-01', 's-02', 's-03', 's-04', 's-05']
    },
  ],
  [
    'package.duplicate-code',
    'a code in two contests',
    (d) => {
      d.contests[1].candidates[0].code = '101'
    },
  ],
  [
    'package.code-length',
    'a code longer than the first',
    (d) => {
      d.contests[1].candidates[0].code = '2001'
    },
  ],
  [
    'package.seats',
    'more seats than candidates',
    (d) => {
      d.contests[1].seats = 3
    },
  ],
  [
    'package.choices',
    'more choices than candidates',
    (d) => {
      d.contests[1].choices = 3
    },
  ],
  [
    'package.unknown-list',
    'a list of no contest',
    (d) => {
      d.contests[0].candidates[0].list = '902'
    },
  ],
  [
    'package.list-size',
    'a list of more than may be chosen',
    (d) => {
      d.contests[0].choices = 1
    },
  ],
  [
    'package.list-size',
    'a list of nobody',
    (d) => {
      d.contests[1].lists.push({ code: '902', name: { fa: 'فهرست' } })
    },
  ],
  [
    'package.unknown-contest',
    'a style of a contest that is none',
    (d) => {
      d.styles[1].contests = ['mayor']
    },
  ],
  [
    'package.doubled-contest',
    'a style with a contest twice',
    (d) => {
      d.styles[1].contests = ['council', 'council']
    },
  ],
  [
    'package.threshold',
    'more shares needed than there are',
    (d) => {
      d.constituency.trustees.threshold = 6
    },
  ],
  [
    'package.weak-key',
    'ballots that anybody opens',
    (d) => {
      d.constituency.electionKey = `${'A'.repeat(43)}=`
    },
  ],
  [
    'package.weak-key',
    'a key of 2^255 - 19',
    (d) => {
      d.constituency.electionKey = '7f///////////////////////////////////////38='
    },
  ],
]

/** The definition bent in every way. */
export function bentDefinitions(definition: Definition): readonly BentDefinition[] {
  return BENDS.map(([code, why, bend]) => {
    const copy: Loose = JSON.parse(canonicalJson(definition))
    bend(copy)
    return { why, code, definition: copy as Json }
  })
}
