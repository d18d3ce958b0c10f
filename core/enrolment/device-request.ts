/**
 * A device's keys, and how it asks for a certificate over them. The request is a signed document of type `enrolment`, signed by the four keys it
 * names in the order log, message, TLS, witness, so that it proves to hold each of them:
 *
 * ```
 * {"device":"<id>","keys":{"log":"<base64>","message":"<base64>","tls":"<base64>","witness":"<base64>"},"version":1}
 * ```
 */
import { signerFromSeed } from '../keys/ed25519.ts'
import { toBase64 } from '../keys/hash.ts'
import { signDocument } from '../keys/signed-document.ts'
import type { Random } from '../ports.ts'

/** Ed25519 seeds, 32 bytes each, made on the device. Secrets: they never leave it. Each has one use, so that no signature serves another. */
export interface DeviceKeys {
  /** Signs the journal's checkpoints. */
  readonly log: Uint8Array
  /** Signs manifest, tally and messages. */
  readonly message: Uint8Array
  /** The certificate's own key, for TLS. */
  readonly tls: Uint8Array
  /** Cosigns the heads of neighbouring devices. */
  readonly witness: Uint8Array
}

/** Four keys, each from 32 random bytes of its own. */
export function makeDeviceKeys(random: Random): DeviceKeys {
  return {
    log: random.bytes(32),
    message: random.bytes(32),
    tls: random.bytes(32),
    witness: random.bytes(32),
  }
}

/** What a device sends to be enrolled; every key named in it signs it. */
export function requestEnrolment(device: string, keys: DeviceKeys): string {
  const signers = [keys.log, keys.message, keys.tls, keys.witness].map(signerFromSeed)
  const [log = '', message = '', tls = '', witness = ''] = signers.map(({ publicKey }) => toBase64(publicKey))
  return signDocument('enrolment', { device, keys: { log, message, tls, witness }, version: 1 }, signers)
}
