/**
 * Builds with one protection taken out. Each is the real program with the named lines replaced, so that it cannot drift away from it: a line
 * that is no longer there once and only once fails the test.
 */

import { fileURLToPath } from 'node:url'

/** One replacement in one file. */
export interface Replacement {
  readonly file: string
  readonly line: string
  readonly by: string
}

/** The counters are printed on the zero report, and nobody looks at them. */
export const opensOnAnyCount: readonly Replacement[] = [
  {
    file: 'device-agent/store/device-store.ts',
    line: "if (pool.casts !== 0 || !isZero(pool.tally)) throw new Error('polls open only with every count at zero')",
    by: '',
  },
]

/** Counters are signed numbers, as on the memory card of 2005. */
export const signedCounters: readonly Replacement[] = [
  {
    file: 'core/election/tally.ts',
    line: 'return view.getUint32(offset - 4)',
    by: 'return view.getInt32(offset - 4)',
  },
  {
    file: 'core/election/tally.ts',
    line: 'return Number.isSafeInteger(value) && (value as number) >= 0',
    by: 'return Number.isSafeInteger(value)',
  },
]

/** Entries are read, but not held against the roots that the log key signed. */
export const unsignedEntries: readonly Replacement[] = [
  {
    file: 'core/journal/check-records.ts',
    line: 'if (!equalBytes(frontierRoot(frontier), root)) {',
    by: 'if (frontierRoot(frontier).length !== root.length) {',
  },
]

/** An authorization is taken whatever election package it names. */
export const takesOtherAuthorizations: readonly Replacement[] = [
  {
    file: 'core/cards/authorization.ts',
    line: "if (given !== toBase64(packageHash)) return fail('other-election')",
    by: "if (given.length !== 44) return fail('other-election')",
  },
]

/** A sealed ballot is counted whatever it was sealed for. */
export const countsOtherBallots: readonly Replacement[] = [
  {
    file: 'core/ballot-box/sealed-ballot.ts',
    line: "if (!equalBytes(context, style.contextOf(id))) return { faulty: 'context' }",
    by: 'if (context.length !== style.contextOf(id).length) return { faulty: "context" }',
  },
]

/** A journal is taken up under whatever package is loaded. */
export const resumesOtherPackages: readonly Replacement[] = [
  {
    file: 'device-agent/store/check-stored.ts',
    line: "if (device.package !== toBase64(electionPackage.hash)) return otherPackage('device')",
    by: '',
  },
  {
    file: 'device-agent/store/check-stored.ts',
    line: "if (day.packageHash !== toBase64(hash)) return otherPackage('journal, entry 0').error",
    by: 'if (hash.length === 0) return undefined',
  },
]

/** A log like that of GEMS: tables as any other. */
export const mutableTables: readonly Replacement[] = [
  {
    file: 'device-agent/store/schema.ts',
    line: 'for (const table of APPEND_ONLY) {',
    by: 'for (const table of APPEND_ONLY.slice(9)) {',
  },
]

/** Sealed ballots are counted, but not held against the root that the journal names. */
export const uncheckedBatches: readonly Replacement[] = [
  {
    file: 'core/ballot-box/batch.ts',
    line: 'if (toBase64(rootOf(ballots.leaves)) !== root)',
    by: 'if (toBase64(rootOf(ballots.leaves)).length !== root.length)',
  },
]

/** The pool is opened, but not held against the journal. */
export const forgetfulPool: readonly Replacement[] = [
  {
    file: 'device-agent/store/device-store.ts',
    line: 'if (pool.casts !== this.day.casts)',
    by: 'if (pool.casts < 0)',
  },
  {
    file: 'device-agent/store/device-store.ts',
    line: 'if (!equalBytes(pool.spent, spentRoot(this.#spent)))',
    by: 'if (!equalBytes(pool.spent, pool.spent))',
  },
]

/** The pool is deciphered without its authenticator, as memory without parity. */
export const unauthenticatedPool: readonly Replacement[] = [
  {
    file: 'core/ballot-box/pool.ts',
    line: 'const plain = nacl.secretbox.open(block, ZERO_NONCE, blockKey(keys))',
    by: `const given = concatBytes(new Uint8Array(32), block.subarray(16))
  const turned = new Uint8Array(given.length)
  nacl.lowlevel.crypto_stream_xor(turned, 0, given, 0, given.length, ZERO_NONCE, blockKey(keys))
  const plain = turned.subarray(32)`,
  },
]

/** The closing entry commits to a salt alone. */
export const emptyCommitment: readonly Replacement[] = [
  {
    file: 'core/ballot-box/commitment.ts',
    line: 'return sha256(salt, Buffer.from(canonicalJson(tallyJson(definition, tally))))',
    by: 'return sha256(salt, Buffer.from(canonicalJson(tallyJson(definition, tally)).slice(0, 0)))',
  },
]

/** Where the generators are, for a build that lies elsewhere. */
const GENERATORS = fileURLToPath(new URL('record-numbers.ts', import.meta.url))

/** Ballots carry a public number beside the sealed box: `number` is the source of a function of how many there were before. */
function numberedBallots(number: string): readonly Replacement[] {
  const file = 'core/ballot-box/sealed-ballot.ts'
  return [
    {
      file,
      line: 'const BOX_OVERHEAD = 48',
      by: `import { ${number} as numberOf } from '${GENERATORS}'
const BOX_OVERHEAD = 52
let before = 0`,
    },
    {
      file,
      line: 'return sealBox(concatBytes(head, choices), electionKey, random)',
      by: `const number = new Uint8Array(4)
  new DataView(number.buffer).setUint32(0, numberOf(before++))
  return concatBytes(number, sealBox(concatBytes(head, choices), electionKey, random))`,
    },
    {
      file,
      line: 'openBox(sealed, electionKey, secretKey)',
      by: 'openBox(sealed.subarray(4), electionKey, secretKey)',
    },
  ]
}

/** Record ids of an ImageCast Precinct of 2022. */
export const dvsorderNumbers = numberedBallots('imageCastPrecinct')

/** Record ids of an ImageCast Evolution of 2022. */
export const dvsorderEvolutionNumbers = numberedBallots('imageCastEvolution')

/** Numbers that go on by one step, which nobody has published. */
export const steppedNumbers = numberedBallots('unpublishedSteps')

/** Numbers from the generator of C's example `rand`. */
export const randNumbers = numberedBallots('exampleRand')

/** 1, 2, 3. */
export const runningNumbers = numberedBallots('runningNumber')

/** A slip has as many rows, and its QR code as many codes, as were chosen. */
export const slipAsLongAsTheChoice: readonly Replacement[] = [
  {
    file: 'ui/paper/slip.ts',
    line: 'return [...shown, ...empty(rowsOf(contest, form.titled) - shown.length)]',
    by: 'return shown',
  },
  {
    file: 'ui/paper/slip.ts',
    line: 'const strips = [...rows, ...empty(form.rows - rows.length)].map((row): Strip => {',
    by: 'const strips = rows.map((row): Strip => {',
  },
]

/** A slip's QR code is as long as what was chosen; its rows are those of every slip. */
export const codeAsLongAsTheChoice: readonly Replacement[] = [
  { file: 'ui/paper/slip.ts', line: "return [...codes, ...rest].join(',')", by: "return codes.join(',')" },
  {
    file: 'ui/paper/slip.ts',
    line: "return qrText(definition, style.id, contests, ballot).padEnd(length, '-')",
    by: 'return length > 0 ? qrText(definition, style.id, contests, ballot) : ""',
  },
]

/** The places of a ballot where nothing was chosen are left out of the record. */
export const recordAsLongAsTheChoice: readonly Replacement[] = [
  {
    file: 'core/ballot-box/sealed-ballot.ts',
    line: 'return sealBox(concatBytes(head, choices), electionKey, random)',
    by: `const used = choices.subarray(0, choices.findLastIndex((byte) => byte !== 0xff) + 1)
  return sealBox(concatBytes(head, used), electionKey, random)`,
  },
]

/** Each option chosen is noted on the disk by itself. */
export const writesEachChoice: readonly Replacement[] = [
  {
    file: 'device-agent/store/device-store.ts',
    line: "const beside = { spentTags: [tag], slip: 'accepted' as const }",
    by: `const beside = { spentTags: [tag], slip: 'accepted' as const }
    for (const _ of ballot.flat()) this.setSlip('hanging')`,
  },
]

/** A photo is found by its name, and nobody asks whose it is. */
export const showsAnyPhoto: readonly Replacement[] = [
  {
    file: 'core/package/photos.ts',
    line: 'if (toHex(sha256(bytes)) !== hash) {',
    by: 'if (bytes.length === 0) {',
  },
]

/** What a screen has to say in a language is found out when a voter needs it. */
export const takesUnfinishedLanguages: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/home.ts',
    line: 'if (!texts.ok) return texts',
    by: '',
  },
]

/** Of a long word, only the beginning is measured. */
export const signsUnmeasured: readonly Replacement[] = [
  {
    file: 'provisioning/package/check-screens.ts',
    line: 'const measure = measureByWords(measureWith(registerFonts(installedFontFiles())))',
    by: `const real = measureWith(registerFonts(installedFontFiles()))
  const measure = measureByWords((word, size, bold) => real(word.slice(0, 12), size, bold))`,
  },
]

/** A vote is acknowledged when the first medium has it. */
export const writesFirstMediumOnly: Replacement = {
  file: 'device-agent/store/journal-writer.ts',
  line: '        const pool = pools === null ? null : pools?.get(medium)\n',
  by: '        if (medium !== this.#parts.media.counted[0]) return\n        const pool = pools === null ? null : pools?.get(medium)\n',
}

/** A medium that is as long as the other is taken for the same, and a shorter one for its beginning. */
export const takesAnyHistory: Replacement = {
  file: 'device-agent/store/compare-media.ts',
  line: '    if (differs !== undefined) return twoHistories(',
  by: "    if (differs === '') return twoHistories(",
}

/** A medium that failed is left behind without a word. */
export const forgetsToTellLosses: Replacement = {
  file: 'device-agent/store/journal-writer.ts',
  line: "      this.#commit([{ type: 'medium.lost', ...loss }], {})",
  by: '      if (loss.why.length === 0) break',
}
