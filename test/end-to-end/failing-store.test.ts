/** The last medium refuses, or our own code is at fault, at one of the voter's words: whatever it was, nobody is left before a screen that goes nowhere. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Agent, startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { stringsIn } from '../../ui/strings.ts'
import { choose, finish } from './steps.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

const { officers } = stringsIn('fa')
afterEach(() => vi.restoreAllMocks())

/** What people read once the people of the hall brought the failure about. */
async function readAfter(people: (hall: Hall, agent: () => Agent) => Promise<void>) {
  let running: Agent | undefined
  const build = {
    readHome,
    setUpStore,
    // The hall waits for the screen, not for the agent's end.
    startAgent: (parts: Parameters<typeof startAgent>[0]) => {
      const started = startAgent(parts)
      if (started.ok) running = started.value
      return started.ok
        ? { ...started, value: { ...started.value, ended: new Promise<never>(() => {}) } }
        : started
    },
  }
  let texts: readonly string[] = []
  const over = new Error('the test is over')
  const day = pollingDay(
    1,
    async (hall) => {
      await people(hall, () => {
        if (running === undefined) throw new Error('no agent')
        return running
      })
      await hall.person.see('polls.failed')
      texts = hall.bench.display.current()?.elements.map(({ name }) => name) ?? []
      throw over
    },
    { build },
  )
  await expect(day).rejects.toBe(over)
  return texts
}

/** The store takes no such thing any more. */
function refuses(what: 'cast' | 'setSlip', code: string | undefined) {
  vi.spyOn(DeviceStore.prototype, what).mockImplementation(() => {
    throw Object.assign(new Error('refused'), code === undefined ? {} : { code })
  })
}

async function compare(hall: Hall) {
  await choose(hall)
  await finish(hall)
  await hall.person.see('voter.comparing')
}

describe('people read what became of the vote', () => {
  test.each([
    ['ETIMEDOUT', 'io-error'],
    ['EACCES', 'read-only'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'program'],
    [undefined, 'program'],
  ] as const)('when the store answers %s: %s', async (code, what) => {
    const texts = await readAfter(async (hall) => {
      await compare(hall)
      refuses('cast', code)
      await hall.person.press('accept')
    })
    const heading = what === 'program' ? officers.broke : officers.failed
    expect(texts).toEqual(expect.arrayContaining([heading, officers.failure[what], officers.failedHint]))
    expect(texts).toContain(officers.failedVote[what === 'read-only' ? 'not-recorded' : 'unknown'])
  })

  test('when an error was caught by nobody', async () => {
    const texts = await readAfter(async (hall, agent) => {
      await compare(hall)
      agent().broke(new Error('a socket'))
    })
    expect(texts).toEqual(
      expect.arrayContaining([officers.broke, officers.failure.program, officers.failedVote.unknown]),
    )
  })

  // Nothing is written of a vote before that: the store alone would know of none.
  test.each([
    ['ENOSPC', 'full'],
    ['EACCES', 'read-only'],
  ] as const)('when the first write after the finish key is refused with %s: %s', async (code, what) => {
    const texts = await readAfter(async (hall) => {
      await choose(hall)
      refuses('setSlip', code)
      await finish(hall)
    })
    expect(texts).toEqual(expect.arrayContaining([officers.failed, officers.failure[what]]))
    expect(texts).toContain(officers.failedVote['not-recorded'])
    expect(texts).not.toContain(officers.failedVote.none)
  })
})
