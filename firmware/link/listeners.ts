/** Those who want to be told of something. */
export class Listeners<T> {
  readonly #all: ((value: T) => void)[] = []

  /** Adds one more; there is no way out but the end of the connection. */
  add(listener: (value: T) => void): void {
    this.#all.push(listener)
  }

  /** Tells all, in the order in which they came. */
  tell(value: T): void {
    for (const listener of this.#all) listener(value)
  }
}
