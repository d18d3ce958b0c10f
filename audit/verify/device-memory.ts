/**
 * The tables of a device's database in which it keeps what it has for others, both judged by the journal beside them:
 *
 * ```
 * sheet    after closing, and only then: the device's sealed tally; on the station's reporting device the key to its neighbours' sealed
 *          tallies until it made the station's sheet, then maybe that
 * heads    what docs/card.md says of a head on an officer's card, one a row: a neighbour's with this device's cosignature, or one of this journal
 * ```
 *
 * What is in a sealed tally, and a head's proofs, are not looked at: the first needs the election key, the second were checked when it came.
 */
import { z } from 'zod'
import { deviceOfOrigin, witnessNameOf } from '../../core/bundle/names.ts'
import { openSealedTally } from '../../core/bundle/sealed-tally.ts'
import type { Definition } from '../../core/election/definition.ts'
import type { Records } from '../../core/journal/check-records.ts'
import type { Day } from '../../core/journal/day.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { parseCanonicalJson } from '../../core/text/canonical-json.ts'
import { parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import { parseNote } from '../../core/tlog/note.ts'
import type { DeviceIdentity, PlacedIdentity } from './identity.ts'
import { textOf } from './reference.ts'
import { verifySheet } from './totals.ts'

/** A row of table `sheet`. */
export interface SheetRow {
  readonly sealed: string
  readonly key: Uint8Array | null
  readonly sheet: string | null
}

const STATION_KEY_BYTES = 32

/** What is wrong with table `sheet`, as a sentence. */
export function findSheetRowProblem(
  rows: readonly SheetRow[],
  day: Day,
  identity: PlacedIdentity,
  electionPackage: ElectionPackage,
): string | undefined {
  const [row, ...more] = rows
  if (day.closing === undefined)
    return row === undefined ? undefined : 'a sealed tally is there before the polls closed'
  if (row === undefined) return 'the sealed tally is missing'
  if (more.length > 0) return 'more than one sealed tally is there'
  const { definition } = electionPackage
  const { standsFor, station, messageKey } = identity
  const sealed = openSealedTally(row.sealed, { definition, messageKey }, 'table sheet')
  if (!sealed.ok) return sealed.error.what
  if (sealed.value.origin !== day.origin) return 'the sealed tally is of another journal'
  if (row.key !== null) {
    const reporting = definition.stations.find(({ id }) => id === station)?.devices[0]
    if (standsFor !== reporting) return "it has the key of the station's reporting device and is another one"
    if (row.key.length !== STATION_KEY_BYTES) return `a key of ${row.key.length} bytes; it has 32`
    if (row.sheet !== null) return 'the key is there though the sheet is made'
  }
  if (row.sheet === null) return undefined
  const sheet = verifySheet(row.sheet, identity, day, electionPackage, 'table sheet')
  return sheet.ok ? undefined : sheet.error.what
}

const headsShape = z.strictObject({
  version: z.literal(1),
  heads: z
    .array(
      z.strictObject({
        certificate: z.string(),
        closing: z.unknown().optional(),
        note: z.string(),
        proofs: z.array(z.unknown()),
      }),
    )
    .length(1),
})

/** What is wrong with table `heads`, as a sentence that names the row. */
export function findHeadsProblem(
  heads: readonly { readonly number: number; readonly head: Uint8Array }[],
  checkpoints: Records['checkpoints'],
  { origin }: Day,
  { device, witnessKey }: DeviceIdentity,
  definition: Definition,
): string | undefined {
  const notes = new Map(checkpoints.map(({ size, note }) => [size, note]))
  const name = witnessNameOf(definition, device)
  for (const { number, head } of heads) {
    const bad = (what: string) => `row ${number}: ${what}`
    const note = noteOf(head)
    const parsed = note === undefined ? undefined : parseNote(note)
    const checkpoint = parsed?.ok ? parseCheckpoint(parsed.value.text) : undefined
    if (note === undefined || !parsed?.ok || !checkpoint?.ok) return bad('this is not a head')
    if (checkpoint.value.origin === origin) {
      const own = parseNote(notes.get(checkpoint.value.size) ?? '')
      if (!own.ok || own.value.text !== parsed.value.text) return bad('it is not a head of this journal')
    } else if (deviceOfOrigin(definition, checkpoint.value.origin) === undefined) {
      return bad('it is not a head of a journal of this election')
    } else if (witnessKey === undefined || !openCosignature(note, { name, publicKey: witnessKey }).ok) {
      return bad('this device did not cosign it')
    }
  }
  return undefined
}

function noteOf(head: Uint8Array): string | undefined {
  const json = parseCanonicalJson(textOf(head), 'table heads')
  const parsed = json.ok ? headsShape.safeParse(json.value) : undefined
  return parsed?.success ? parsed.data.heads[0]?.note : undefined
}
