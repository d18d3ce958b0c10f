/** Enrolment of those who write cards: the card authority checks a device's request (`core/enrolment/terminal-request.ts`), and answers. */
import { z } from 'zod'
import {
  issueTerminalCertificate,
  TERMINAL_SERIAL_BYTES,
  type TerminalRole,
} from '../../core/cards/terminal-certificate.ts'
import type { Definition } from '../../core/election/definition.ts'
import { proofMessage } from '../../core/enrolment/terminal-request.ts'
import type { Certificate } from '../../core/keys/certificate.ts'
import { fromBase64 } from '../../core/keys/hash.ts'
import { isSoundP256Key, type P256Key, verifyP256 } from '../../core/keys/p256.ts'
import { openDocument } from '../../core/keys/signed-document.ts'
import type { Random } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'

const shape = z.strictObject({
  device: z.string().max(64),
  key: z.string().length(88),
  proof: z.string().length(88),
  version: z.literal(1),
})

/** Who certifies for cards, and until when. */
export interface CardIssuing {
  /** The card authority's key: cards of this election trust it and no other. */
  readonly cardAuthority: P256Key
  readonly lastDay: Date
  readonly random: Random
}

/**
 * Checks a request and issues the device's certificate for cards.
 * @param device its certificate, read and verified
 * @param where the file or line the request came from
 * @param at the station to which a spare is taken; cards of no other one will know it
 * @returns a refusal: `terminal.shape`, `terminal.weak-key`, `terminal.unknown-device`, or what `openDocument` says of a signature
 */
export function enrolTerminal(
  request: string,
  device: Certificate,
  definition: Definition,
  issuing: CardIssuing,
  where: string,
  at?: string,
): Result<Uint8Array> {
  const { message } = device.keys
  const opened = openDocument(request, { type: 'card-terminal', keys: message ? [message] : [], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success || parsed.data.device !== device.subject) {
    return refuse(
      'terminal.shape',
      where,
      'this is no request of that device for a certificate for cards',
      'Have the device make it again.',
    )
  }
  const publicKey = fromBase64(parsed.data.key) ?? new Uint8Array()
  const proof = fromBase64(parsed.data.proof) ?? new Uint8Array()
  const isHeld =
    isSoundP256Key(publicKey) && verifyP256(publicKey, proofMessage(device.subject, publicKey), proof)
  if (!isHeld) {
    return refuse(
      'terminal.weak-key',
      where,
      'the device does not prove that it holds the key it names',
      'Have the device make a new key and ask again.',
    )
  }
  const station = definition.stations.find(
    ({ id, devices, spares }) =>
      devices.includes(device.subject) || (id === at && spares?.includes(device.subject)),
  )
  if (device.role !== 'device' || station === undefined) {
    return refuse(
      'terminal.unknown-device',
      where,
      `no station of this election has a device ${JSON.stringify(device.subject)}`,
      'Check the id on the device against the package.',
    )
  }
  return ok(certifyTerminal({ role: 'ballot-device', station: station.id, publicKey }, issuing))
}

/** A certificate for cards. Throws on a weak key: whoever enrols checks it first. */
export function certifyTerminal(
  terminal: { readonly role: TerminalRole; readonly station: string; readonly publicKey: Uint8Array },
  { cardAuthority, lastDay, random }: CardIssuing,
): Uint8Array {
  const serial = random.bytes(TERMINAL_SERIAL_BYTES)
  return issueTerminalCertificate({ ...terminal, authority: cardAuthority, serial, lastDay })
}
