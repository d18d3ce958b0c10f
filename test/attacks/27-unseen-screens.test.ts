/**
 * "Vote flipping", in most years, from the screen's side: a finger comes down on one screen and is taken for a press on the next, two fingers
 * for one, a slip of the finger for a choice. Each promise of the page and of the device is shown to hang on a line.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DisplayInput } from '../../device-agent/ballot/display-input.ts'
import { launchChromium } from '../browser/chromium.ts'
import { type DisplayBuild, realDisplay } from '../browser/display-build.ts'
import { TouchingFingers } from '../browser/fingers.ts'
import { typingScreen } from '../browser/screens.ts'
import { ServedDisplay } from '../browser/served-display.ts'
import { weakenedDisplay } from '../browser/weakened-display.ts'
import type { Replacement } from '../end-to-end/weakened/build.ts'
import { ManualClock } from '../firmware/manual-clock.ts'
import { good, ScriptedLine } from '../firmware/scripted-line.ts'
import { CHROMIUM, describeWith } from '../oracles/needs.ts'

const PRESSES = 'device-agent/ballot/web/pointer-press.ts'
const INPUT = 'device-agent/ballot/display-input.ts'

/** The page does not compare the screen under the lifted finger with the one on which it was set down… */
const staleRevision: Replacement = {
  file: PRESSES,
  line: 'if (seen?.revision !== begun.seen.revision) return undefined',
  by: 'if (seen === undefined) return undefined',
}
/** …and names the earlier one. */
const namesEarlierScreen: Replacement = {
  file: PRESSES,
  line: 'return { touch: { revision: seen.revision,',
  by: 'return { touch: { revision: begun.seen.revision,',
}
/** The agent takes what it is told of whichever screen. */
const takesAnyRevision: Replacement = {
  file: INPUT,
  line: 'if (!inputs.pointer || revision !== painted.revision) return',
  by: 'if (!inputs.pointer || revision < 1) return',
}
/** The page counts no fingers. */
const countsNoFingers: Replacement = {
  file: PRESSES,
  line: 'const isAlone = this.#pointers.size === 1',
  by: 'const isAlone = true',
}
/** A finger that slides chooses where it ends, for the page and for the agent. */
const slidingChooses: readonly Replacement[] = [
  {
    file: PRESSES,
    line: 'id !== elementAt(seen.screen, ...place)?.id',
    by: 'elementAt(seen.screen, ...place) === undefined',
  },
  {
    file: INPUT,
    line: 'begun !== undefined && begun === elementAt(painted.screen, ...up)?.id',
    by: 'begun !== undefined && elementAt(painted.screen, ...up) !== undefined',
  },
]
/** A screen counts as seen as soon as it is sent. */
const sentIsSeen: Replacement = {
  file: 'device-agent/ballot/display.ts',
  line: '    this.#painted = undefined\n    this.#deadline?.cancel()\n    this.#deadline = this.#clock',
  by: '    this.#painted = this.#sent\n    this.#deadline?.cancel()\n    this.#deadline = this.#clock',
}

/** The same key at the same place of two screens. */
const first = typingScreen()
const second = typingScreen({ name: 'voter.finding' })
const ONE = [190, 1070] as const
const TWO = [510, 1070] as const

describeWith([CHROMIUM], 'nothing is chosen that was not seen', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  /** What counted, and how often the agent refused. */
  async function outcome(
    build: DisplayBuild,
    hand: (fingers: TouchingFingers, served: ServedDisplay) => Promise<void>,
  ): Promise<{ readonly taken: readonly DisplayInput[]; readonly refused: number }> {
    const served = await ServedDisplay.open(browser, { build })
    try {
      await served.show(first)
      await hand(await TouchingFingers.on(served.page), served)
      await served.settled()
      return { taken: served.taken, refused: served.display.refusedInputs }
    } finally {
      await served.close()
    }
  }
  const NOTHING = { taken: [], refused: 0 }
  const pressed = (id: string) => ({ taken: [{ is: 'press', id }], refused: 0 })

  describe('of a finger that was set down before the screen was painted', () => {
    const hand = async (fingers: TouchingFingers, served: ServedDisplay) => {
      await fingers.put(1, ...ONE)
      await served.show(second)
      await fingers.lift(1)
    }

    test('the page tells nothing', async () => {
      expect(await outcome(await realDisplay(), hand)).toEqual(NOTHING)
    })

    test('the agent refuses what a page tells of the earlier screen', async () => {
      const build = await weakenedDisplay(staleRevision, namesEarlierScreen)
      expect(await outcome(build, hand)).toEqual({ taken: [], refused: 1 })
    })

    test('an agent that takes any revision takes it for a choice', async () => {
      const build = await weakenedDisplay(staleRevision, namesEarlierScreen, takesAnyRevision)
      expect(await outcome(build, hand)).toEqual(pressed('digit-1'))
    })

    test('a page that does not compare tells it of the later screen', async () => {
      expect(await outcome(await weakenedDisplay(staleRevision), hand)).toEqual(pressed('digit-1'))
    })
  })

  describe('of two fingers', () => {
    const hand = async (fingers: TouchingFingers) => {
      await fingers.put(1, ...ONE)
      await fingers.put(2, ...TWO)
      await fingers.lift(2)
      await fingers.lift(1)
    }

    test('the page tells nothing', async () => {
      expect(await outcome(await realDisplay(), hand)).toEqual(NOTHING)
    })

    test('a page that counts no fingers tells the one that is lifted first', async () => {
      expect(await outcome(await weakenedDisplay(countsNoFingers), hand)).toEqual(pressed('digit-2'))
    })
  })

  describe('of a finger that slides off', () => {
    const hand = async (fingers: TouchingFingers) => {
      await fingers.put(1, ...ONE)
      await fingers.put(1, ...TWO)
      await fingers.lift(1)
    }

    test('neither page nor agent takes anything', async () => {
      expect(await outcome(await realDisplay(), hand)).toEqual(NOTHING)
      const [page] = slidingChooses
      if (page === undefined) throw new Error('no weakening')
      expect(await outcome(await weakenedDisplay(page), hand)).toEqual(NOTHING)
    })

    test('programs that look at one end alone take it for a choice', async () => {
      expect(await outcome(await weakenedDisplay(...slidingChooses), hand)).toEqual(pressed('digit-1'))
    })
  })
})

describe('a display that stops acknowledging', () => {
  /** Paints the first screen and then nothing, but goes on to tell what is pressed. */
  async function pressOnUnpainted({ connectDisplay }: DisplayBuild) {
    const clock = new ManualClock()
    let paints = true
    const line = new ScriptedLine((written) => {
      const { ask, screen } = JSON.parse(Buffer.from(written).toString('utf8'))
      if (ask !== undefined) return [Buffer.from('{"showing":0}\n')]
      return paints ? [Buffer.from(`{"painted":${screen.revision}}\n`)] : undefined
    })
    const inputs = { pointer: true, keyboard: true }
    const display = good(await connectDisplay({ open: line.open, clock, inputs }))
    const taken: DisplayInput[] = []
    const lost: string[] = []
    display.onInput((input) => taken.push(input))
    display.onLost(({ what }) => lost.push(what))
    display.show(first)
    paints = false
    display.show(second)
    line.say(Buffer.from('{"press":{"revision":2,"id":"digit-1"}}\n'))
    await clock.advance(1_000)
    return { taken, lost }
  }

  test('takes nothing more, and is a dead display after a second', async () => {
    expect(await pressOnUnpainted(await realDisplay())).toEqual({
      taken: [],
      lost: ['a screen was not painted in time'],
    })
  })

  test('is believed by an agent for which a screen that was sent is a screen that is seen', async () => {
    const { taken } = await pressOnUnpainted(await weakenedDisplay(sentIsSeen))
    expect(taken).toEqual([{ is: 'press', id: 'digit-1' }])
  })
})
