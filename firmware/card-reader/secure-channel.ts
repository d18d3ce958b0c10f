/**
 * How a terminal and a card agree on the keys of their session: GlobalPlatform Secure Channel Protocol 11a (Card Specification Amendment
 * F) in two commands. The terminal shows its certificate, which the card verifies; then each gives a fresh key, and the session's keys
 * come of both pairs, fresh and certified, so that only the owner of the terminal's key and only this card can go on:
 *
 *     PERFORM SECURITY OPERATION  80 2A 00 10  certificate of the terminal
 *     MUTUAL AUTHENTICATE         80 82 00 11  A6 0D (90 02 11 01, 95 01 3C, 80 01 88, 81 01 10), 5F49 41 fresh key of the terminal
 *                                 answer       5F49 41 fresh key of the card, 86 10 receipt
 *
 * MUTUAL AUTHENTICATE is the EXTERNAL AUTHENTICATE of ISO 7816-4 that is answered with a proof of the card's own.
 */
import { aesCmac } from '../../core/keys/aes-cmac.ts'
import { concatBytes, equalBytes, sha256 } from '../../core/keys/hash.ts'
import { drawP256Scalar, type P256Key, p256KeyFromScalar } from '../../core/keys/p256.ts'
import type { Random } from '../../core/ports.ts'
import type { Apdu } from './apdu.ts'
import { SecureMessages } from './secure-messages.ts'

/** By what a device or desk proves to a card that it may write: a certificate for cards, and its key. */
export interface CardTerminal {
  /** `core/cards/terminal-certificate.ts`. */
  readonly certificate: Uint8Array
  readonly key: P256Key
}

/** Protocol 11, variant a; encrypted and authenticated both ways; AES; 16 bytes. */
const USAGE = Uint8Array.of(0x3c, 0x88, 0x10)
const CONTROL = Uint8Array.of(0xa6, 0x0d, 0x90, 2, 0x11, 0x01, 0x95, 1, 0x3c, 0x80, 1, 0x88, 0x81, 1, 0x10)
const PUBLIC_KEY = Uint8Array.of(0x5f, 0x49, 0x41)
const RECEIPT = Uint8Array.of(0x86, 0x10)
const [KEY_BYTES, POINT_BYTES] = [16, 65]
const ANSWER_BYTES = PUBLIC_KEY.length + POINT_BYTES + RECEIPT.length + KEY_BYTES

/** The command by which the terminal shows its certificate. */
export function showCertificate({ certificate }: CardTerminal): Apdu {
  return { cla: 0x80, ins: 0x2a, p1: 0x00, p2: 0x10, data: certificate }
}

/** One agreement. `command` is sent after {@link showCertificate}; `finish` makes the session of the answer to it, undefined if no card with that key gave it. */
export function beginAgreement(
  terminal: CardTerminal,
  cardKey: Uint8Array,
  random: Random,
): { readonly command: Apdu; finish(answer: Uint8Array): SecureMessages | undefined } {
  const fresh = p256KeyFromScalar(drawP256Scalar(random))
  const data = concatBytes(CONTROL, PUBLIC_KEY, fresh.publicKey)
  const command: Apdu = { cla: 0x80, ins: 0x82, p1: 0x00, p2: 0x11, data, expected: ANSWER_BYTES }
  return { command, finish: (answer) => finish(terminal, cardKey, fresh, data, answer) }
}

function finish(
  terminal: CardTerminal,
  cardKey: Uint8Array,
  fresh: P256Key,
  sent: Uint8Array,
  answer: Uint8Array,
): SecureMessages | undefined {
  const end = PUBLIC_KEY.length + POINT_BYTES
  const isFramed =
    answer.length === ANSWER_BYTES &&
    equalBytes(answer.subarray(0, PUBLIC_KEY.length), PUBLIC_KEY) &&
    equalBytes(answer.subarray(end, end + RECEIPT.length), RECEIPT)
  if (!isFramed) return undefined
  const freshSecret = fresh.agree(answer.subarray(PUBLIC_KEY.length, end))
  const certifiedSecret = terminal.key.agree(cardKey)
  if (freshSecret === undefined || certifiedSecret === undefined) return undefined
  const [receiptKey, encryption, commandMac, answerMac] = deriveKeys(freshSecret, certifiedSecret)
  const receipt = aesCmac(receiptKey, concatBytes(sent, answer.subarray(0, end)))
  if (!equalBytes(receipt, answer.subarray(end + RECEIPT.length))) return undefined
  return new SecureMessages({ encryption, commandMac, answerMac }, receipt)
}

type Keys = readonly [
  receipt: Uint8Array,
  encryption: Uint8Array,
  commandMac: Uint8Array,
  answerMac: Uint8Array,
]

/** The key derivation of ANSI X9.63 with SHA-256 (BSI TR-03111, 4.3.3; Amendment F, 3.1.2); the fifth key that it would give is not used here. */
function deriveKeys(freshSecret: Uint8Array, certifiedSecret: Uint8Array): Keys {
  const hash = (counter: number) =>
    sha256(freshSecret, certifiedSecret, Uint8Array.of(0, 0, 0, counter), USAGE)
  const bytes = concatBytes(hash(1), hash(2))
  const key = (number: number) => bytes.slice(number * KEY_BYTES, (number + 1) * KEY_BYTES)
  return [key(0), key(1), key(2), key(3)]
}
