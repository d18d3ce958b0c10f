/** Counts what a program does, without a clock: each statement on the database, each signature, each box, with its length. */
import Database from 'better-sqlite3'
import nacl from 'tweetnacl'
import { vi } from 'vitest'

/** Notes each step from here on, in order; `stop` ends it. The steps themselves are done as ever. */
export function watchSteps(): { readonly steps: readonly unknown[]; readonly stop: () => void } {
  const steps: unknown[] = []
  const prepare = Database.prototype.prepare
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql) {
    steps.push(sql)
    return prepare.call(this, sql)
  })
  const { detached } = nacl.sign
  vi.spyOn(nacl.sign, 'detached').mockImplementation((message, key) => {
    steps.push(['sign', message.length])
    return detached(message, key)
  })
  for (const name of ['box', 'secretbox'] as const) {
    const original = nacl[name] as typeof nacl.box
    const counted = vi.fn((...given: Parameters<typeof nacl.box>) => {
      steps.push([name, given[0].length])
      return original(...given)
    })
    vi.spyOn(nacl, name).mockImplementation(counted as never)
  }
  return { steps, stop: () => vi.restoreAllMocks() }
}
