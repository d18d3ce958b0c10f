/** Builds of the centre with one protection taken out. */
import type { Replacement } from './weakenings.ts'

/** A journal is taken whatever election package it was begun for. */
export const takesOtherPackages: readonly Replacement[] = [
  {
    file: 'fleet/collector/examine-entries.ts',
    line: 'entry.package === toBase64(ground.package.hash)',
    by: 'entry.package.length === 44',
  },
]

/** A journal is taken whichever device it names. */
export const blindToJournalName: readonly Replacement[] = [
  {
    file: 'fleet/collector/examine-entries.ts',
    line: 'if (deviceOfOrigin(ground.package.definition, origin) !== device)',
    by: "if (origin === '')",
  },
]

/** A message is taken from whoever has a certificate, on whatever topic. */
export const blindToSubject: readonly Replacement[] = [
  {
    file: 'fleet/collector/examine-entries.ts',
    line: "if (role !== 'device' || subject !== device)",
    by: "if (role !== 'device')",
  },
  ...blindToJournalName,
]

/** A journal is taken though it was begun under another certificate. */
export const blindToBoundCertificate: readonly Replacement[] = [
  {
    file: 'fleet/collector/examine-entries.ts',
    line: 'entry.certificate === toBase64(sha256(owner.certificate))',
    by: 'entry.certificate.length === 44',
  },
]

/** Only what came is looked at. */
export const blindToSilentDevices: readonly Replacement[] = [
  {
    file: 'fleet/status/command.ts',
    line: "if (held.length === 0) return [{ station, device, what: 'nothing received' }]",
    by: 'if (held.length === 0) return []',
  },
]

/** A device is there when something of it is. */
export const takesPartForAll: readonly Replacement[] = [
  {
    file: 'fleet/status/command.ts',
    line: 'if (held.every(({ closing }) => closing === undefined))',
    by: 'if (held.length === 0)',
  },
  {
    file: 'fleet/status/command.ts',
    line: "return hasTotals ? [] : [{ station, device, what: 'its totals' }]",
    by: 'return hasTotals ? [] : []',
  },
]

/** Nobody asks which program ran. */
export const blindToPrograms: readonly Replacement[] = [
  { file: 'fleet/status/changes.ts', line: 'if (programs.length > 1)', by: 'if (programs.length > 99)' },
  {
    file: 'fleet/status/changes.ts',
    line: 'const isOther = meant !== undefined &&',
    by: 'const isOther = meant === device &&',
  },
]

/** Which program ran is known when the day is over. */
export const blindUntilClosed: readonly Replacement[] = [
  {
    file: 'fleet/store/rows.ts',
    line: 'programs: listOf(row.programs)',
    by: 'programs: row.closing_seq === null ? [] : listOf(row.programs)',
  },
]

/** What is in the database is believed. */
export const believesItsDatabase: readonly Replacement[] = [
  {
    file: 'fleet/store/check-held.ts',
    line: 'if (problem !== undefined) return bad(`the tally of',
    by: "if (problem === '') return bad(`the tally of",
  },
]
