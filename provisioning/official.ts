/** `sandogh provision official`: makes one who may order devices, with a second one. Run where the authority's keys are kept, offline. */

import { writeFileSync } from 'node:fs'
import { pollingNoon } from '../core/election/polling-time.ts'
import { ed25519Spki, issueCertificate } from '../core/keys/certificate.ts'
import { signerFromSeed } from '../core/keys/ed25519.ts'
import { checkOfficial } from '../core/messages/check-order.ts'
import { officialFile } from '../core/messages/official-file.ts'
import type { Random } from '../core/ports.ts'
import { ok, type Result, refuse } from '../core/result.ts'
import { issuedBy } from './enrolment/certificates.ts'
import type { Office } from './office.ts'

/** Before and behind the polling day. */
const VALIDITY_MS = 90 * 24 * 3_600_000

/**
 * Makes a key and a certificate and writes both into a file that its owner alone can read.
 * @param name of the person; the same for no other person, for two names are two people
 * @returns a refusal `official.*`, `certificate.*` or `order.*`
 */
export function makeOfficial(
  { name, out }: { readonly name: string; readonly out: string },
  { authority, electionPackage: { definition } }: Pick<Office, 'authority' | 'electionPackage'>,
  random: Random,
): Result<void> {
  const length = [...name].length
  if (length === 0 || length > 64 || /\p{Cc}/u.test(name) || name !== name.trim())
    return refuse('official.name', name, 'a name has 1 to 64 characters', 'Write the name of the person.')
  const noon = pollingNoon(definition)
  const times = { notBefore: new Date(noon - VALIDITY_MS), notAfter: new Date(noon + VALIDITY_MS) }
  const seed = random.bytes(32)
  const certificate = issueCertificate({
    ...issuedBy({ authority, random, ...times }, definition),
    subject: name,
    role: 'official',
    publicKeySpki: ed25519Spki(signerFromSeed(seed).publicKey),
  })
  const checked = checkOfficial(certificate, { definition, authority: authority.publicKey }, name)
  if (!checked.ok) return checked
  try {
    writeFileSync(out, officialFile(seed, certificate, authority.publicKey), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'EEXIST' ? 'there is such a file already' : `it cannot be written (${code})`
    return refuse('official.out', out, what, 'Name another file: --out <file>.')
  }
  return ok(undefined)
}
