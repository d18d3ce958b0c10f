/** Enrolment of a device: the authority checks the device and its request (`core/enrolment/device-request.ts`), and answers with a certificate. */
import { z } from 'zod'
import { type Definition, devicesOfStation } from '../../core/election/definition.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'
import { isSoundPublicKey } from '../../core/keys/ed25519.ts'
import { fromBase64 } from '../../core/keys/hash.ts'
import { openDocument, peekDocument } from '../../core/keys/signed-document.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { type Issuing, issuedBy } from './certificates.ts'

const shape = z.strictObject({
  device: z.string().max(64),
  keys: z.strictObject({
    log: z.string().length(44),
    message: z.string().length(44),
    tls: z.string().length(44),
    witness: z.string().length(44),
  }),
  version: z.literal(1),
})

/**
 * Checks a request and issues the device's certificate.
 * @param definition names the devices that may be enrolled
 * @param where the file or line the request came from
 * @returns DER, or a refusal: `enrolment.shape`, `enrolment.weak-key`, `enrolment.same-key`, `enrolment.unknown-device`, or what
 *   `openDocument` says of a signature
 */
export function enrolDevice(
  request: string,
  definition: Definition,
  issuing: Issuing,
  where: string,
): Result<Uint8Array> {
  const peeked = peekDocument(request, 'enrolment', where)
  if (!peeked.ok) return peeked
  const parsed = shape.safeParse(peeked.value)
  if (!parsed.success) {
    return refuse(
      'enrolment.shape',
      where,
      'this is not an enrolment request',
      'Have the device make it again.',
    )
  }
  const { device, keys } = parsed.data
  const [log, message, tls, witness] = [keys.log, keys.message, keys.tls, keys.witness].map(fromBase64)
  for (const [use, key] of Object.entries({ log, message, tls, witness })) {
    if (key === undefined || !isSoundPublicKey(key)) {
      return refuse(
        'enrolment.weak-key',
        where,
        `the key for ${use} is no sound Ed25519 key: anyone could sign for it`,
        'Have the device make new keys, and examine it: a healthy one makes no such key.',
      )
    }
  }
  if (log === undefined || message === undefined || tls === undefined || witness === undefined)
    throw new Error('a key was not checked')
  if (new Set(Object.values(keys)).size !== 4) {
    return refuse(
      'enrolment.same-key',
      where,
      'one key is named for two uses',
      'Have the device make new keys.',
    )
  }
  const opened = openDocument(request, { type: 'enrolment', keys: [log, message, tls, witness], where })
  if (!opened.ok) return opened
  if (!definition.stations.some((station) => devicesOfStation(station).includes(device))) {
    return refuse(
      'enrolment.unknown-device',
      where,
      `no station of this election has a device ${JSON.stringify(device)}`,
      'Check the id on the device against the package.',
    )
  }
  return ok(
    issueCertificate({
      ...issuedBy(issuing, definition),
      subject: device,
      role: 'device',
      publicKeySpki: ed25519Spki(tls),
      keys: { log: keys.log, message: keys.message, witness: keys.witness },
    }),
  )
}
