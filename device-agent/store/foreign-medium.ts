/**
 * Whether a medium on which something does not hold is not damaged but belongs elsewhere. Any row of it may be the damaged one, that which says
 * whose it is like any other; so nothing is believed but what is signed: the first entry of its journal, by the checkpoint over it. A bit that
 * flipped makes no signature, and does not stop the device.
 */
import type { Day } from '../../core/journal/day.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import type { Expected } from './check-stored.ts'
import type { StoredRecords } from './medium.ts'

/**
 * Whether it tells, signed, of another device than this day's, of another journal or of another package.
 * @param records of a medium that is not sound
 * @returns false too where nothing on it says whose it is: then it is damaged
 */
export function isOfAnother(
  records: StoredRecords,
  { origin, packageHash, certificate }: Day,
  expected: Expected,
): boolean {
  const first = signedOpening(records, expected)
  if (first === undefined) return false
  return first.origin !== origin || first.package !== packageHash || first.certificate !== certificate
}

/** The first entry, if this device signed it, or one that the authority certified. */
function signedOpening(
  { journal: [first], checkpoints: [checkpoint], device: [row] }: StoredRecords,
  { logKey, authorityKey }: Expected,
) {
  if (first === undefined || checkpoint === undefined) return undefined
  const parsed = parseEntry(first.entry, 0, 'table journal')
  if (!parsed.ok || parsed.value.type !== 'journal.opened') return undefined
  const entry = parsed.value
  const isSignedBy = (publicKey: Uint8Array) => {
    const opened = openCheckpoint(checkpoint.note, { origin: entry.origin, publicKey })
    return opened.ok && opened.value.size === 1 && equalBytes(opened.value.root, leafHash(first.entry))
  }
  // By the time of that entry: it may be of another election, long over.
  const owner = row && readCertificate(row.certificate, authorityKey, Date.parse(entry.at), 'table device')
  const keys = [logKey, owner?.ok ? owner.value.keys['log'] : undefined]
  return keys.some((key) => key !== undefined && isSignedBy(key)) ? entry : undefined
}
