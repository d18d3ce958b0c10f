/** What a device still has to tell the centre. The device's own database implements it: nothing is held twice. */
export interface Outbox {
  /** Name of the device's journal. */
  readonly origin: string
  readonly deviceId: string
  /** DER. */
  readonly certificate: Uint8Array
  /** Ed25519 key that signs the journal's checkpoints, 32 bytes. */
  readonly logKey: Uint8Array
  /** The largest size that a receipt covers; 0 at first. */
  receipted(): number
  /**
   * The entries from number `from` to the end, the journal's size and its checkpoint of that size. `from` is at most the size, and may be
   * smaller than {@link receipted}: a centre that lost entries asks for them again.
   */
  journalFrom(from: number): {
    readonly entries: readonly Uint8Array[]
    readonly checkpoint: string
    readonly size: number
  }
  /**
   * The device's own signed checkpoint of exactly that size; undefined if it is not kept. A long journal is sent in parts that end
   * where one is kept, so there must be one at least every 500 entries; the simplest is to keep all.
   */
  checkpointAt(size: number): string | undefined
  /** The signed tally that waits for its answer; undefined before closing and once cleared. */
  tally(): string | undefined
  /** Keeps a verified receipt, on disk when it returns. */
  storeReceipt(size: number, cosignatureLine: string): void
  /** The centre has the tally, by its signed answer. */
  clearTally(): void
}
