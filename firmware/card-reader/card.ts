/** The command set of `docs/card.md` over a reader: what each kind of card can be asked. */
import { agreementKeyMessage } from '../../core/cards/agreement-key.ts'
import { concatBytes, sha256 } from '../../core/keys/hash.ts'
import { verifyP256 } from '../../core/keys/p256.ts'
import type { Random } from '../../core/ports.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Apdu, CardAnswer } from './apdu.ts'
import { CardLine, type CardProblem, type CardResult, type ObjectPlace } from './card-line.ts'
import type { CardReader } from './driver.ts'
import { beginAgreement, type CardTerminal, showCertificate } from './secure-channel.ts'

/** Where a voter card stands. */
export type VoterCardState =
  | { readonly is: 'blank' }
  | { readonly is: 'issued' }
  | { readonly is: 'claimed'; readonly originHash: Uint8Array }
  | { readonly is: 'spent' }

/** What is common to every card. */
interface AnyCard {
  /** X.509, DER; empty on a voter's card that was not personalised. */
  readCertificate(): CardResult<Uint8Array>
  /**
   * Has the card prove that it holds its private key: an ECDSA signature over P-256, r and s, 64 bytes, over
   * {@link authenticationMessage}.
   * @param challenge 32 fresh random bytes
   * @param context 32 bytes that name the device and the purpose
   */
  internalAuthenticate(challenge: Uint8Array, context: Uint8Array): CardResult<Uint8Array>
  /**
   * Proves to the card what this terminal may do, has it prove that it is the card with `cardKey`, and sends everything from now on under
   * the keys that both agreed on. A card that another key vouches for is `untrusted`.
   * @param cardKey the card's signature key, as its certificate or authorization names it
   */
  secure(terminal: CardTerminal, cardKey: Uint8Array, random: Random): CardResult<null>
}

/** A voter's card: one authorization, no personal data, no PIN. What changes it wants a secure channel. */
export interface VoterCard extends AnyCard {
  readonly kind: 'voter'
  readState(): CardResult<VoterCardState>
  /** The authorization's bytes; empty when there is none. */
  readAuthorization(): CardResult<Uint8Array>
  /** P-256, uncompressed, 65 bytes. */
  readPublicKey(): CardResult<Uint8Array>
  /** From issued to claimed by the device with this origin hash (32 bytes); the card lets only a device of its station do it. */
  claim(originHash: Uint8Array): CardResult<null>
  /** Back from claimed to issued; the card lets only the claiming device do it. */
  release(originHash: Uint8Array): CardResult<null>
  /** From claimed to spent; the card lets only the claiming device do it and erases the authorization. */
  spend(): CardResult<null>
  /** Writes an authorization to a blank or spent card and makes it issued; the card lets only a check-in desk do it. */
  issue(authorization: Uint8Array): CardResult<null>
}

/** How a PIN fared. */
export type PinOutcome = 'verified' | { readonly triesLeft: number } | 'dead'

/** The card of a person, which does nothing of use without its PIN. */
interface PinCard extends AnyCard {
  /** Eight decimal digits. The fifth wrong one in a row kills the card. */
  verifyPin(pin: string): CardResult<PinOutcome>
}

/** The card of an officer, or the sealed spare that holds the third share. What is written wants PIN and secure channel. */
export interface OfficerCard extends PinCard {
  readonly kind: 'executive' | 'supervisory' | 'spare'
  /** The share of the station's day key, 81 bytes, or null; wants the secure channel as well. */
  readDayShare(): CardResult<Uint8Array | null>
  /** Replaces the share. */
  writeDayShare(share: Uint8Array): CardResult<null>
  /** Forgets the share. */
  eraseDayShare(): CardResult<null>
  /** Heads of the station's journals, at most 32,768 bytes, empty on a new card; after a PIN. */
  readHeads(): CardResult<Uint8Array>
  /** Replaces the heads. A card pulled meanwhile holds a beginning of them. */
  writeHeads(heads: Uint8Array): CardResult<null>
}

/** The card of a technician or an auditor: certificate and PIN. */
interface PersonCard extends PinCard {
  readonly kind: 'technician' | 'auditor'
}

/** A trustee's card. */
interface TrusteeCard extends PinCard {
  readonly kind: 'trustee'
  /** The share of the election key, after a PIN: the text of its file (`core/package/trustee-share.ts`). A secret. */
  readElectionShare(): CardResult<Uint8Array>
}

export type Card = VoterCard | OfficerCard | PersonCard | TrusteeCard

const APPLET = Uint8Array.of(0xf0, 0x53, 0x41, 0x4e, 0x44, 0x4f, 0x47, 0x48)
const KINDS = ['voter', 'executive', 'supervisory', 'spare', 'technician', 'trustee', 'auditor'] as const
const POINT_SIZE = 65
const DAY_SHARE_SIZE = 81
const AUTHORIZATION: ObjectPlace = { id: 0x0101, room: 2_048 }
const PUBLIC_KEY: ObjectPlace = { id: 0x0102, room: POINT_SIZE }
const AGREEMENT_KEY: ObjectPlace = { id: 0x0103, room: 129 }
const CERTIFICATE: ObjectPlace = { id: 0x0201, room: 4_096 }
const DAY_SHARE: ObjectPlace = { id: 0x0202, room: DAY_SHARE_SIZE }
const HEADS: ObjectPlace = { id: 0x0203, room: 32_768 }
const ELECTION_SHARE: ObjectPlace = { id: 0x0204, room: 512 }
const STATES = ['blank', 'issued', 'claimed', 'spent'] as const
const SUCCESS = 0x9000

/** Whether a card is an officer's of a station. */
export function isOfficerCard(card: Card): card is OfficerCard {
  return card.kind === 'executive' || card.kind === 'supervisory' || card.kind === 'spare'
}

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
  const line = new CardLine(reader)
  const command: Apdu = { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: APPLET, expected: 1 }
  const answer = await line.succeed('select', command)
  if (!answer.ok) return answer
  const kind = answer.value.length === 1 ? KINDS[(answer.value[0] ?? 0) - 1] : undefined
  switch (kind) {
    case 'voter':
      return ok(voterCard(line))
    case 'executive':
    case 'supervisory':
    case 'spare':
      return ok(officerCard(line, kind))
    case 'technician':
    case 'auditor':
      return ok({ kind, ...pinCard(line) })
    case 'trustee':
      return ok({ kind, ...pinCard(line), readElectionShare: () => line.readObject(ELECTION_SHARE) })
    case undefined:
      return fail({ is: 'malformed', command: 'select' })
  }
}

function anyCard(line: CardLine): AnyCard {
  return {
    readCertificate: () => line.readObject(CERTIFICATE),
    internalAuthenticate: (challenge, context) => internalAuthenticate(line, challenge, context),
    secure: (terminal, cardKey, random) => secure(line, terminal, cardKey, random),
  }
}

function pinCard(line: CardLine): PinCard {
  return { ...anyCard(line), verifyPin: (pin) => verifyPin(line, pin) }
}

function voterCard(line: CardLine): VoterCard {
  return {
    kind: 'voter',
    ...anyCard(line),
    readState: () => readState(line),
    readAuthorization: () => line.readObject(AUTHORIZATION),
    readPublicKey: async () => {
      const key = await line.readObject(PUBLIC_KEY)
      return !key.ok || key.value.length === POINT_SIZE
        ? key
        : fail({ is: 'malformed', command: 'read public key' })
    },
    claim: (originHash) => changeState(line, 2, sized(originHash, 32)),
    release: (originHash) => changeState(line, 1, sized(originHash, 32)),
    spend: () => changeState(line, 3),
    issue: async (authorization) => {
      const written = await line.writeObject(AUTHORIZATION, authorization)
      return written.ok ? changeState(line, 1) : written
    },
  }
}

function officerCard(line: CardLine, kind: OfficerCard['kind']): OfficerCard {
  return {
    kind,
    ...pinCard(line),
    readDayShare: async () => {
      const share = await line.readObject(DAY_SHARE)
      if (!share.ok) return share
      if (share.value.length === 0) return ok(null)
      if (share.value.length !== DAY_SHARE_SIZE) return fail({ is: 'malformed', command: 'read day share' })
      return share
    },
    writeDayShare: (share) => line.writeObject(DAY_SHARE, sized(share, DAY_SHARE_SIZE)),
    eraseDayShare: () => line.writeObject(DAY_SHARE, new Uint8Array(0)),
    readHeads: () => line.readObject(HEADS),
    writeHeads: (heads) => line.writeObject(HEADS, heads),
  }
}

async function secure(
  line: CardLine,
  terminal: CardTerminal,
  cardKey: Uint8Array,
  random: Random,
): CardResult<null> {
  const vouched = await line.readObject(AGREEMENT_KEY)
  if (!vouched.ok) return vouched
  const agreementKey = vouched.value.subarray(0, POINT_SIZE)
  const vouching = vouched.value.subarray(POINT_SIZE)
  if (!verifyP256(cardKey, agreementKeyMessage(agreementKey), vouching))
    return fail({ is: 'untrusted', command: 'read agreement key' })
  const shown = await line.do('show certificate', showCertificate(terminal))
  if (!shown.ok) return shown
  const { command, finish } = beginAgreement(terminal, agreementKey, random)
  const answer = await line.succeed('mutual authenticate', command)
  if (!answer.ok) return answer
  const messages = finish(answer.value)
  if (messages === undefined) return fail({ is: 'untrusted', command: 'mutual authenticate' })
  line.secure(messages)
  return ok(null)
}

async function internalAuthenticate(
  line: CardLine,
  challenge: Uint8Array,
  context: Uint8Array,
): CardResult<Uint8Array> {
  const data = concatBytes(sized(challenge, 32), sized(context, 32))
  const command: Apdu = { cla: 0x00, ins: 0x88, p1: 0, p2: 0, data, expected: 64 }
  const answer = await line.succeed('internal authenticate', command)
  if (answer.ok && answer.value.length !== 64) {
    return fail({ is: 'malformed', command: 'internal authenticate' })
  }
  return answer
}

async function readState(line: CardLine): CardResult<VoterCardState> {
  const answer = await line.succeed('get state', { cla: 0x80, ins: 0x12, p1: 0, p2: 0, expected: 33 })
  if (!answer.ok) return answer
  const is = STATES[answer.value[0] ?? STATES.length]
  if (is === undefined || answer.value.length !== 33) return fail({ is: 'malformed', command: 'get state' })
  return ok(is === 'claimed' ? { is, originHash: answer.value.slice(1) } : { is })
}

function changeState(line: CardLine, state: number, data?: Uint8Array): CardResult<null> {
  const header: Apdu = { cla: 0x80, ins: 0x10, p1: state, p2: 0 }
  return line.do('change state', data === undefined ? header : { ...header, data })
}

const BLOCKED = 0x6983
const NO_TRY_LEFT = 0x63c0
const VERIFY: Apdu = { cla: 0x00, ins: 0x20, p1: 0x00, p2: 0x80 }

async function verifyPin(line: CardLine, pin: string): CardResult<PinOutcome> {
  if (!/^[0-9]{8}$/.test(pin)) throw new Error('a PIN is eight decimal digits')
  const answer = await line.transmit('verify', { ...VERIFY, data: new TextEncoder().encode(pin) })
  if (!answer.ok) return answer
  if (answer.value.status !== BLOCKED) return pinOutcome(answer.value)
  // Under a channel that word is anybody's; how many tries are left is the card's own.
  const asked = await line.transmit('verify', VERIFY)
  if (!asked.ok) return asked
  return asked.value.status === NO_TRY_LEFT ? ok('dead') : pinOutcome(asked.value)
}

function pinOutcome({ status }: CardAnswer): Result<PinOutcome, CardProblem> {
  if (status === SUCCESS) return ok('verified')
  if ((status & 0xfff0) === NO_TRY_LEFT) return ok({ triesLeft: status & 0x0f })
  return fail({ is: 'refused', command: 'verify', status })
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new Error(`${size} bytes expected, not ${bytes.length}`)
  return bytes
}
