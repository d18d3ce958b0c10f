import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CATALOGUE, isEventType } from '../../../core/journal/catalogue.ts'
import { catalogueMarkdown } from '../../../core/journal/catalogue-document.ts'

test('the page of events says what the catalogue says', () => {
  const page = readFileSync(new URL('../../../docs/generated/events.md', import.meta.url), 'utf8')
  expect(page, 'make it again: sandogh audit events > docs/generated/events.md').toBe(catalogueMarkdown())
})

test('every event has a description', () => {
  for (const [type, shape] of Object.entries(CATALOGUE)) {
    expect(shape.description, type).toMatch(/\.$/)
    expect(isEventType(type)).toBe(true)
  }
  expect(isEventType('constructor')).toBe(false)
})
