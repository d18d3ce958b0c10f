/** Whether an order binds this device now: two people, the right ones, to it, in time, and newer than the last. */
import { type Definition, devicesOfStation } from '../election/definition.ts'
import { isPollingTime, pollingNoon } from '../election/polling-time.ts'
import { type Certificate, readCertificate } from '../keys/certificate.ts'
import { equalBytes } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import { characterCode, isReadable, unshownCharacter } from '../text/drawable.ts'
import { foldForSearch } from '../text/fold-for-search.ts'
import { utcSecond } from '../text/utc-second.ts'
import { fingerprint, type OrderContent, type ReadOrder, readOrder } from './order.ts'

const HOUR_MS = 3_600_000
/** A device's clock may be so much behind that of the office. */
const CLOCK_MARGIN_MS = HOUR_MS / 6
/** No order is good for longer: one that was kept back comes up another day. */
const LONGEST_MS = 24 * HOUR_MS

/** As long as a journal takes it, UTF-16 units. */
const LONGEST_NAME = 120

/** As devices, stations and collectors are called, and no person. */
const ID = /^[a-z0-9][a-z0-9.-]*$/

/** What an order is held against. */
export interface OrderGround {
  readonly definition: Definition
  /** The election authority's Ed25519 key, 32 bytes. */
  readonly authority: Uint8Array
  readonly device: string
  readonly station: string
  /** The number of the last order that was taken; 0 of none. */
  readonly lastNumber: number
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number
}

/** An official who signed. */
export interface Signatory {
  readonly name: string
  /** SHA-256 of the certificate, base64. */
  readonly certificate: string
}

/** An order that binds. */
export interface Order {
  readonly content: OrderContent
  /** As in {@link ReadOrder}. */
  readonly hash: string
  readonly by: readonly [Signatory, Signatory]
}

/**
 * Reads an order and holds it against what a device knows.
 * @returns a refusal `message.*`, `document.*`, `certificate.*` or `order.*`
 */
export function checkOrder(payload: Uint8Array, ground: OrderGround, where: string): Result<Order> {
  const read = readOrder(payload, where)
  if (!read.ok) return read
  const by = checkSignatories(read.value, ground, where)
  if (!by.ok) return by
  const { content, hash } = read.value
  const good = checkContent(content, ground, where)
  if (!good.ok) return good
  const bound = checkBinding(content, ground, where)
  return bound.ok ? ok({ content, hash, by: by.value }) : bound
}

/** The two officials whose signatures verified in {@link readOrder}; refused unless they are two people. */
export function checkSignatories(
  { keys, certificates }: ReadOrder,
  { definition, authority }: Pick<OrderGround, 'definition' | 'authority'>,
  where: string,
): Result<readonly [Signatory, Signatory]> {
  const signed: Certificate[] = []
  for (const [i, der] of certificates.entries()) {
    const official = checkOfficial(der, { definition, authority }, `${where} certificate ${i + 1}`)
    if (!official.ok) return official
    if (!equalBytes(official.value.publicKeyRaw, keys[i] ?? new Uint8Array()))
      return refuse('order.key', where, `signature ${i + 1} is not by the key of its certificate`, SIGN_AGAIN)
    signed.push(official.value)
  }
  const [one, other] = signed
  const [first, second] = certificates
  if (one === undefined || other === undefined || first === undefined || second === undefined)
    return refuse('order.one-signature', where, 'one person signed it, and two are needed', SIGN_AGAIN)
  // One person may have been given two certificates, and two names may have been given to one key.
  if (equalBytes(one.publicKeyRaw, other.publicKeyRaw) || isOneName(one.subject, other.subject))
    return refuse('order.one-person', where, 'both signatures are by one person', SIGN_AGAIN)
  return ok([
    { name: one.subject, certificate: fingerprint(first) },
    { name: other.subject, certificate: fingerprint(second) },
  ])
}

/** A certificate of one who may order; judged by the polling day, for a device's clock may be wrong. */
export function checkOfficial(
  der: Uint8Array,
  { definition, authority }: Pick<OrderGround, 'definition' | 'authority'>,
  where: string,
): Result<Certificate> {
  const certificate = readCertificate(der, authority, pollingNoon(definition), where)
  if (!certificate.ok) return certificate
  const { role, subject } = certificate.value
  const isOfficial = role === 'official'
  if (!isOfficial)
    return refuse('order.role', where, `a certificate for the role ${role} gives no orders`, SIGN_AGAIN)
  const what = findNameProblem(subject)
  return what === undefined ? certificate : refuse('order.name', where, what, NAME_AGAIN)
}

/** Why nobody may be called that who gives orders: the name stands in journals and on officers' screens, and brokers see names alone. */
function findNameProblem(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return 'the name in the certificate is too long for journals'
  const unshown = unshownCharacter(name)
  if (unshown !== undefined)
    return `the name in the certificate has the character ${characterCode(unshown)}, which is not seen`
  if (!isReadable(name)) return 'the name in the certificate has no letter'
  return ID.test(name) ? 'the name in the certificate could be that of a device or a collector' : undefined
}

/** Letters that are written in several ways, marks and spaces make no other person. */
function isOneName(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => foldForSearch(name).replaceAll(' ', ''))
  return first === second
}

/**
 * What of an order hangs on the order, the package and the time alone: whoever drafts, signs or sends one asks it, and so does each device.
 * @returns the devices that it is for, or a refusal `order.*`: no device would take it
 */
export function checkContent(
  content: OrderContent,
  { definition, now }: Pick<OrderGround, 'definition' | 'now'>,
  where: string,
): Result<readonly string[]> {
  const { election, to, order } = content
  if (election !== definition.election)
    return refuse('order.election', where, `it is for the election ${election}`, SEND_OTHER)
  const devices = addressees(definition, to)
  if (devices.length === 0)
    return refuse('order.addressee', where, 'the package names no such device or station', MAKE_NEW)
  const [issued, expires] = [content.issued, content.expires].map((text) => utcSecond(text) ?? Number.NaN)
  if (
    issued === undefined ||
    expires === undefined ||
    !(issued < expires && expires - issued <= LONGEST_MS)
  ) {
    const times = `from ${content.issued} until ${content.expires}`
    return refuse(
      'order.times',
      where,
      `${times} it is good for no time, or for more than 24 hours`,
      MAKE_NEW,
    )
  }
  if (now < issued - CLOCK_MARGIN_MS)
    return refuse('order.not-yet', where, `it is not good before ${content.issued}`, CHECK_CLOCK)
  if (now > expires)
    return refuse('order.expired', where, `it was good until ${content.expires}`, CHECK_CLOCK)
  if (!('until' in order)) return ok(devices)
  const until = utcSecond(order.until) ?? Number.NaN
  if (!(until > now) || !isPollingTime(definition, until))
    return refuse('order.until', where, `${order.until} is past, or not on the polling day`, MAKE_NEW)
  return ok(devices)
}

/** What this device alone can say of an order: whether it is for it, and newer than the last. */
function checkBinding(
  { to, number }: OrderContent,
  { device, station, lastNumber }: OrderGround,
  where: string,
): Result<void> {
  const isMine =
    to === 'all' || ('device' in to && to.device === device) || ('station' in to && to.station === station)
  if (!isMine) return refuse('order.addressee', where, 'it is for another device or station', SEND_OTHER)
  if (number <= lastNumber)
    return refuse('order.old', where, `number ${number} after number ${lastNumber}`, MAKE_NEW)
  return ok(undefined)
}

/** The devices of the package that an order is for. */
function addressees({ stations }: Pick<Definition, 'stations'>, to: OrderContent['to']): readonly string[] {
  return stations
    .filter(({ id }) => to === 'all' || 'device' in to || to.station === id)
    .flatMap(devicesOfStation)
    .filter((id) => to === 'all' || 'station' in to || to.device === id)
}

const SIGN_AGAIN =
  'Have two officials sign it, each with the key and certificate that the authority gave them.'
const NAME_AGAIN = 'Have the authority make a certificate with the name of the person, as people write it.'
const SEND_OTHER = 'Have an order made for this one.'
const MAKE_NEW =
  'Have an order made for whom the package names, with a higher number than the last and times that are still to come.'
const CHECK_CLOCK = 'Look at the clock of this device or computer; if it is right, have a new order made.'
