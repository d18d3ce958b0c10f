/** What the poll worker reads between voters: a medium that was lost stands there whatever else does. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { notesOf } from '../../../device-agent/ballot/device-facts.ts'
import type { Polls } from '../../../device-agent/ballot/polls/polls.ts'
import { screenOf } from '../../../device-agent/ballot/screens/screen-of.ts'
import { stringsIn } from '../../../ui/strings.ts'
import { POLL_WORKER_NOTES } from '../../../ui/voter-screens/view.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { testDefinition } from '../../fixtures/definition.ts'
import { ofPolls } from './screens/views.ts'

const { notes: words } = stringsIn('fa').peripherals
const definition = testDefinition()
const BETWEEN_VOTERS: readonly Polls[] = [{ is: 'closed' }, { is: 'open' }, { is: 'paused', why: 'restart' }]

interface Build {
  readonly notesOf: typeof notesOf
  readonly screenOf: typeof screenOf
}

async function weakened(file: string, line: string, by: string): Promise<Build> {
  const root = weakenedSources({ file, line, by })
  return {
    ...(await import(/* @vite-ignore */ join(root, 'device-agent/ballot/device-facts.ts'))),
    ...(await import(/* @vite-ignore */ join(root, 'device-agent/ballot/screens/screen-of.ts'))),
  }
}

const OTHERS = [undefined, ...POLL_WORKER_NOTES.filter((note) => note !== 'medium-lost')]

/** What else may be the case, and on which screen, so that nobody reads there of a medium that was lost. */
function hiding(build: Build): readonly string[] {
  return BETWEEN_VOTERS.flatMap((polls) =>
    OTHERS.filter((note) => {
      const isLow = note === 'paper-low'
      const conditions = { note: isLow ? undefined : note }
      const notes = build.notesOf({ conditions, roll: { isLow }, store: { day: { lostMedia: ['b'] } } })
      const { screen } = build.screenOf({ ...ofPolls(definition, polls), notes })
      const read = screen.elements.map(({ name }) => name)
      const wanted = note === undefined ? [words['medium-lost']] : [words[note], words['medium-lost']]
      return !wanted.every((each) => read.includes(each))
    }).map((note) => `${polls.is}, ${note}`),
  )
}

test('a lost medium is read of beside every other note, on each screen between voters', () => {
  expect(hiding({ notesOf, screenOf })).toEqual([])
})

test('a device that tells the gravest note alone hides it behind any', async () => {
  const build = await weakened(
    'device-agent/ballot/device-facts.ts',
    'return first === undefined ? lost : [first, ...lost]',
    'return first === undefined ? lost : [first]',
  )
  expect(hiding(build)).toHaveLength(BETWEEN_VOTERS.length * (OTHERS.length - 1))
})

test('and so does an officers’ screen with room for one', async () => {
  const build = await weakened(
    'device-agent/ballot/screens/parts.ts',
    '  return notes.map((note, place) => {',
    '  return notes.slice(0, 1).map((note, place) => {',
  )
  expect(hiding(build)).toContain('paused, hot')
})
