/**
 * From the byte by which the reader tells a card to the voter's first screen painted, on a whole device before Debian's Chromium: reader, driver,
 * claim, session, screen, page, painted frame. The lines take their time in virtual time, which is exact and stands still while this machine
 * computes and paints; both are measured and added.
 */
import type { Contacts } from '../../simulator/cards/contacts.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { browserDay } from '../browser/browser-day.ts'
import { launchChromium } from '../browser/chromium.ts'
import { counting } from './counted-line.ts'

const TIMES = 10

/** One card in. */
export interface FirstScreen {
  /** On the reader's line, both ways. */
  readonly bytes: number
  /** Virtual time: bytes on lines, and what anybody waits for. */
  readonly linesMs: number
  /** This machine's: both sides of every line, and the browser. */
  readonly computedMs: number
}

/** Ten cards in each kind of contacts, one voter after another. */
export async function measureFirstScreens(
  kinds: readonly ((card: SmartCard) => Contacts)[],
): Promise<readonly (readonly FirstScreen[])[]> {
  const browser = await launchChromium()
  const count = { bytes: 0 }
  const seen: FirstScreen[][] = []
  try {
    await browserDay(
      browser,
      {
        voters: kinds.length * TIMES,
        between: (name, open) => (name === 'card-reader' ? counting(open, count) : open),
      },
      async ({ bench, person, clock, cards }) => {
        for (const [kind, contacts] of kinds.entries()) {
          const screens: FirstScreen[] = []
          for (const card of cards.slice(kind * TIMES, (kind + 1) * TIMES)) {
            await person.see('voter.idle')
            const [began, begun] = [performance.now(), clock.now()]
            count.bytes = 0
            bench.reader.insertCard(card, contacts(card))
            await bench.display.waitFor(({ name }) => name === 'voter.choosing')
            const computedMs = performance.now() - began
            screens.push({ bytes: count.bytes, linesMs: clock.now() - begun, computedMs })
            bench.reader.pullCard()
            await person.see('voter.ended-without-vote')
          }
          seen.push(screens)
        }
      },
    )
  } finally {
    await browser.close()
  }
  return seen
}
