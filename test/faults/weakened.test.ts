/** The sessions on lying lines can fail: programs in which one promise is broken are caught by the same people and the same judge. */
import { afterAll, describe, expect, test } from 'vitest'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { type Build, type Replacement, weakenedBuild } from '../end-to-end/weakened/build.ts'
import { planOf } from './plans.ts'
import { PreparedStation, runSession } from './session.ts'

/** A print without proof is cut off and sent again, as if nothing had happened. (Without the cut, the voter sees two slips on one paper and rejects.) */
const repeatsPrint: Replacement = {
  file: 'device-agent/ballot/paper.ts',
  line: 'return outcomeOf(await printer.print(document, secondsLeft && inSeconds(secondsLeft)))',
  by: 'let outcome = await printer.print(document); while (outcome.is === "indeterminate") { await printer.cut(); outcome = await printer.print(document) } return outcomeOf(outcome)',
}

/** The ballot is cast although the printer has not proven the slip. */
const castsUnproven: Replacement = {
  file: 'device-agent/ballot/session/slip.ts',
  line: "return voidSlip(ballot, cardGone ? 'ended' : 'choosing')",
  by: "return to({ is: 'recording', cardGone }, { do: 'record', ballot })",
}

/** The first choice of each contest is not recorded. */
const castsOther: Replacement = {
  file: 'device-agent/ballot/session/perform.ts',
  line: 'this.#parts.store.cast(style, ballot, nonce)',
  by: 'this.#parts.store.cast(style, ballot.map((choice) => choice.slice(1)), nonce)',
}

/** The last proof of the first slip is lost: the printer printed and does not say so. It follows 277 bytes of status and other proofs. */
const SILENT = [277, 278].map((at) => planOf({ printer: `up:mute@${at},20000` }))
/** The end of the first slip never arrives, bytes 138,000 to 203,000 behind the zero report: the printer is never asked for a proof. */
const CUT_SHORT = [150_000, 190_000].map((at) => planOf({ printer: `down:mute@${at},8000` }))
const PLANS = [...SILENT, ...CUT_SHORT]

const station = new PreparedStation()
afterAll(() => station.remove())

async function broken(
  build: Pick<Build, 'readHome' | 'setUpStore' | 'startAgent'>,
): Promise<readonly string[]> {
  const outcomes = await Promise.all(PLANS.map((plan) => runSession('weakened', station, build, plan)))
  return outcomes.flatMap((outcome) => outcome.broken)
}

describe('a build that breaks a promise is caught on lines that lie', () => {
  test('the build as it is keeps them all', async () => {
    expect(await broken({ readHome, setUpStore, startAgent })).toEqual([])
  }, 600_000)

  test.each([
    ['one that repeats a print after an unknown outcome', repeatsPrint, /slip/],
    ["one that casts before the printer's proof", castsUnproven, /slip/],
    ['one that records something else than was accepted', castsOther, /votes for/],
  ])(
    '%s',
    async (_, replacement, words) => {
      expect((await broken(await weakenedBuild(replacement))).join('\n')).toMatch(words)
    },
    120_000,
  )
})
