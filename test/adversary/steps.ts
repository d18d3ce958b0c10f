/** Counts what a program does, without a clock: each statement on the database, each signature, each box, with its length. */
import Database from 'better-sqlite3'
import sodium from 'sodium-native'
import nacl from 'tweetnacl'
import { vi } from 'vitest'

/** All statements have one prototype, those too that a program prepared long ago. */
const statements: Database.Statement = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'))

/** Notes each step from here on, in order; `stop` ends it. The steps themselves are done as ever. */
export function watchSteps(): { readonly steps: readonly unknown[]; readonly stop: () => void } {
  const steps: unknown[] = []
  for (const how of ['run', 'get', 'all'] as const) {
    const original = statements[how]
    vi.spyOn(statements, how).mockImplementation(function (this: Database.Statement, ...given) {
      steps.push(this.source)
      return original.apply(this, given) as never
    })
  }
  const { crypto_sign_detached: sign } = sodium
  vi.spyOn(sodium, 'crypto_sign_detached').mockImplementation((signature, message, key) => {
    steps.push(['sign', message.length])
    sign(signature, message, key)
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
