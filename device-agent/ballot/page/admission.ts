/**
 * Who may have the page: whoever brings the one-time token, once, and then the browser that was given the cookie for it. A new token
 * redeemed ends the session before. Both are 256 random bits, and only their hashes are kept.
 */
import { equalBytes, sha256 } from '../../../core/keys/hash.ts'
import type { Random } from '../../../core/ports.ts'

const SECRET_BYTES = 32

/** Tokens and sessions of one server. */
export class Admission {
  readonly #random: Random
  readonly #cookieName: string
  #token: Uint8Array | undefined
  #session: Uint8Array | undefined

  /** @param port browsers send cookies to every port of a computer: the name keeps those of several devices apart */
  constructor(random: Random, port: number) {
    this.#random = random
    this.#cookieName = `sandogh-${port}`
  }

  /** A new token; the one before no longer works. */
  newToken(): string {
    const token = this.#newSecret()
    this.#token = hashOf(token)
    return token
  }

  /**
   * Takes a token, once.
   * @returns the `Set-Cookie` header of the session that begins, or undefined if it is not the token
   */
  redeem(token: string): string | undefined {
    if (this.#token === undefined || !equalBytes(this.#token, hashOf(token))) return undefined
    this.#token = undefined
    const secret = this.#newSecret()
    this.#session = hashOf(secret)
    return `${this.#cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a `Cookie` header holds that of the present session. */
  isAdmitted(cookies: string | undefined): boolean {
    const session = this.#session
    if (session === undefined || cookies === undefined) return false
    return cookies.split('; ').some((cookie) => {
      const [name, secret = ''] = cookie.split('=')
      return name === this.#cookieName && equalBytes(session, hashOf(secret))
    })
  }

  #newSecret(): string {
    return Buffer.from(this.#random.bytes(SECRET_BYTES)).toString('base64url')
  }
}

/** Hashes are of one length, so that comparing them tells nothing of what is kept. */
function hashOf(secret: string): Uint8Array {
  return sha256(Buffer.from(secret, 'utf8'))
}
