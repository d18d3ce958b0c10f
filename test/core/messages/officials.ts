/** An election with officials who give orders. */
import type { Definition } from '../../../core/election/definition.ts'
import { ed25519Spki, issueCertificate, type Role } from '../../../core/keys/certificate.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import type { OrderGround } from '../../../core/messages/check-order.ts'
import {
  countersignOrder,
  draftOrder,
  type Official,
  type OrderContent,
  readOrder,
} from '../../../core/messages/order.ts'
import type { Signer } from '../../../core/ports.ts'
import { valueOrThrow } from '../../../core/result.ts'

const signer = (byte: number) => signerFromSeed(new Uint8Array(32).fill(byte))
export const authority = signer(1)

/** As much of a definition as orders are held against. */
export const definition = {
  authority: 'council.example',
  election: 'e-1',
  pollingDay: '2026-06-19',
  timeZone: 'Asia/Tehran',
  stations: [{ id: 'st-1', devices: ['d-1', 'd-2'] }],
} as unknown as Definition

export function official(
  name: string,
  key: number | Signer,
  role: Role = 'official',
  issuer = authority,
): Official {
  const own = typeof key === 'number' ? signer(key) : key
  const certificate = issueCertificate({
    authority: issuer,
    authorityName: definition.authority,
    subject: name,
    role,
    publicKeySpki: ed25519Spki(own.publicKey),
    serial: Uint8Array.of(key === own ? 9 : Number(key)),
    notBefore: new Date('2026-06-01T00:00:00Z'),
    notAfter: new Date('2026-07-01T00:00:00Z'),
  })
  return { signer: own, certificate }
}

export const leila = official('لیلا', 2)
export const reza = official('رضا', 3)

export const said: OrderContent = {
  election: 'e-1',
  to: { device: 'd-1' },
  number: 4,
  issued: '2026-06-19T10:00:00Z',
  expires: '2026-06-19T12:00:00Z',
  order: { do: 'extend-hours', until: '2026-06-19T17:30:00Z' },
}

export const ground: OrderGround = {
  definition,
  authority: authority.publicKey,
  device: 'd-1',
  station: 'st-1',
  lastNumber: 3,
  now: Date.parse('2026-06-19T11:00:00Z'),
}

export function signed(changes: Partial<OrderContent> = {}, one = leila, other = reza): Uint8Array {
  const draft = valueOrThrow(readOrder(draftOrder({ ...said, ...changes }, one), 'draft'))
  return valueOrThrow(countersignOrder(draft, other, 'draft'))
}
