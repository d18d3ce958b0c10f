/** How journals and witnesses of an election are named, in every signed note. The names say who speaks; only the keys prove it. */
import type { Definition } from '../election/definition.ts'
import { toHex } from '../keys/hash.ts'

type ElectionName = Pick<Definition, 'authority' | 'election'>

/** Bytes of a journal's id: drawn anew for every journal, so that no name is ever given twice. */
export const JOURNAL_ID_BYTES = 16

/** A journal's origin: `<authority>/<election>/device/<device id>/<32 hex digits>`. Throws on an id of another size. */
export function originOf(
  { authority, election }: ElectionName,
  device: string,
  journalId: Uint8Array,
): string {
  if (journalId.length !== JOURNAL_ID_BYTES) throw new RangeError('a journal id has 16 bytes')
  return `${authority}/${election}/device/${device}/${toHex(journalId)}`
}

/** The device whose journal has this origin; undefined if it is not the origin of a journal of this election. */
export function deviceOfOrigin({ authority, election }: ElectionName, origin: string): string | undefined {
  const prefix = `${authority}/${election}/device/`
  if (!origin.startsWith(prefix)) return undefined
  return /^([a-z0-9][a-z0-9.-]{0,63})\/[0-9a-f]{32}$/.exec(origin.slice(prefix.length))?.[1]
}

/** The name under which a device cosigns the heads of its neighbours: `<authority>/<election>/witness/<device id>`. */
export function witnessNameOf({ authority, election }: ElectionName, device: string): string {
  return `${authority}/${election}/witness/${device}`
}

/** The device that the name of a journal of any election names; undefined if it is no name of a journal. */
export function deviceNamedIn(origin: string): string | undefined {
  return /^[!-*,-~]+\/device\/([a-z0-9][a-z0-9.-]{0,63})\/[0-9a-f]{32}$/.exec(origin)?.[1]
}
