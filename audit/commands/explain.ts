/** `sandogh audit explain`: the day of one device as a story. */
import { valueOrThrow } from '../../core/result.ts'
import { findFolders } from '../read-folders.ts'
import { readStory } from '../story/read-story.ts'
import { storyReport } from '../story/tell-story.ts'
import type { AuditLanguage } from '../strings.ts'
import { misuse, type Outcome, parseAuthorityKey, parsed } from './inputs.ts'

const OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  language: { type: 'string', default: 'en' },
} as const

/** Runs the verb. */
export function explain(args: readonly string[]): { outcome: Outcome; json: boolean } {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const language = parseLanguage(values.language)
  const key = parseAuthorityKey(values.authority)
  const [path, second] = positionals
  if (path === undefined || second !== undefined) throw misuse('explain takes one bundle')
  const [found, more] = valueOrThrow(findFolders([path]))
  if (found?.holds !== 'bundle' || more !== undefined) throw misuse('explain takes the bundle of one device')
  const story = valueOrThrow(readStory(found.where, key))
  const report = storyReport(story, language, key === undefined ? 'package' : 'given')
  return { outcome: { exitCode: story.finding === undefined ? 0 : 1, report }, json: values.json }
}

/** Persian or English. */
export function parseLanguage(text: string): AuditLanguage {
  if (text === 'fa' || text === 'en') return text
  throw misuse(`--language must be fa or en, not ${JSON.stringify(text)}`)
}
