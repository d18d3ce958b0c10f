/** The command set of `docs/card.md` over a reader: what a voter card and an officer's card can be asked. */
import { concatBytes, sha256 } from '../../core/keys/hash.ts'
import type { Result } from '../../core/result.ts'
import { fail, ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from './apdu.ts'
import type { CardFault, CardReader } from './driver.ts'

/** Why a card did not do what it was asked: the way to it failed, it refused with a status word, or its answer has the wrong form. */
export type CardProblem =
  | { readonly is: 'fault'; readonly fault: CardFault }
  | { readonly is: 'refused'; readonly command: string; readonly status: number }
  | { readonly is: 'malformed'; readonly command: string }

/** What one asks a card for. */
export type CardResult<T> = Promise<Result<T, CardProblem>>

/** Where a voter card stands. */
export type VoterCardState =
  | { readonly is: 'blank' }
  | { readonly is: 'issued' }
  | { readonly is: 'claimed'; readonly originHash: Uint8Array }
  | { readonly is: 'spent' }

/** What is common to every card. */
interface AnyCard {
  /**
   * Has the card prove that it holds its private key: an ECDSA signature over P-256, r and s, 64 bytes, over
   * {@link authenticationMessage}.
   * @param challenge 32 fresh random bytes
   * @param context 32 bytes that name the device and the purpose
   */
  internalAuthenticate(challenge: Uint8Array, context: Uint8Array): CardResult<Uint8Array>
}

/** A voter's card: one authorization, no personal data, no PIN. */
export interface VoterCard extends AnyCard {
  readonly kind: 'voter'
  readState(): CardResult<VoterCardState>
  /** The authorization's bytes; empty when there is none. */
  readAuthorization(): CardResult<Uint8Array>
  /** P-256, uncompressed, 65 bytes. */
  readPublicKey(): CardResult<Uint8Array>
  /** From issued to claimed by the device with this origin hash (32 bytes). */
  claim(originHash: Uint8Array): CardResult<null>
  /** Back from claimed to issued; the card lets only the claiming device do it. */
  release(originHash: Uint8Array): CardResult<null>
  /** From claimed to spent; the card erases the authorization. */
  spend(): CardResult<null>
  /** Writes an authorization to a blank or spent card and makes it issued. */
  issue(authorization: Uint8Array): CardResult<null>
}

/** How a PIN fared. */
export type PinOutcome = 'verified' | { readonly triesLeft: number } | 'dead'

/** The card of an officer, or the sealed spare that holds the third share. */
export interface OfficerCard extends AnyCard {
  readonly kind: 'executive' | 'supervisory' | 'spare'
  /** Eight decimal digits. The fifth wrong one in a row kills the card. */
  verifyPin(pin: string): CardResult<PinOutcome>
  /** X.509, DER. */
  readCertificate(): CardResult<Uint8Array>
  /** The share of the station's day key, 81 bytes, or null; after a PIN. */
  readDayShare(): CardResult<Uint8Array | null>
  /** Replaces the share; after a PIN. */
  writeDayShare(share: Uint8Array): CardResult<null>
  /** Forgets the share; after a PIN. */
  eraseDayShare(): CardResult<null>
  /** Heads of the station's journals, at most {@link LONGEST_OBJECT} bytes, empty on a new card; after a PIN. */
  readHeads(): CardResult<Uint8Array>
  /** Replaces the heads; after a PIN. A card pulled meanwhile holds a beginning of them. */
  writeHeads(heads: Uint8Array): CardResult<null>
}

export type Card = VoterCard | OfficerCard

const APPLET = Uint8Array.of(0xf0, 0x53, 0x41, 0x4e, 0x44, 0x4f, 0x47, 0x48)
const AUTHORIZATION = 0x0101
const PUBLIC_KEY = 0x0102
const CERTIFICATE = 0x0201
const DAY_SHARE = 0x0202
const DAY_SHARE_SIZE = 81
const HEADS = 0x0203
const STATES = ['blank', 'issued', 'claimed', 'spent'] as const
/** Longer objects are read and written in pieces of this size. */
const PIECE = 200
/** No object of a card is longer; one that says so is not believed. */
const LONGEST_OBJECT = 32_768
const SUCCESS = 0x9000

/** The exact bytes that {@link VoterCard.internalAuthenticate} signs (the signature hashes them with SHA-256). */
export function authenticationMessage(
  challenge: Uint8Array,
  context: Uint8Array,
  objectHash: Uint8Array,
): Uint8Array {
  const label = new TextEncoder().encode('sandogh/v1/card')
  return concatBytes(label, sized(challenge, 32), sized(context, 32), sized(objectHash, 32))
}

/**
 * The object hash of a voter card in that state with that authorization (empty bytes when there is none): state, claiming origin (zero if
 * it is not claimed) and authorization, so that nobody between card and reader can show another state than the card is in.
 */
export function voterObjectHash(state: VoterCardState, authorization: Uint8Array): Uint8Array {
  const originHash = state.is === 'claimed' ? state.originHash : new Uint8Array(32)
  return sha256(Uint8Array.of(STATES.indexOf(state.is)), originHash, authorization)
}

/** The object hash of an officer's card with that certificate. */
export function officerObjectHash(certificate: Uint8Array): Uint8Array {
  return sha256(certificate)
}

/** Powers the card on and selects the applet. */
export async function openCard(reader: CardReader): CardResult<Card> {
  const atr = await reader.powerOn()
  if (!atr.ok) return fail({ is: 'fault', fault: atr.error })
  const command: Apdu = { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: APPLET, expected: 1 }
  const answer = await succeed(reader, 'select', command)
  if (!answer.ok) return answer
  switch (answer.value.length === 1 ? answer.value[0] : undefined) {
    case 1:
      return ok(voterCard(reader))
    case 2:
      return ok(officerCard(reader, 'executive'))
    case 3:
      return ok(officerCard(reader, 'supervisory'))
    case 4:
      return ok(officerCard(reader, 'spare'))
    default:
      return fail({ is: 'malformed', command: 'select' })
  }
}

function voterCard(reader: CardReader): VoterCard {
  return {
    kind: 'voter',
    internalAuthenticate: (challenge, context) => internalAuthenticate(reader, challenge, context),
    readState: () => readState(reader),
    readAuthorization: () => readObject(reader, AUTHORIZATION),
    readPublicKey: async () => {
      const key = await readObject(reader, PUBLIC_KEY)
      return !key.ok || key.value.length === 65 ? key : fail({ is: 'malformed', command: 'read public key' })
    },
    claim: (originHash) => changeState(reader, 2, sized(originHash, 32)),
    release: (originHash) => changeState(reader, 1, sized(originHash, 32)),
    spend: () => changeState(reader, 3),
    issue: async (authorization) => {
      const written = await writeObject(reader, AUTHORIZATION, authorization)
      return written.ok ? changeState(reader, 1) : written
    },
  }
}

function officerCard(reader: CardReader, kind: OfficerCard['kind']): OfficerCard {
  return {
    kind,
    internalAuthenticate: (challenge, context) => internalAuthenticate(reader, challenge, context),
    verifyPin: (pin) => verifyPin(reader, pin),
    readCertificate: () => readObject(reader, CERTIFICATE),
    readDayShare: async () => {
      const share = await readObject(reader, DAY_SHARE)
      if (!share.ok) return share
      if (share.value.length === 0) return ok(null)
      if (share.value.length !== DAY_SHARE_SIZE) return fail({ is: 'malformed', command: 'read day share' })
      return share
    },
    writeDayShare: (share) => writeObject(reader, DAY_SHARE, sized(share, DAY_SHARE_SIZE)),
    eraseDayShare: () => writeObject(reader, DAY_SHARE, new Uint8Array(0)),
    readHeads: () => readObject(reader, HEADS),
    writeHeads: (heads) => writeObject(reader, HEADS, heads),
  }
}

async function internalAuthenticate(
  reader: CardReader,
  challenge: Uint8Array,
  context: Uint8Array,
): CardResult<Uint8Array> {
  const data = concatBytes(sized(challenge, 32), sized(context, 32))
  const command: Apdu = { cla: 0x00, ins: 0x88, p1: 0, p2: 0, data, expected: 64 }
  const answer = await succeed(reader, 'internal authenticate', command)
  if (answer.ok && answer.value.length !== 64) {
    return fail({ is: 'malformed', command: 'internal authenticate' })
  }
  return answer
}

async function readState(reader: CardReader): CardResult<VoterCardState> {
  const answer = await succeed(reader, 'get state', { cla: 0x80, ins: 0x12, p1: 0, p2: 0, expected: 33 })
  if (!answer.ok) return answer
  const is = STATES[answer.value[0] ?? STATES.length]
  if (is === undefined || answer.value.length !== 33) return fail({ is: 'malformed', command: 'get state' })
  return ok(is === 'claimed' ? { is, originHash: answer.value.slice(1) } : { is })
}

async function changeState(reader: CardReader, state: number, data?: Uint8Array): CardResult<null> {
  const header: Apdu = { cla: 0x80, ins: 0x10, p1: state, p2: 0 }
  return done(await succeed(reader, 'change state', data === undefined ? header : { ...header, data }))
}

async function verifyPin(reader: CardReader, pin: string): CardResult<PinOutcome> {
  if (!/^[0-9]{8}$/.test(pin)) throw new Error('a PIN is eight decimal digits')
  const data = new TextEncoder().encode(pin)
  const answer = await transmit(reader, { cla: 0x00, ins: 0x20, p1: 0x00, p2: 0x80, data })
  if (!answer.ok) return answer
  const { status } = answer.value
  if (status === SUCCESS) return ok('verified')
  if (status === 0x6983) return ok('dead')
  if ((status & 0xfff0) === 0x63c0) return ok({ triesLeft: status & 0x0f })
  return fail({ is: 'refused', command: 'verify', status })
}

async function readObject(reader: CardReader, id: number): CardResult<Uint8Array> {
  const selected = await selectObject(reader, id)
  if (!selected.ok) return selected
  const size = await succeed(reader, 'get length', { cla: 0x00, ins: 0xca, p1: 0, p2: 0, expected: 2 })
  if (!size.ok) return size
  const [high = 0, low = 0] = size.value
  const length = (high << 8) | low
  if (size.value.length !== 2 || length > LONGEST_OBJECT)
    return fail({ is: 'malformed', command: 'get length' })
  const bytes = new Uint8Array(length)
  for (let offset = 0; offset < length; offset += PIECE) {
    const expected = Math.min(PIECE, length - offset)
    const place = { p1: offset >> 8, p2: offset & 0xff }
    const piece = await succeed(reader, 'read binary', { cla: 0x00, ins: 0xb0, ...place, expected })
    if (!piece.ok) return piece
    if (piece.value.length !== expected) return fail({ is: 'malformed', command: 'read binary' })
    bytes.set(piece.value, offset)
  }
  return ok(bytes)
}

/** Writes an object from offset 0, which starts a new value; no bytes at all erase it. */
async function writeObject(reader: CardReader, id: number, bytes: Uint8Array): CardResult<null> {
  if (bytes.length > LONGEST_OBJECT) throw new Error('an object too long for a card')
  const selected = await selectObject(reader, id)
  if (!selected.ok) return selected
  let offset = 0
  do {
    const data = bytes.subarray(offset, offset + PIECE)
    const header: Apdu = { cla: 0x00, ins: 0xda, p1: offset >> 8, p2: offset & 0xff }
    const written = await succeed(reader, 'put data', data.length === 0 ? header : { ...header, data })
    if (!written.ok) return written
    offset += PIECE
  } while (offset < bytes.length)
  return ok(null)
}

async function selectObject(reader: CardReader, id: number): CardResult<null> {
  const data = Uint8Array.of(id >> 8, id & 0xff)
  return done(await succeed(reader, 'select object', { cla: 0x00, ins: 0xa4, p1: 0x02, p2: 0x0c, data }))
}

/** The data of an answer whose status is 90 00. */
async function succeed(reader: CardReader, command: string, apdu: Apdu): CardResult<Uint8Array> {
  const answer = await transmit(reader, apdu)
  if (!answer.ok) return answer
  const { data, status } = answer.value
  return status === SUCCESS ? ok(data) : fail({ is: 'refused', command, status })
}

async function transmit(reader: CardReader, apdu: Apdu): CardResult<CardAnswer> {
  const answer = await reader.transmit(apdu)
  return answer.ok ? answer : fail({ is: 'fault', fault: answer.error })
}

function done(answer: Result<Uint8Array, CardProblem>): Result<null, CardProblem> {
  return answer.ok ? ok(null) : answer
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new Error(`${size} bytes expected, not ${bytes.length}`)
  return bytes
}
