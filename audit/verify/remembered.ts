/**
 * What was verified once while the bundles of one station are held side by side. A head is in the bundle of each device that saw it, and a
 * certificate too: most signatures of a station stand there several times.
 */
import { type VerifySignature, verifyEd25519 } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { fail, type Result } from '../../core/result.ts'
import { keyId, type VerifierKey } from '../../core/tlog/note.ts'
import { type DeviceIdentity, readIdentity } from './identity.ts'
import type { Reference } from './reference.ts'

/** More is not remembered: no honest station has a tenth of it. */
const MAX_REMEMBERED = 10_000

export class Remembered {
  readonly #reference: Reference
  readonly #signatures = new Map<string, boolean>()
  readonly #ids = new Map<string, Uint8Array>()
  readonly #identities = new Map<string, Result<DeviceIdentity>>()

  constructor(reference: Reference) {
    this.#reference = reference
  }

  /** As `verifyEd25519`. */
  readonly verify: VerifySignature = (publicKey, message, signature) => {
    const asked = [publicKey, signature, message].map(toBase64).join(' ')
    const known = this.#signatures.get(asked)
    if (known !== undefined) return known
    const verifies = verifyEd25519(publicKey, message, signature)
    if (this.#signatures.size < MAX_REMEMBERED) this.#signatures.set(asked, verifies)
    return verifies
  }

  /** As `keyId`. */
  idOf({ name, type, publicKey }: VerifierKey): Uint8Array {
    const asked = `${name} ${type} ${toBase64(publicKey)}`
    const known = this.#ids.get(asked)
    if (known !== undefined) return known
    const id = keyId(name, type, publicKey)
    if (this.#ids.size < MAX_REMEMBERED) this.#ids.set(asked, id)
    return id
  }

  /** As `readIdentity`. */
  identity(der: Uint8Array, where: string): Result<DeviceIdentity> {
    const asked = toBase64(der)
    let identity = this.#identities.get(asked)
    if (identity === undefined) {
      identity = readIdentity(der, this.#reference, where)
      if (this.#identities.size < MAX_REMEMBERED) this.#identities.set(asked, identity)
    }
    return identity.ok ? identity : fail({ ...identity.error, where })
  }
}
