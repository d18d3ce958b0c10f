import { expect, test } from 'vitest'
import { isPollingTime } from '../../../core/election/polling-time.ts'
import { testDefinition } from '../../fixtures/definition.ts'

const definition = { ...testDefinition(), pollingDay: '2026-06-19', timeZone: 'Asia/Tehran' }

test.each([
  ['2026-06-18T14:29:59Z', false],
  ['2026-06-18T14:30:00Z', true],
  ['2026-06-19T08:30:00Z', true],
  ['2026-06-20T02:29:59Z', true],
  ['2026-06-20T02:30:00Z', false],
  ['1970-01-01T00:00:00Z', false],
  ['2028-06-19T08:30:00Z', false],
])('polls may be held at %s in Tehran: %s', (at, may) => {
  expect(isPollingTime(definition, Date.parse(at))).toBe(may)
})
