/**
 * Errors that the world causes are values: what went wrong, where, and what the person in front of it does next.
 * A broken promise of our own code throws instead.
 */

/** Either a value or the reason why there is none. */
export type Result<T, E = Refusal> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** Why an input from outside was not taken. Never holds a secret or a choice. */
export interface Refusal {
  /** Stable, dotted, for machines: `package.duplicate-code`. */
  readonly code: string
  /** The file, line, topic, table, path or byte that is meant. */
  readonly where: string
  /** What does not hold, in one sentence. */
  readonly what: string
  /** The next step for the person, in one sentence. */
  readonly next: string
}

/** Wraps a value as success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** Wraps a reason as failure. */
export function fail<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}

/** A refusal from its four parts, as a failed result. */
export function refuse(
  code: string,
  where: string,
  what: string,
  next: string,
): { readonly ok: false; readonly error: Refusal } {
  return fail({ code, where, what, next })
}

/** One line for a terminal or a log. */
export function describeRefusal(refusal: Refusal): string {
  return `${refusal.where}: ${refusal.what} (${refusal.code}). ${refusal.next}`
}

/** A refusal on its way to a boundary (command line, main loop) that turns it into words and an exit code. */
export class RefusalError extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(describeRefusal(refusal))
    this.name = 'RefusalError'
    this.refusal = refusal
  }
}

/** The value, or the refusal thrown as {@link RefusalError}. For boundaries only. */
export function valueOrThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new RefusalError(result.error)
}
