/** Debian's libsodium, driven from Python, opens sealed ballots by what docs/formats.md says of them. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBallot, sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { sealBox } from '../../core/keys/sealed-box.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { describeWith, LIBSODIUM, PYTHON } from './needs.ts'

const station = makeStation('libsodium', { casts: [70, 12] })
const { definition, hash } = station.electionPackage
const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
const [device] = station.devices as readonly [TestDevice, ...TestDevice[]]
const place = { definition, packageHash: hash, origin: device.origin }

interface Sealed {
  readonly origin: string
  readonly sealed: Uint8Array
}
type Opened =
  | { readonly style: string; readonly contests: Readonly<Record<string, readonly string[]>> }
  | { readonly faulty: string }

/** What the Python program reads out of the ballots. */
function open(ballots: readonly Sealed[], key = secretKey): Opened[] {
  const given = {
    package: station.packageText,
    secretKey: toBase64(key),
    ballots: ballots.map(({ origin, sealed }) => ({ origin, sealed: toBase64(sealed) })),
  }
  const program = join(import.meta.dirname, 'libsodium', 'open_ballots.py')
  // -B: no compiled copy beside the program.
  const stdio: ['pipe', 'pipe', 'inherit'] = ['pipe', 'pipe', 'inherit']
  const output = execFileSync('python3', ['-B', program], { input: JSON.stringify(given), stdio })
  return JSON.parse(output.toString()) as Opened[]
}

/** Codes by contest, as a voter would name what they chose. */
function codesOf(style: string, ballot: Ballot) {
  const contests = contestsOfStyle(definition, style) ?? []
  const named = contests.map(({ id, candidates, lists }, i) => {
    const codes = [...candidates, ...lists].map(({ code }) => code)
    return [id, (ballot[i] ?? []).map((option) => codes[option])] as const
  })
  return { style, contests: Object.fromEntries(named) }
}

describeWith([PYTHON, LIBSODIUM], "Debian's libsodium", () => {
  test('opens a sealed ballot of each style to what the voter chose', () => {
    const cast: [string, Ballot][] = [
      ['both', [[0, 2, 4], [1]]],
      ['both', [[5], []]],
      ['both', [[], [0]]],
      ['both', [[], []]],
      ['city', [[2, 5]]],
      ['city', [[]]],
    ]
    const sealed = cast.map(([style, ballot]) => ({
      origin: device.origin,
      sealed: sealBallot(place, style, ballot, station.random),
    }))
    expect(open(sealed)).toEqual(cast.map(([style, ballot]) => codesOf(style, ballot)))
  })

  test("opens every ballot of a station, and its count is each device's committed tally", () => {
    for (const { origin, batches, tags, tally } of station.devices) {
      const opened = open([...batches.values()].flat().map((sealed) => ({ origin, sealed })))
      expect(opened).toHaveLength(tags.length)
      const counted = definition.contests.map(({ id, candidates, lists }) => {
        const choices = opened.flatMap((ballot) => ('contests' in ballot ? [ballot.contests[id]] : []))
        const made = choices.filter((choice) => choice !== undefined)
        const options = [...candidates, ...lists].map(
          ({ code }) => made.filter((codes) => codes.includes(code)).length,
        )
        const blank = made.filter((codes) => codes.length === 0).length
        return { valid: made.length - blank, blank, options }
      })
      expect(counted).toEqual(tally)
    }
  })

  test('opens none that was bent, sealed to another key or laid on another device', () => {
    const sealed = sealBallot(place, 'both', [[0], [1]], station.random)
    const { origin } = device
    const bent = [
      ...Array.from(sealed.keys(), (at) => sealed.with(at, (sealed[at] ?? 0) ^ 1)),
      sealed.subarray(1),
      sealed.subarray(0, 40),
    ]
    const opened = open(bent.map((bytes) => ({ origin, sealed: bytes })))
    expect(opened).toEqual(bent.map(() => ({ faulty: 'does not open' })))
    expect(open([{ origin, sealed }], station.random.bytes(32))).toEqual([{ faulty: 'does not open' }])
    expect(open([{ origin: `${origin}x`, sealed }])).toEqual([{ faulty: 'context' }])
  })

  test('and this project find the same fault in sealed bytes that are no ballot', () => {
    const electionKey = fromBase64(definition.constituency.electionKey) ?? new Uint8Array()
    const { origin } = device
    // Version, context, id, style number, choices: of a good one only the length.
    const plain = new Uint8Array(sealBallot(place, 'both', [[], []], station.random).length - 48)
    const faults: [string, Uint8Array][] = [
      ['version', plain.with(0, 2)],
      ['style', plain.with(0, 1).with(49, 9)],
      ['context', plain.with(0, 1)],
      ['size', plain.subarray(1)],
    ]
    for (const [fault, bytes] of faults) {
      const sealed = sealBox(bytes, electionKey, station.random)
      expect(open([{ origin, sealed }])).toEqual([{ faulty: fault }])
      expect(openBallot(place, sealed, secretKey)).toEqual({ faulty: fault })
    }
  })
})
