/** The closing entry commits to the tally before anyone may see it. */
import type { Definition } from '../election/definition.ts'
import { type Tally, tallyJson } from '../election/tally.ts'
import { sha256 } from '../keys/hash.ts'
import { canonicalJson } from '../text/canonical-json.ts'

export const SALT_BYTES = 32

/** SHA-256(32-byte salt || canonical tally). */
export function commitTally(definition: Definition, tally: Tally, salt: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new Error(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`)
  return sha256(salt, Buffer.from(canonicalJson(tallyJson(definition, tally))))
}
