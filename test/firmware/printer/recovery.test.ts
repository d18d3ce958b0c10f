import { describe, expect, test } from 'vitest'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import type { VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { ballot, type Connect, PollingBooth, rowsOf, rowsOn, wrongOnPaper } from './polling-booth.ts'
import {
  deafToXoff,
  leavesTheRest,
  leavesWhatIsHeld,
  printsOn,
  sendsCommandsInPictures,
  weakened,
} from './weakened.ts'

const BALLOTS = [ballot(1, 100), ballot(2, 100)]
/** The first ballot, 210 bytes and 130 rows, is on paper after 124 ms, proven, and cut after 135. */
const MOMENTS = Array.from({ length: 48 }, (_, i) => 3 * i)
const MENDED_MS = 1500

interface Trouble {
  begin(paper: VirtualPrinter): void
  mend(paper: VirtualPrinter): void
  readonly why: readonly string[]
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'an open cover': {
    begin: (paper) => paper.openCover(),
    mend: (paper) => paper.closeCover(),
    why: ['cover-open'],
  },
  'the end of the roll': {
    begin: (paper) => paper.paperOut(),
    mend: (paper) => paper.loadPaper(),
    why: ['paper-end'],
  },
  'torn paper': {
    begin: (paper) => paper.tearPaper(),
    mend: (paper) => paper.loadPaper(),
    why: ['paper-end'],
  },
  'a jam': { begin: (paper) => paper.jam(), mend: (paper) => paper.clearJam(), why: ['mechanical-error'] },
  'a stuck knife': {
    begin: (paper) => paper.cutterJam(),
    mend: (paper) => paper.clearJam(),
    why: ['cutter-error'],
  },
  'a hot head': {
    begin: (paper) => paper.overheat(),
    mend: (paper) => paper.coolDown(),
    why: ['recoverable-error'],
  },
  'a jam behind an open cover': {
    begin: (paper) => {
      paper.openCover()
      paper.jam()
    },
    mend: (paper) => {
      paper.closeCover()
      paper.clearJam()
    },
    why: ['cover-open', 'mechanical-error'],
  },
}

/** Two ballots, and trouble so long after the order to print the first; everything that is wrong then. */
async function wrongAfter(connect: Connect, trouble: Trouble, ms: number): Promise<readonly string[]> {
  const booth = new PollingBooth(connect)
  try {
    await booth.clock.run(
      (async () => {
        await booth.connected()
        booth.clock.after(ms, () => trouble.begin(booth.paper))
        booth.clock.after(ms + MENDED_MS, () => trouble.mend(booth.paper))
        await booth.vote(BALLOTS)
      })(),
    )
  } catch (error) {
    return [String(error)]
  }
  const rows = booth.outcomes.flatMap((outcome) => {
    if (outcome.is === 'printed') return []
    const why = outcome.is === 'refused' ? outcome.condition : outcome.why
    return trouble.why.includes(why) ? [] : [`${outcome.is}: ${why} is not what happened`]
  })
  return [...booth.lies, ...rows, ...wrongOnPaper(booth, BALLOTS)]
}

describe('trouble at any moment of a slip, and mended', () => {
  test.each(Object.keys(TROUBLES))(
    '(%s) is named; nothing that was cleared comes out; the next slips are whole',
    async (name) => {
      const trouble = TROUBLES[name]
      if (trouble === undefined) throw new Error('no such trouble')
      for (const ms of MOMENTS) expect(await wrongAfter(connectPrinter, trouble, ms), `${ms} ms`).toEqual([])
    },
  )

  // The printer goes on by itself when a cover is closed or paper put in; after a jam it is told to, and told to forget.
  test.each([
    ['an open cover', [leavesTheRest]],
    ['the end of the roll', [leavesTheRest]],
    ['a jam', [leavesTheRest, leavesWhatIsHeld, printsOn]],
  ])('(%s) is not survived by a driver that leaves the rest in the printer', async (name, weakenings) => {
    const connect = await weakened(...weakenings)
    const found: string[] = []
    for (const ms of MOMENTS) found.push(...(await wrongAfter(connect, TROUBLES[name] as Trouble, ms)))
    expect(found.join('\n')).toMatch(/no ballot and not void|something else on it|never/)
  })
})

/** One ballot in a booth whose voter compares; first something is done to the printer. */
async function compared(begin: (booth: PollingBooth) => void): Promise<PollingBooth> {
  const booth = new PollingBooth(connectPrinter)
  await booth.clock.run(
    (async () => {
      await booth.connected()
      begin(booth)
      await booth.vote(BALLOTS, true)
    })(),
  )
  return booth
}

describe('a printer that does not say the truth', () => {
  test('printed and gives no proof: that is not known, so the whole slip is voided and printed again', async () => {
    const booth = await compared(({ clock, paper }) => {
      paper.misbehave('keeps-proofs')
      clock.after(5_000, () => paper.misbehave(undefined))
    })
    expect(booth.outcomes[0]).toEqual({ is: 'indeterminate', why: 'timeout' })
    expect(wrongOnPaper(booth, BALLOTS)).toEqual([])
    expect(booth.paper.dropped).toHaveLength(3)
  })

  test('gives the proof and printed nothing: it is believed, and the voter sees it', async () => {
    const booth = await compared((booth) => {
      booth.paper.misbehave('proves-without-printing')
      booth.mend = () => {
        if (booth.outcomes.length === 1) booth.paper.misbehave(undefined)
      }
    })
    expect(booth.outcomes[0]).toEqual({ is: 'printed' })
    expect(wrongOnPaper(booth, BALLOTS)).toEqual([])
    // A strip with the mark alone, and the two ballots.
    expect(booth.paper.dropped).toHaveLength(3)
  })

  test('was switched off and on at any moment of a slip: what the voter does not see whole is void', async () => {
    for (const ms of MOMENTS) {
      const booth = await compared(({ clock, paper }) => clock.after(ms, () => paper.powerCycle()))
      // The rest of a picture is text to a printer that has forgotten the picture: above the mark may stand anything.
      const wrong = wrongOnPaper(booth, BALLOTS).filter(
        (what) => what !== 'a void slip with something else on it',
      )
      expect(wrong, `${ms} ms`).toEqual([])
    }
  })
})

describe('a slip of more than the printer’s buffer', () => {
  const tall = ballot(1, 5_000, 2)
  const print = async (connect: Connect) => {
    const booth = new PollingBooth(connect)
    const outcome = await booth.clock.run(booth.order((printer) => printer.print(tall)))
    return { outcome, lost: booth.paper.lostBytes, rows: rowsOn(booth.paper.hanging()) }
  }

  test('arrives whole, since it waits when the printer has no room', async () => {
    expect(await print(connectPrinter)).toEqual({ outcome: { is: 'printed' }, lost: 0, rows: rowsOf(tall) })
  })

  test('does not with a driver that is deaf to XOFF', async () => {
    const { lost, outcome } = await print(await weakened(deafToXoff))
    expect(lost).toBeGreaterThan(0)
    expect(outcome).not.toEqual({ is: 'printed' })
  })
})

describe('a picture with commands in it', () => {
  /** 10 14 01 00 05 opens a drawer; DLE DC4 8 … forgets the slip. */
  const evil = (hex: string) => {
    const rows = new Uint8Array(72 * 4)
    rows.set(Buffer.from(hex, 'hex'), 70)
    return { blocks: [{ kind: 'raster', bitmap: { widthDots: 576, heightDots: 4, rows } }] } as const
  }
  const print = async (connect: Connect, hex: string) => {
    const booth = new PollingBooth(connect)
    const outcome = await booth.clock.run(booth.order((printer) => printer.print(evil(hex))))
    return { is: outcome.is, pulses: booth.paper.drawerPulses, rows: booth.paper.hanging()?.height ?? 0 }
  }

  test.each(['1014010005', '10140801031401060208', '100501', '100401', '100404'])(
    '(%s) is printed and not obeyed',
    async (hex) => {
      expect(await print(connectPrinter, hex)).toEqual({ is: 'printed', pulses: 0, rows: 4 })
    },
  )

  test('is obeyed when a driver sends it as it is', async () => {
    const connect = await weakened(sendsCommandsInPictures)
    expect((await print(connect, '1014010005')).pulses).toBe(1)
    // The printer forgets the rest of the picture, and proves what is left.
    expect(await print(connect, '10140801031401060208')).toMatchObject({ is: 'printed', rows: 0 })
  })
})
