/**
 * Policy files: whose eyes must have been on a journal. C2SP tlog-policy, as of commit 1896a5a of 2026-06-22 (github.com/C2SP/C2SP,
 * tlog-policy.md; no version of it is tagged yet). One item a line, words separated by spaces and tabs:
 *
 *     # comment
 *     log <vkey> [<url>]
 *     witness <name> <vkey> [<url>]
 *     group <name> any|all|<k> <name>...       names of lines above, each a member of one group at most
 *     quorum <name>|none                       once
 *
 * A file is octets: names are compared as such and kept here as text with one character an octet.
 */
import { toBase64 } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { COSIGNATURE_TYPE, ED25519_TYPE, parseVerifierKey, type VerifierKey } from '../../core/tlog/note.ts'

/** Larger files are refused unread: a witness of every device of a country needs a third of it. */
export const MAX_POLICY_BYTES = 16 * 1024 * 1024
/** Logs, witnesses and groups, each. The specification asks for room for 32. */
const MAX_LINES = 65_536

/** A group: as many of its members as `needed` or more. */
interface Group {
  readonly needed: number
  readonly members: readonly string[]
}

/** A policy file as read. */
export interface Policy {
  /** Empty: whoever uses the policy knows the logs from elsewhere. */
  readonly logs: readonly VerifierKey[]
  /** By the name that has a meaning within the file only. */
  readonly witnesses: ReadonlyMap<string, VerifierKey>
  /** Each after its members. */
  readonly groups: ReadonlyMap<string, Group>
  /** A witness or group; undefined for `none`. */
  readonly quorum: string | undefined
}

/** While a file is read. */
interface Draft {
  readonly logs: VerifierKey[]
  readonly witnesses: Map<string, VerifierKey>
  readonly groups: Map<string, Group>
  /** Names that are a member of a group already. */
  readonly members: Set<string>
  /** Public keys of logs and of witnesses, base64. */
  readonly logKeys: Set<string>
  readonly witnessKeys: Set<string>
  quorum: { readonly name: string } | undefined
}

/** What is wrong with a line, and what to do; undefined if nothing is. */
type Problem = readonly [what: string, next: string] | undefined

/**
 * Reads a policy file.
 * @param where the file's name
 * @returns a refusal `policy.file` or `policy.line` that names the line, counted from 1
 */
export function parsePolicy(bytes: Uint8Array, where: string): Result<Policy> {
  const bad = (what: string, next: string) => refuse('policy.file', where, what, next)
  if (bytes.length > MAX_POLICY_BYTES) return bad('it is larger than 16 MiB', 'Name a policy file.')
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  if (lines.pop() !== '')
    return bad('its last line does not end', 'Check that the file is whole, and put a line feed at its end.')
  const draft: Draft = {
    logs: [],
    witnesses: new Map(),
    groups: new Map(),
    members: new Set(),
    logKeys: new Set(),
    witnessKeys: new Set(),
    quorum: undefined,
  }
  for (const [i, line] of lines.entries()) {
    const problem = takeLine(draft, line)
    if (problem !== undefined) return refuse('policy.line', `${where} line ${i + 1}`, ...problem)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined)
    return bad('it has no quorum line', 'Say whose eyes are needed: "quorum <name>", or "quorum none".')
  return ok({ logs, witnesses, groups, quorum: quorum.name === 'none' ? undefined : quorum.name })
}

/** Whether these witnesses are enough. */
export function satisfiedBy(policy: Policy, seen: ReadonlySet<string>): boolean {
  return policy.quorum === undefined || satisfied(policy, seen).has(policy.quorum)
}

/** What is missing until a policy is satisfied. */
export interface Missing {
  /** Groups that the quorum needs and that have too few members. */
  readonly groups: readonly { readonly name: string; readonly needed: number; readonly has: number }[]
  /** Witnesses that could help. */
  readonly witnesses: readonly string[]
}

/** Whose eyes are missing; nothing if the policy is satisfied. */
export function missingEyes(policy: Policy, seen: ReadonlySet<string>): Missing {
  const enough = satisfied(policy, seen)
  const wanted = new Set(policy.quorum === undefined || enough.has(policy.quorum) ? [] : [policy.quorum])
  const groups: { name: string; needed: number; has: number }[] = []
  // A group stands behind its members, so that backwards every wanted group comes before what it wants.
  for (const [name, { needed, members }] of [...policy.groups].reverse()) {
    if (!wanted.has(name)) continue
    const lacking = members.filter((member) => !enough.has(member))
    groups.push({ name, needed, has: members.length - lacking.length })
    for (const member of lacking) wanted.add(member)
  }
  return { groups, witnesses: [...policy.witnesses.keys()].filter((name) => wanted.has(name)) }
}

/** A name for people: as UTF-8, which the specification recommends, without control characters. */
export function shownName(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8').replace(/\p{C}/gu, '\u{fffd}')
}

/** Witnesses and groups that have seen; a group stands behind its members, so that one pass does. */
function satisfied({ witnesses, groups }: Policy, seen: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set([...seen].filter((name) => witnesses.has(name)))
  for (const [name, { needed, members }] of groups) {
    if (members.filter((member) => names.has(member)).length >= needed) names.add(name)
  }
  return names
}

function takeLine(draft: Draft, line: string): Problem {
  const stray = [...line].find((octet) => (octet < ' ' && octet !== '\t') || octet === '\x7f')
  if (stray !== undefined) {
    const octet = stray.charCodeAt(0).toString(16).padStart(2, '0')
    return [
      `it has the control character 0x${octet}`,
      'Save it as plain text with line feeds alone (0x0a) between lines.',
    ]
  }
  const words = line.split(/[ \t]+/).filter((word) => word !== '')
  const [keyword, ...rest] = words
  if (keyword === undefined || keyword.startsWith('#')) return undefined
  switch (keyword) {
    case 'log':
      return takeLog(draft, rest)
    case 'witness':
      return takeWitness(draft, rest)
    case 'group':
      return takeGroup(draft, rest)
    case 'quorum':
      return takeQuorum(draft, rest)
    default:
      return [
        `a line does not begin with "${shownName(keyword)}"`,
        'Begin it with log, witness, group, quorum or #.',
      ]
  }
}

function takeLog({ logs, logKeys }: Draft, words: readonly string[]): Problem {
  const [vkey, ...rest] = words
  if (vkey === undefined || rest.length > 1) return formOf('log <vkey> [<url>]')
  if (logs.length === MAX_LINES) return TOO_MANY
  const key = readKey(vkey, ED25519_TYPE)
  if (key === undefined)
    return ['this is not the verifier key of a log (Ed25519, type 01)', 'Copy the whole key again.']
  if (logKeys.has(toBase64(key.publicKey))) return SAME_KEY
  logKeys.add(toBase64(key.publicKey))
  logs.push(key)
  return undefined
}

function takeWitness(draft: Draft, words: readonly string[]): Problem {
  const { witnesses, witnessKeys } = draft
  const [name, vkey, ...rest] = words
  if (name === undefined || vkey === undefined || rest.length > 1)
    return formOf('witness <name> <vkey> [<url>]')
  if (witnesses.size === MAX_LINES) return TOO_MANY
  const key = readKey(vkey, COSIGNATURE_TYPE)
  if (key === undefined) {
    return [
      'this is not the verifier key of a witness with Ed25519 cosignatures (type 04), the only ones that are understood here',
      'Copy the whole key again, or take the line out.',
    ]
  }
  if (witnessKeys.has(toBase64(key.publicKey))) return SAME_KEY
  const taken = takenName(draft, name)
  if (taken !== undefined) return taken
  witnessKeys.add(toBase64(key.publicKey))
  witnesses.set(name, key)
  return undefined
}

function takeGroup(draft: Draft, words: readonly string[]): Problem {
  const [name, threshold, ...members] = words
  if (name === undefined || threshold === undefined || members.length === 0)
    return formOf('group <name> any|all|<k> <name>...')
  if (draft.groups.size === MAX_LINES) return TOO_MANY
  const needed = thresholdOf(threshold, members.length)
  if (needed === undefined) {
    return [
      `of ${members.length} members "${shownName(threshold)}" cannot be asked for`,
      `Write any, all, or a number from 1 to ${members.length}.`,
    ]
  }
  const taken = takenName(draft, name)
  if (taken !== undefined) return taken
  for (const member of members) {
    if (!isDefined(draft, member)) return unknownName(member)
    if (draft.members.has(member)) {
      return [
        `"${shownName(member)}" is a member of a group already`,
        'Name it once, so that it counts in one way only.',
      ]
    }
    draft.members.add(member)
  }
  draft.groups.set(name, { needed, members })
  return undefined
}

function takeQuorum(draft: Draft, words: readonly string[]): Problem {
  const [name, ...rest] = words
  if (name === undefined || rest.length > 0) return formOf('quorum <name>')
  if (draft.quorum !== undefined) return ['this is a second quorum line', 'Leave one.']
  if (name !== 'none' && !isDefined(draft, name)) return unknownName(name)
  draft.quorum = { name }
  return undefined
}

/** A number is written without leading zeros. */
function thresholdOf(word: string, members: number): number | undefined {
  if (word === 'any') return 1
  if (word === 'all') return members
  const k = /^[1-9][0-9]{0,5}$/.test(word) ? Number(word) : 0
  return k >= 1 && k <= members ? k : undefined
}

/** A key's name is UTF-8 (signed-note); the words of the file are octets. */
function readKey(word: string, type: VerifierKey['type']): VerifierKey | undefined {
  const octets = Buffer.from(word, 'latin1')
  const text = octets.toString('utf8')
  const key = Buffer.from(text).equals(octets) ? parseVerifierKey(text) : undefined
  return key?.ok && key.value.type === type ? key.value : undefined
}

function isDefined({ witnesses, groups }: Draft, name: string): boolean {
  return witnesses.has(name) || groups.has(name)
}

function takenName(draft: Draft, name: string): Problem {
  if (name !== 'none' && !isDefined(draft, name)) return undefined
  return [`the name "${shownName(name)}" is taken`, 'Give every witness and group a name of its own.']
}

function unknownName(name: string): Problem {
  return [`no line above defines "${shownName(name)}"`, 'Define witnesses and groups before they are named.']
}

function formOf(form: string): Problem {
  return ['it has too few or too many words', `Write it as: ${form}`]
}

const SAME_KEY = ['an earlier line has the same public key', 'Leave one of them.'] as const
const TOO_MANY = [
  'there are more than 65,536 such lines',
  'Check one part of the country at a time.',
] as const
