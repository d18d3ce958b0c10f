/**
 * Every effect comes in through one of these. Nothing in this project reads a clock, draws a random number, writes a log line
 * or opens a line except through the value it was given.
 */

/** A running timer. */
export interface Timer {
  cancel(): void
}

/** Time, real or virtual. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds since some moment, the same all the while: how long something lasts, whoever sets the time of day meanwhile. */
  elapsed(): number
  /** Calls back once after `ms` milliseconds of this clock's time. */
  after(ms: number, callback: () => void): Timer
}

/** Random bytes. In production the operating system's generator; seeded only in simulations and tests. */
export interface Random {
  bytes(length: number): Uint8Array
  /** What the first journal entry says of it. */
  readonly kind: 'system' | 'seeded, not secret'
}

/** The program's own log. Never a choice, a code, a national number, a nonce or a card number. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** Signs with one Ed25519 key (RFC 8032). */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/**
 * One open serial line. A new one is made for each connection, never reopened. `write` never settles an exchange: only
 * the peripheral's answer does.
 */
export interface Transport {
  /** Takes the listener, once: `receive` for each chunk as it arrives, `lost` once when the line is gone (a hint; the deadline decides). */
  listen(receive: (chunk: Uint8Array) => void, lost: (reason: string) => void): void
  write(bytes: Uint8Array): void
  close(): void
}

/** Opens a fresh line, or rejects when there is none. */
export type OpenLine = () => Promise<Transport>
