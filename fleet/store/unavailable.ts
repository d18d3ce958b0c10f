/** The database could not be reached or did not take a transaction, whatever was in it: the same may pass later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
