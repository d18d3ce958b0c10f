/** The witnesses whose keys are known, and which of them signed a head. */
import { witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import type { VerifySignature } from '../../core/keys/ed25519.ts'
import { equalBytes, fromBase64 } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { verifyCosignatureLine } from '../../core/tlog/cosignature.ts'
import { COSIGNATURE_TYPE, keyId, type UnverifiedNote, type VerifierKey } from '../../core/tlog/note.ts'
import type { DeviceIdentity } from './identity.ts'

/** A witness that signed a head. */
export interface Cosigner<Owner> {
  /** Whose key it is. */
  readonly owner: Owner
  /** When it did, seconds since 1970 by its own clock; of several lines the latest. */
  readonly time: number
}

/** A key and whose it is. */
export interface OwnedKey<Owner> extends VerifierKey {
  readonly owner: Owner
}

interface KnownKey<Owner> extends OwnedKey<Owner> {
  readonly id: Uint8Array
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

export class KeyRing<Owner> {
  readonly #keys = new Map<string, KnownKey<Owner>[]>()

  constructor(keys: readonly OwnedKey<Owner>[]) {
    for (const key of keys) {
      const known = { ...key, id: keyId(key.name, key.type, key.publicKey) }
      const same = this.#keys.get(key.name)
      if (same === undefined) this.#keys.set(key.name, [known])
      else same.push(known)
    }
  }

  /**
   * Who of the known ones signed a head. Lines of others say nothing and are passed over, as C2SP signed-note asks.
   * @returns each witness once; a refusal `witness.cosignature` if a line of a known key does not verify
   */
  cosignersOf(
    { text, signatures }: UnverifiedNote,
    where: string,
    verify: VerifySignature,
  ): Result<readonly Cosigner<Owner>[]> {
    const signed = new Map<KnownKey<Owner>, Cosigner<Owner>>()
    for (const line of signatures) {
      const key = this.#keys.get(line.name)?.find(({ id }) => equalBytes(id, line.keyId))
      if (key === undefined) continue
      const time = verifyCosignatureLine(text, line, key.publicKey, verify)
      if (time === undefined)
        return refuse(
          'witness.cosignature',
          where,
          `the signature of ${key.name} does not fit the text`,
          KEEP,
        )
      signed.set(key, { owner: key.owner, time: Math.max(time, signed.get(key)?.time ?? 0) })
    }
    return ok([...signed.values()])
  }
}

/** A witness of a station: a device by its id, or the centre. */
export type StationWitness = string | undefined

/** The centre and those devices that witness. */
export function stationRing(
  identities: Iterable<DeviceIdentity>,
  definition: Definition,
): KeyRing<StationWitness> {
  const type: typeof COSIGNATURE_TYPE = COSIGNATURE_TYPE
  const { name, key } = definition.witness
  const centre = { owner: undefined, name, type, publicKey: fromBase64(key) ?? new Uint8Array() }
  const devices = [...identities].flatMap(({ device, witnessKey }) => {
    if (witnessKey === undefined) return []
    return [{ owner: device, name: witnessNameOf(definition, device), type, publicKey: witnessKey }]
  })
  return new KeyRing<StationWitness>([centre, ...devices])
}
