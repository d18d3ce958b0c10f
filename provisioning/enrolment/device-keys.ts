/** The keys of a device, made on the device. Each has one use, so that no signature made for one purpose serves another. */
import type { Random } from '../../core/ports.ts'

/** Ed25519 seeds, 32 bytes each. Secrets: they never leave the device. */
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
