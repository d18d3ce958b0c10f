/**
 * `sandogh centre import`: what came on a memory stick, as a file or as the code of printed minutes, by the same decisions as what comes over the
 * network. What is held already is found to be held; totals that differ from those held are an alarm.
 */
import { lstatSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import { openByNamedKeys } from '../../core/keys/signed-document.ts'
import { messageHash } from '../../core/messages/answer.ts'
import { peekTallyMessage } from '../../core/messages/tally.ts'
import { isCodePart } from '../../core/printed/code-parts.ts'
import { isTypedTotals, readTypedTotals, type TypedTotals } from '../../core/printed/typed-totals.ts'
import { describeRefusal, ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { type Desk, openDesk } from '../collector/desk.ts'
import { type Examined, withScopes } from '../collector/examine.ts'
import { examineJournalPart } from '../collector/examine-entries.ts'
import { examineTotals } from '../collector/examine-totals.ts'
import { describeAlarm, keepAlarm } from '../collector/keep-alarm.ts'
import type { Decision } from '../collector/outcome.ts'
import { readMinutesCode, readPrintedNote, takeHead } from '../collector/take-head.ts'
import { decideOn } from '../collector/take-messages.ts'
import { existingStore, homeOf, misuse } from '../command-line.ts'
import type { CentreHome } from '../home.ts'
import { type CentreStore, openCentreStore } from '../store/store.ts'
import { systemClock } from '../system.ts'
import { documentOf, readPages } from './printed-page.ts'
import { isPhotograph, readPhotograph } from './read-photograph.ts'
import {
  type Brought,
  type BroughtJournal,
  type BroughtTotals,
  findBundles,
  readBundle,
  readGivenFile,
} from './read-stick.ts'

/** A page of 2,700 figures is some 30 KB; so many codes no page has. */
const MOST_TYPED_BYTES = 1024 * 1024

export const importUsage = `  sandogh centre import --home <folder> --store <store> <bundle, file or code>…
      takes what did not come over the network: a device's bundle on a memory stick (or a folder of such), a tally or a sheet
      as a file; photographs (PNG, JPEG) of the codes on printed minutes and results, all of a page at once; what a telephone
      read from them, in quotes or as lines of a file; or a file in which somebody typed printed results: "totals of device
      <id>" or "totals of station <id> [without <id>…]", then "<code> <votes>", "valid <n>", "blank <n>" and the lines of
      characters below the codes. The same again changes nothing. What the device that it names did not sign is refused, and
      no alarm of that device
`

/** @returns the exit code: 1 if something that was brought is an alarm, 2 if something typed is refused, 3 if something has to wait; other refusals are thrown */
export async function importBrought(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' }, store: { type: 'string' } },
    allowPositionals: true,
  })
  if (positionals.length === 0) throw misuse('say what to import: the folder of a bundle, a file, or a code')
  const home = homeOf(values.home)
  const location = existingStore(values.store)
  // Everything is read before anything is taken: a stick that cannot be read leaves nothing half done.
  const codes: Code[] = []
  const brought: Brought[] = []
  const parts: string[] = []
  const typed: { readonly where: string; readonly totals: TypedTotals }[] = []
  const { definition } = home.package
  for (const given of positionals) {
    const texts = await textsOf(given)
    if (texts !== undefined) {
      for (const text of texts) {
        if (isCodePart(text)) parts.push(text)
        else codes.push({ ...valueOrThrow(readMinutesCode(text, 'code')), where: 'code' })
      }
      continue
    }
    const text = typedIn(given)
    if (text === undefined) brought.push(...valueOrThrow(readGiven(given, home)))
    else typed.push({ where: given, totals: valueOrThrow(readTypedTotals(definition, text, given)) })
  }
  for (const { totals, note } of valueOrThrow(readPages(definition, parts))) {
    brought.push({ journals: [], totals: [totals] })
    codes.push({ ...valueOrThrow(readPrintedNote(note, totals.where)), where: totals.where })
  }
  const store = valueOrThrow(await openCentreStore(location, 'heads'))
  const { package: electionPackage, authorityKey, witness, messageSigner } = home
  const desk: Desk = {
    ...openDesk({
      package: electionPackage,
      authorityKey,
      witness,
      messageSigner,
      store,
      clock: systemClock,
    }),
    // Whoever brings a stick has chosen to, and no device is held to what people ask for.
    allowance: { spend: () => 'granted' },
  }
  try {
    // Journals first: what was typed is put together with what is held.
    const taken = await take(desk, brought, codes)
    const put = await takeTyped(desk, typed)
    return gravest(taken, put)
  } finally {
    await store.close()
  }
}

/** Texts of codes: one as it was read by a telephone, a file with one on each line, or those in a photograph; undefined for anything else. */
async function textsOf(given: string): Promise<readonly string[] | undefined> {
  if (isCodePart(given) || given.includes('|')) return [given]
  if (lstatSync(given, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const bytes = valueOrThrow(readGivenFile(given))
  if (isPhotograph(bytes)) return valueOrThrow(await readPhotograph(bytes, given))
  const text = bytes.subarray(0, MOST_TYPED_BYTES).toString('utf8')
  return isCodePart(text) ? text.split(/\r?\n/).filter((line) => line.trim() !== '') : undefined
}

/** What somebody typed; undefined if the file is none of that. */
function typedIn(given: string): string | undefined {
  if (lstatSync(given, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const text = valueOrThrow(readGivenFile(given)).subarray(0, MOST_TYPED_BYTES).toString('utf8')
  return isTypedTotals(text) ? text : undefined
}

/** Takes what was typed as from a file that holds the document. */
async function takeTyped(
  desk: Desk,
  typed: readonly { readonly where: string; readonly totals: TypedTotals }[],
): Promise<number> {
  if (typed.length === 0) return 0
  const journals = await desk.store.journals()
  const totals: BroughtTotals[] = []
  let exitCode = 0
  for (const { where, totals: read } of typed) {
    const document = documentOf(desk.package.definition, read, journals, where)
    if (document.ok) totals.push(document.value)
    else {
      process.stdout.write(`${describeRefusal(document.error)}\n`)
      exitCode = gravest(exitCode, document.error.code === 'typed.journal' ? 3 : 2)
    }
  }
  return gravest(exitCode, await take(desk, [{ journals: [], totals }], []))
}

/** One exit code for several: an alarm hides behind no refusal, and a refusal behind nothing that waits. */
function gravest(...codes: readonly number[]): number {
  return [1, 2, 3].find((code) => codes.includes(code)) ?? 0
}

interface Code {
  readonly where: string
  readonly origin: string
  readonly size: number
  readonly note: string
}

function readGiven(
  path: string,
  { authorityKey, package: { definition } }: CentreHome,
): Result<readonly Brought[]> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined)
    return refuse('input.unreadable', path, 'there is no such folder or file', 'Check its name.')
  if (!there.isDirectory()) {
    const payload = readGivenFile(path)
    return payload.ok ? ok([{ journals: [], totals: [{ where: path, payload: payload.value }] }]) : payload
  }
  const bundles = findBundles(path)
  if (!bundles.ok) return bundles
  const brought: Brought[] = []
  for (const folder of bundles.value) {
    const read = readBundle(folder, authorityKey, definition)
    if (!read.ok) return read
    brought.push(read.value)
  }
  return ok(brought)
}

/** Takes journals before totals, for totals wait for the closings of their station. */
async function take(desk: Desk, brought: readonly Brought[], codes: readonly Code[]): Promise<number> {
  let exitCode = 0
  const tell = (where: string, what: string, code = 0) => {
    process.stdout.write(`${where}: ${what}\n`)
    exitCode = gravest(exitCode, code)
  }
  const told = (where: string, { alarm }: Decision) => {
    if (alarm === undefined) return
    const whose =
      alarm.device === '' ? 'signed by no device that it names' : `ALARM ${alarm.kind} of ${alarm.device}`
    tell(where, `${whose}: ${describeAlarm(alarm)}`, 1)
  }
  for (const journal of brought.flatMap(({ journals }) => journals)) {
    const before = (await desk.store.journal(journal.message.origin))?.frontier.size ?? 0
    const decision = await decideOn(desk, examinedJournal(desk, journal))
    const have = (await desk.store.journal(journal.message.origin))?.frontier.size ?? 0
    const held = `${have} entries of ${journal.device} are held`
    tell(journal.where, have === before ? `nothing new, ${held}` : `stored, ${held}`)
    told(journal.where, decision)
  }
  for (const totals of brought.flatMap((one) => one.totals)) {
    const decision = await decideOn(desk, await examinedTotals(desk, totals))
    const { reply } = decision
    const result = reply?.kind === 'answer' ? reply.answer.result : 'refused'
    if (result === 'stored') tell(totals.where, 'these totals are held')
    else if (result === 'resend')
      tell(
        totals.where,
        'not taken yet: a closing of the station is not held, or there are two accounts of a device with few ballots; import it again then',
        3,
      )
    else tell(totals.where, 'refused', 1)
    told(totals.where, decision)
  }
  for (const code of codes) {
    const device = deviceNamedIn(code.origin) ?? ''
    const found = await desk.store.transact(desk.stations.scopesOf([device]), async (held) => {
      const head = await takeHead(held, device, code, code.where)
      const alarm = head.ok && head.value.is === 'other' ? head.value.alarm : undefined
      if (alarm !== undefined)
        await keepAlarm(held, alarm, messageHash(Buffer.from(code.note)), desk.clock.now())
      return head
    })
    if (!found.ok) tell(code.where, describeRefusal(found.error), 3)
    else if (found.value.is === 'held') tell(code.where, `what ${device} printed is held`)
    else if (found.value.is === 'other') told(code.where, found.value)
    else
      tell(
        code.where,
        `${device} printed a journal of ${code.size} entries, ${found.value.have} are held: bring its memory stick`,
        3,
      )
  }
  return exitCode
}

function examinedJournal(desk: Desk, { device, message, where, hash }: BroughtJournal): Examined {
  const found = examineJournalPart(desk, device, message, desk.clock.now(), where)
  return withScopes(desk, device, hash, found)
}

/** Totals that came on nobody's topic: they are taken as from the device whose key signed them. */
async function examinedTotals(desk: Desk, { payload, where }: BroughtTotals): Promise<Examined> {
  const device = (await signerOf(desk.store, payload, where)) ?? ''
  return withScopes(desk, device, messageHash(payload), examineTotals(desk, device, payload))
}

async function signerOf(store: CentreStore, payload: Uint8Array, where: string): Promise<string | undefined> {
  const message = peekTallyMessage(payload, where)
  if (!message.ok) return undefined
  const { document } = message.value
  if (message.value.of === 'device') return deviceNamedIn(message.value.origin)
  const opened = openByNamedKeys(document, 'station-sheet', where)
  const [key] = opened.ok ? opened.value.keys : []
  for (const { origin } of message.value.journals) {
    const journal = await store.journal(origin)
    if (journal !== undefined && key !== undefined && equalBytes(journal.messageKey, key))
      return journal.device
  }
  // Not held yet: then it has to wait.
  return deviceNamedIn(message.value.journals[0]?.origin ?? '')
}
