/**
 * The part of sodium-native 5 that this project calls, as `import sodium from 'sodium-native'`. Every function throws on an argument
 * of wrong length; those that return a boolean answer false for input that does not verify or open.
 */
declare module 'sodium-native' {
  interface Sodium {
    /** 48: ephemeral public key and Poly1305 tag. */
    readonly crypto_box_SEALBYTES: number

    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
    /** Whether it is the canonical encoding of a point of the prime-order subgroup other than the identity. */
    crypto_core_ed25519_is_valid_point(point: Uint8Array): boolean

    crypto_box_seal(sealed: Uint8Array, message: Uint8Array, publicKey: Uint8Array): void
    crypto_box_seal_open(
      message: Uint8Array,
      sealed: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array,
    ): boolean
    /** X25519 public key of a secret key. */
    crypto_scalarmult_base(publicKey: Uint8Array, secretKey: Uint8Array): void
    /** BLAKE2b of `output.length` bytes, 16 to 64. */
    crypto_generichash(output: Uint8Array, input: Uint8Array): void
  }

  const sodium: Sodium
  export = sodium
}
