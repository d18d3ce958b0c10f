import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signTally } from '../../../core/bundle/bundle.ts'
import { signStationSheet } from '../../../core/bundle/station-sheet.ts'
import type { Definition } from '../../../core/election/definition.ts'
import { candidateVotes, type Tally, tallyJson } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { fromBase32, toBase32 } from '../../../core/printed/base32.ts'
import { isCodePart, joinCodes, splitIntoCodes } from '../../../core/printed/code-parts.ts'
import { decodePrintedTotals, encodePrintedTotals } from '../../../core/printed/printed-totals.ts'
import { isTypedTotals, readTypedTotals, typedLines } from '../../../core/printed/typed-totals.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { testDefinition, testDefinitionWithLists } from '../../fixtures/definition.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 2_000 })
const signer = signerFromSeed(new Uint8Array(32).fill(7))
const ORIGIN = `council.example/rehearsal-1405/device/device-1/${'ab'.repeat(16)}`
const note = signCheckpoint({ origin: ORIGIN, size: 731, root: new Uint8Array(32).fill(9) }, signer)

/** A tally that ballots may have given, in each definition with its own options. */
function tallyOf(definition: Definition): fc.Arbitrary<Tally> {
  const count = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 0xffff_ffff }))
  return fc.tuple(
    ...definition.contests.map(({ candidates, lists }) => {
      const length = candidates.length + lists.length
      return fc.record({
        valid: count,
        blank: count,
        options: fc.array(count, { minLength: length, maxLength: length }),
      })
    }),
  )
}
const definitions = [testDefinition(), testDefinitionWithLists()] as const
const totals = fc.constantFrom(...definitions).chain((definition) =>
  fc
    .record({
      tally: tallyOf(definition),
      salt: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      isSheet: fc.boolean(),
    })
    .map(({ tally, salt, isSheet }) => {
      const json = tallyJson(definition, tally)
      const sheet = {
        station: 'station-1',
        journals: [{ origin: ORIGIN, commitment: toBase64(salt) }],
        tally: json,
        without: salt[0] === 0 ? [] : ['device-2'],
      }
      const document = isSheet
        ? signStationSheet(sheet, signer)
        : signTally({ origin: ORIGIN, salt, tally: json }, signer)
      return { definition, tally, salt, isSheet, document, without: sheet.without }
    }),
)
const codeOf = (result: {
  readonly ok: boolean
  readonly error?: { readonly code: string; readonly what: string }
}) => (result.ok ? 'ok' : `${result.error?.code}: ${result.error?.what}`)

describe('bytes as characters', () => {
  it('come back, as they were typed too, and nothing else is taken', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = toBase32(given)
        expect(fromBase32(text)).toEqual(given)
        expect(fromBase32(text.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'))).toEqual(given)
        expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]+$/)
      }),
    )
    for (const text of ['U', '0', '01!', 'ZZ', '000']) expect(fromBase32(text), text).toBeUndefined()
  })
})

describe('codes', () => {
  it('of several pages come together in any order, each as often as it was photographed', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.infiniteStream(fc.nat()), (one, other, lot) => {
        const texts = [...splitIntoCodes(one), ...splitIntoCodes(other), ...splitIntoCodes(one)]
        const shuffled = texts
          .map((text) => ({ text, at: lot.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ text }) => text)
        for (const text of shuffled)
          expect([isCodePart(text), /^[0-9A-Z /]{1,504}$/.test(text)]).toEqual([true, true])
        const joined = joinCodes(shuffled, 'test')
        const expected = new Set([toBase64(one), toBase64(other)])
        expect(joined.ok && new Set(joined.value.map(toBase64))).toEqual(expected)
      }),
    )
  })

  it('of which some are missing are refused with their numbers; a damaged one with its own', () => {
    const codes = splitIntoCodes(Uint8Array.from({ length: 1_900 }, (_, i) => i))
    expect(codes).toHaveLength(7)
    expect(codeOf(joinCodes([...codes.slice(0, 1), ...codes.slice(2, 4), ...codes.slice(5)], 'test'))).toBe(
      'printed.missing: of 7 codes parts 2, 5 are missing',
    )
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat({ max: 479 }), (part, at) => {
        const text = codes[part] ?? ''
        const place = 29 + (at % (text.length - 29))
        const other = text[place] === 'A' ? 'B' : 'A'
        const damaged = `${text.slice(0, place)}${other}${text.slice(place + 1)}`
        expect(codeOf(joinCodes(codes.with(part, damaged), 'test'))).toContain(`part ${part + 1} of 7`)
      }),
    )
    for (const text of ['SANDOGH1', 'SANDOGH1 00000000 00/00 0000 0', 'SANDOGH1 00000000 02/01 0000 0'])
      expect(codeOf(joinCodes([text], 'test'))).toContain('printed.part')
  })

  it('hold the signed document and the checkpoint, byte by byte; other bytes hold nothing', () => {
    fc.assert(
      fc.property(totals, fc.nat(), ({ definition, document }, at) => {
        const encoded = encodePrintedTotals(definition, { document, note })
        expect(decodePrintedTotals(definition, encoded, 'test')).toEqual({
          ok: true,
          value: { document, note },
        })
        for (const cut of [encoded.subarray(0, at % encoded.length), Uint8Array.of(...encoded, 0)])
          expect(decodePrintedTotals(definition, cut, 'test').ok).toBe(false)
      }),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(bytes, (given) => {
        expect(decodePrintedTotals(definitions[0], given, 'test').ok).toBe(false)
      }),
    )
  })
})

describe('a page that was typed', () => {
  /** As a person types the page, figures of nobody left out. */
  function typed({
    definition,
    tally,
    document,
    isSheet,
    without,
  }: Parameters<Parameters<typeof totals.map>[0]>[0]) {
    const figures = definition.contests.flatMap((contest, i) => {
      const counts = tally[i]
      if (counts === undefined) throw new Error('a contest')
      const votes = candidateVotes(contest, counts)
      return [
        `valid ${counts.valid}`,
        `blank ${counts.blank}`,
        ...contest.candidates.map(({ code }, position) => `${code} ${votes[position]}`),
        ...contest.lists.map(({ code }, at) => `${code} ${counts.options[contest.candidates.length + at]}`),
      ]
    })
    const title = isSheet
      ? `totals of station station-1${without.length > 0 ? ` without ${without.join(' ')}` : ''}`
      : 'totals of device device-1'
    return { title, figures, lines: typedLines(definition, document) }
  }
  const fits = totals.filter(({ tally }) =>
    tally.every(({ options }) => options.every((n) => n < 4_000_000_000)),
  )

  it('gives the figures and the signature, in Persian digits too', () => {
    fc.assert(
      fc.property(fits, fc.boolean(), (given, isPersian) => {
        const { title, figures, lines } = typed(given)
        const shown = figures.filter((figure) => !figure.endsWith(' 0'))
        const text = [
          title,
          ...lines,
          ...shown.map((figure) => (isPersian ? persianDigits(figure) : figure)),
        ].join('\n')
        expect(isTypedTotals(text)).toBe(true)
        const read = readTypedTotals(given.definition, text, 'test')
        if (!read.ok) throw new Error(read.error.what)
        const { tally, salt, signature } = read.value
        expect(tally).toEqual(given.tally)
        expect(salt).toEqual(given.isSheet ? undefined : given.salt)
        expect(given.document).toContain(toBase64(signature))
      }),
      { numRuns: 60 },
    )
  })

  it('with one wrong character is refused with its line; with a wrong figure, with the few it is among', () => {
    fc.assert(
      fc.property(fits, fc.nat(), fc.nat(), (given, line, at) => {
        const { title, figures, lines } = typed(given)
        const number = line % lines.length
        const text = lines[number] ?? ''
        const place = 3 + (at % (text.length - 3))
        fc.pre(text[place] !== ' ')
        const other = text[place] === '7' ? '8' : '7'
        const wrong = lines.with(number, `${text.slice(0, place)}${other}${text.slice(place + 1)}`)
        const read = readTypedTotals(given.definition, [title, ...figures, ...wrong].join('\n'), 'test')
        // Ten bits of check: one wrong character in a thousand is not seen here, but by the signature.
        fc.pre(!read.ok)
        expect(codeOf(read)).toMatch(/^typed\.(line|figure|missing)/)
      }),
      { numRuns: 60 },
    )
    const [definition] = definitions
    const tally = [{ valid: 9, blank: 1, options: definition.contests[0]?.candidates.map((_, i) => i) ?? [] }]
    const document = signTally(
      { origin: ORIGIN, salt: new Uint8Array(32), tally: tallyJson(definition, tally) },
      signer,
    )
    const { title, figures, lines } = typed({
      definition,
      tally,
      salt: new Uint8Array(32),
      isSheet: false,
      document,
      without: [],
    })
    const read = (...text: readonly string[]) => codeOf(readTypedTotals(definition, text.join('\n'), 'page'))
    expect(read(title, ...figures, ...lines)).toBe('ok')
    expect(read(title, ...figures.with(3, '108 2'), ...lines)).toBe(
      'typed.figure: a figure from "valid" to "192" is wrong or missing',
    )
    expect(read(title, ...figures, ...lines.slice(1))).toContain('of these lines 1 are missing')
    expect(read(title, ...figures, ...lines.slice(0, -1))).toContain('typed.missing')
    expect(read(title, ...figures, '108 2', ...lines)).toContain('typed.line: this figure was typed before')
    expect(read(title, ...figures, '999 2', ...lines)).toContain('typed.line: it is no figure')
    expect(read('totals of somebody', ...figures)).toContain('typed.line')
    expect(read('')).toContain('typed.line')
  })
})
