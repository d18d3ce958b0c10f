/** The last medium refuses, or our own code is at fault, at the voter's word: whatever it was, nobody is left before a screen that goes nowhere. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Agent, startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { stringsIn } from '../../ui/strings.ts'
import { choose, finish } from './steps.ts'
import { pollingDay } from './virtual-device.ts'

const { officers } = stringsIn('fa')
afterEach(() => vi.restoreAllMocks())

/** What people read once that happened at the voter's word. */
async function readAfter(happens: (agent: Agent) => void, itself: 'by itself' | 'at the word') {
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
      await choose(hall)
      await finish(hall)
      await hall.person.see('voter.comparing')
      if (running === undefined) throw new Error('no agent')
      happens(running)
      if (itself === 'at the word') await hall.person.press('accept')
      await hall.person.see('polls.failed')
      texts = hall.bench.display.current()?.elements.map(({ name }) => name) ?? []
      throw over
    },
    { build },
  )
  await expect(day).rejects.toBe(over)
  return texts
}

function refusesToCast(code: string | undefined) {
  return () =>
    vi.spyOn(DeviceStore.prototype, 'cast').mockImplementation(() => {
      throw Object.assign(new Error('refused'), code === undefined ? {} : { code })
    })
}

describe('people read what became of the vote', () => {
  test.each([
    ['ETIMEDOUT', 'io-error'],
    ['EACCES', 'read-only'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'program'],
    [undefined, 'program'],
  ] as const)('when the store answers %s: %s', async (code, what) => {
    const texts = await readAfter(refusesToCast(code), 'at the word')
    const heading = what === 'program' ? officers.broke : officers.failed
    expect(texts).toEqual(expect.arrayContaining([heading, officers.failure[what], officers.failedHint]))
    expect(texts).toContain(officers.failedVote[what === 'read-only' ? 'not-recorded' : 'unknown'])
  })

  test('when an error was caught by nobody', async () => {
    const texts = await readAfter((agent) => agent.broke(new Error('a socket')), 'by itself')
    expect(texts).toEqual(
      expect.arrayContaining([officers.broke, officers.failure.program, officers.failedVote.unknown]),
    )
  })
})
