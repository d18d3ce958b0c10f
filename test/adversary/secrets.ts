/** What must not leave a voting machine except where the scanner says so; byte strings in hexadecimal. */
export interface Secrets {
  /** Of authorizations, 16 bytes. */
  readonly nonces: readonly string[]
  /** What devices drew in the size of a ballot's id, 16 bytes. */
  readonly ids: readonly string[]
  /** What devices drew in the size of a key, 32 bytes: day key, slot keys, ephemeral keys of sealed ballots, salts. */
  readonly keys: readonly string[]
  /** Public keys of voters' cards. */
  readonly cards: readonly string[]
  /** Whole choices of four options and more, in binary. */
  readonly choices: readonly string[]
  /** Eight digits each. */
  readonly pins: readonly string[]
  /** Of candidates and lists. */
  readonly codes: readonly string[]
  /** In every language. */
  readonly names: readonly string[]
}
