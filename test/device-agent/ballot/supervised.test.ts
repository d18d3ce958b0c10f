import { describe, expect, test } from 'vitest'
import type { Result } from '../../../core/result.ts'
import { fail, ok } from '../../../core/result.ts'
import { Supervised } from '../../../device-agent/ballot/supervised.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { ManualClock, turn } from '../../firmware/manual-clock.ts'
import { keepingLogger } from '../../firmware/scripted-line.ts'

/** No wait between two tries is longer, milliseconds. */
const LONGEST_WAIT_MS = 10_000

/** A printer that the test switches off and on. */
class Plug {
  what = 'the printer gave no answer'
  isThere = false
  tries = 0
  #lose: (fault: LinkFault) => void = () => {}

  connect = (): Promise<Result<{ onLost(l: (f: LinkFault) => void): void; close(): void }, LinkFault>> => {
    this.tries += 1
    if (!this.isThere) return Promise.resolve(fail({ is: 'timeout', what: this.what }))
    const onLost = (listener: (fault: LinkFault) => void) => {
      this.#lose = listener
    }
    return Promise.resolve(ok({ onLost, close: () => {} }))
  }

  pull(): void {
    this.isThere = false
    this.#lose({ is: 'lost', what: 'unplugged' })
  }
}

async function supervisedPrinter(isThere: boolean) {
  const plug = new Plug()
  plug.isThere = isThere
  const clock = new ManualClock()
  const logger = keepingLogger()
  const random = seededRandom('supervised')
  const seen: string[] = []
  const supervised = new Supervised('printer', plug.connect, { clock, random, logger }, (current) =>
    seen.push(current === undefined ? 'lost' : 'connected'),
  )
  supervised.start()
  await turn()
  const tryAgain = async (times: number) => {
    for (let i = 0; i < times; i += 1) await clock.advance(LONGEST_WAIT_MS)
  }
  return { plug, logger, seen, supervised, tryAgain }
}

describe('a peripheral that does not answer', () => {
  test('is named in the log once, with what failed, and not at each try', async () => {
    const { plug, logger, supervised, tryAgain } = await supervisedPrinter(false)
    plug.what = 'something else'
    await tryAgain(20)
    expect(plug.tries).toBe(21)
    expect(logger.lines).toEqual(['the printer gave no answer {"peripheral":"printer","fault":"timeout"}'])
    expect(supervised.current).toBeUndefined()
    supervised.close()
  })

  test('is named again after it worked in between', async () => {
    const { plug, logger, seen, supervised, tryAgain } = await supervisedPrinter(false)
    await tryAgain(3)
    plug.isThere = true
    await tryAgain(1)
    plug.pull()
    await tryAgain(5)
    expect(seen).toEqual(['connected', 'lost'])
    expect(logger.lines).toEqual([
      'the printer gave no answer {"peripheral":"printer","fault":"timeout"}',
      'unplugged {"peripheral":"printer","fault":"lost"}',
    ])
    supervised.close()
  })

  test('is said nothing of when the program ends', async () => {
    const { plug, logger, supervised } = await supervisedPrinter(true)
    supervised.close()
    plug.pull()
    expect(logger.lines).toEqual([])
  })
})
