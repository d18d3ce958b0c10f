/** The audit with one of its looks taken away each, by exact lines of the program: see `weakenings.ts`. */
import type { Replacement } from '../../audit/weakened/weaken.ts'

const BATCHES = 'core/ballot-box/batch.ts'
const EACH_BATCH = 'for (const { batch, count, root, seq } of named) {'

/** As in 2008: what is counted begins behind the first. */
export const blindToDeckZero: Replacement = {
  file: BATCHES,
  line: EACH_BATCH,
  by: 'for (const { batch, count, root, seq } of named.slice(1)) {',
}

/** And the same at the other end. */
export const blindToLastDeck: Replacement = {
  file: BATCHES,
  line: EACH_BATCH,
  by: 'for (const { batch, count, root, seq } of named.slice(0, -1)) {',
}

/** The device closes whatever became of its ballots. */
export const blindToCountAtClosing: Replacement = {
  file: 'core/journal/day.ts',
  line: 'if (day.sealed !== day.casts) return',
  by: 'if (day.sealed > day.casts) return',
}

/** A report says what was given. */
export const namesNothingMissing: Replacement = {
  file: 'audit/report.ts',
  line: 'const missing = incompleteOf(count)',
  by: 'const missing = incompleteOf(count).slice(0, 0)',
}

/** And ends as if that were all. */
export const takesPartForAll: Replacement = {
  file: 'audit/verdict.ts',
  line: "return missing.length === 0 ? 'holds'",
  by: "return missing.length >= 0 ? 'holds'",
}

/** The check-in's count is compared with whatever is there. */
export const blindToMissingDevices: Replacement = {
  file: 'audit/verify/check-in.ts',
  line: 'if (unexplained.length > 0) {',
  by: 'if (missing.length > station.devices.length) {',
}

/** A device may be there as often as it likes. */
export const blindToTwoBundles: Replacement = {
  file: 'audit/verify/verify-station.ts',
  line: "findTwice(bundles, 'a second bundle of this device', ({ device }) => [device]) ??",
  by: '',
}

/** A device that no station has is taken to be of the first. */
export const blindToUnknownDevices: Replacement = {
  file: 'audit/verify/reference.ts',
  line: 'stationOf: (device) => stations.get(device),',
  by: 'stationOf: (device) => stations.get(device) ?? definition.stations[0],',
}

/** A journal may be begun in anybody's name. */
export const blindToOwnName: Replacement = {
  file: 'audit/verify/identity.ts',
  line: 'if (deviceOfOrigin(definition, day.origin) !== device)',
  by: 'if (deviceOfOrigin(definition, day.origin) === undefined)',
}

/** And under anybody's certificate. */
export const blindToCertificate: Replacement = {
  file: 'audit/verify/identity.ts',
  line: 'if (day.certificate !== fingerprint)',
  by: 'if (day.certificate.length !== fingerprint.length)',
}

/** Heads of two journals of one device are no contradiction. */
export const blindToOtherJournals: Replacement = {
  file: 'audit/verify/contradiction.ts',
  line: 'if (other !== undefined && other.origin !== head.origin) {',
  by: 'if (other !== undefined && other.device !== head.device) {',
}

/** Files are not held against what the manifest lists. */
export const blindToManifest: Replacement = {
  file: 'audit/verify/bundle-files.ts',
  line: 'if (entry?.size === size && entry.sha256 === sha256) continue',
  by: 'if (entry?.size !== -size && entry?.sha256 !== sha256.slice(1)) continue',
}

/** Entries are not held against their leaf hashes. */
export const blindToLeaves: Replacement = {
  file: 'audit/verify/journal.ts',
  line: 'const changed = findChanged(entries, bytes, leaves)',
  by: 'const changed = findChanged(entries.slice(0, 0), bytes, Buffer.alloc(0))',
}

/** Whoever signed a document, and whatever stands in it now. */
export const blindToSignatures: Replacement = {
  file: 'core/keys/signed-document.ts',
  line: 'if (!verifyEd25519(key, message, found.signature)) {',
  by: 'if (message.length === 0) {',
}

/** A journal may have been begun for another package. */
export const blindToPackageOfJournal: Replacement = {
  file: 'audit/verify/identity.ts',
  line: 'if (day.packageHash !== toBase64(hash))',
  by: 'if (day.packageHash.length !== toBase64(hash).length)',
}

/** Two parties compare what they counted, and not of which election. */
export const blindToInputs: Replacement = {
  file: 'audit/open/compare.ts',
  line: "  'package',\n",
  by: '',
}

/** A tally is taken whatever the journal committed to. */
export const blindToCommitment: Replacement = {
  file: 'audit/verify/totals.ts',
  line: 'if (toBase64(commitTally(definition, tally.value, released.value.salt)) !== day.closing?.tally) {',
  by: 'if (day.closing === undefined) {',
}

/** Ballots are opened, and what they add up to is not held against the tally. */
export const blindToRecount: Replacement = {
  file: 'audit/open/open-station.ts',
  line: 'if (tally !== undefined && sameTally(recount, tally)) return undefined',
  by: 'if (tally !== undefined && recount.length === tally.length) return undefined',
}

/** Casts are counted, whatever number they give themselves. */
export const blindToCastCount: readonly Replacement[] = [
  { file: 'core/journal/day.ts', line: 'if (entry.count !== day.casts + 1)', by: 'if (entry.count < 0)' },
  { file: 'core/journal/day.ts', line: 'day.casts = entry.count', by: 'day.casts += 1' },
]

/** What was given out is not held against what was cast. */
export const blindToIssued: Replacement = {
  file: 'audit/verify/check-in.ts',
  line: 'if (declared.length > 0 ? open < givenAgain(issued) : open !== 0) {',
  by: 'if (casts < 0) {',
}

/** Files have the hash that the manifest lists, and any size. */
export const blindToSizes: Replacement = {
  file: 'audit/verify/bundle-files.ts',
  line: 'if (entry?.size === size && entry.sha256 === sha256) continue',
  by: 'if (entry !== undefined && size >= 0 && entry.sha256 === sha256) continue',
}

/** Entries may bear any numbers. */
export const blindToSequence: readonly Replacement[] = [
  {
    file: 'core/journal/day.ts',
    line: 'if (entry.seq !== day.size) return',
    by: 'if (entry.seq < day.size) return',
  },
  {
    file: 'core/journal/entry.ts',
    line: 'entry?.seq === seq &&',
    by: 'entry?.seq !== undefined &&',
  },
]

/** What is closed may be closed again. */
export const blindToSecondClosing: readonly Replacement[] = [
  {
    file: 'core/journal/day.ts',
    line: "if (day.polls === 'finished' && !AFTER_THE_END.has(entry.type))",
    by: "if (day.polls === 'finished' && day.size === 0)",
  },
]
