/** Devices, desks and cards with one protection of the cards' dialogue taken out. */
import type { Replacement } from './weakenings.ts'

/** A device that asks a card for its proof and does not look at it, like the readers of 2006. */
export const looksAtNoProof: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/session/voter-card.ts',
    line: "return verifyP256(cardKey, message, signature.value) ? 'holds' : 'forged'",
    by: "return message.length > 0 && signature.value.length === 64 ? 'holds' : 'forged'",
  },
  {
    file: 'firmware/card-reader/card.ts',
    line: 'if (!verifyP256(cardKey, agreementKeyMessage(agreementKey), vouching))',
    by: 'if (vouching.length !== 64)',
  },
]

/** A device that does not ask what came of the card's proof, as long as something came: it believes the state that it was shown. */
export const believesAnyState: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/session/voter-card.ts',
    line: "if (proof !== 'holds') return fail(proof)",
    by: "if (proof === 'unreadable') return fail(proof)",
  },
]

/** A device that takes an officer's receipt of the channel for enough. */
export const looksAtNoSignature: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/polls/officer-card.ts',
    line: "if (!verifyP256(certificate.value.publicKeyRaw, message, signature.value)) return refused('forged')",
    by: "if (message.length < signature.value.length) return refused('forged')",
  },
]

const SECURES = `  const secured = await card.secure(terminal, certificate.value.publicKeyRaw, random)
  if (!secured.ok) return refused(whyNot(secured.error))
`
const VERIFIES = `  const verified = await card.verifyPin(pin)
  if (!verified.ok) return refused(whyNot(verified.error))
`

/** A device that asks for the PIN before it knows whose card it is. */
export const sendsThePinFirst: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/polls/officer-card.ts',
    line: SECURES + VERIFIES,
    by: VERIFIES + SECURES,
  },
]

/** A device that takes a bare word for a card's own that it is dead. */
export const believesBareDeath: readonly Replacement[] = [
  {
    file: 'firmware/card-reader/card.ts',
    line: 'if (answer.value.status !== BLOCKED) return pinOutcome(answer.value)',
    by: "if (answer.value.status === BLOCKED) return ok('dead')",
  },
]

/** Cards that obey whatever comes in a channel's form, from whoever it is. */
export const looksAtNoAuthenticator: readonly Replacement[] = [
  {
    file: 'simulator/cards/secure-channel.ts',
    line: 'if (!timingSafeEqual(chain.subarray(0, MAC), envelope.subarray(end))) return undefined',
    by: 'if (chain.length < MAC) timingSafeEqual(chain, envelope)',
  },
]

/** A device whose challenges and fresh keys are always the same. */
export const asksTheSameAgain: readonly Replacement[] = [
  {
    file: 'firmware/card-reader/secure-channel.ts',
    line: 'const fresh = p256KeyFromScalar(drawP256Scalar(random))',
    by: 'const fresh = p256KeyFromScalar(random.bytes(32).fill(1))',
  },
  {
    file: 'device-agent/ballot/session/voter-card.ts',
    line: 'const challenge = random.bytes(32)',
    by: 'const challenge = random.bytes(32).fill(1)',
  },
]

/** A desk that issues to whatever says it is a voter card. */
export const issuesToAnyCard: readonly Replacement[] = [
  {
    file: 'device-agent/check-in/cards/desk.ts',
    line: 'const der = await card.readCertificate()',
    by: 'if (authorityKey.length === 32) return card.readPublicKey() as never\n    const der = await card.readCertificate()',
  },
]

/** A device that takes an answer without an authenticator as well. */
export const believesBareAnswers: readonly Replacement[] = [
  {
    file: 'firmware/card-reader/card-line.ts',
    line: "return opened === undefined ? fail({ is: 'untrusted', command }) : ok(opened)",
    by: 'return ok(opened ?? answer.value)',
  },
]

/** Cards as they were before: whoever has one in a reader may change it. */
export const writtenByAnybody: readonly Replacement[] = [
  {
    file: 'simulator/cards/voter-card.ts',
    line: "return this.terminal?.role === 'ballot-device' && this.terminal.station === this.#station",
    by: 'return true',
  },
  {
    file: 'simulator/cards/officer-card.ts',
    line: 'return isDevice ? this.afterPin() : SW.securityNotSatisfied',
    by: 'return isDevice ? undefined : this.afterPin()',
  },
]

/** Cards that take any terminal of the election, whatever it is and wherever it stands. */
export const knowsNoStation: readonly Replacement[] = [
  {
    file: 'simulator/cards/voter-card.ts',
    line: "return this.terminal?.role === 'ballot-device' && this.terminal.station === this.#station",
    by: 'return this.terminal !== undefined',
  },
]

/** Cards that verify no certificate of a terminal. */
export const takesAnyTerminal: readonly Replacement[] = [
  {
    file: 'simulator/cards/terminal.ts',
    line: 'if (!isSignedBy(authority, signed, signature.value)) return undefined',
    by: 'if (signed.length === 0) return undefined',
  },
  {
    file: 'simulator/cards/terminal.ts',
    line: 'const isNamed = toHex(issuer.value) === nameOf(authority) &&',
    by: 'const isNamed = toHex(issuer.value) !== nameOf(point.value) &&',
  },
]

/** A device that does not ask who certified an officer. */
export const admitsAnyAuthority: readonly Replacement[] = [
  {
    file: 'core/keys/certificate.ts',
    line: 'if (!verifyEd25519(authorityPublicKey, frame.body, frame.signature)) {',
    by: 'if (frame.signature.length !== 64) {',
  },
  {
    file: 'core/keys/certificate-der.ts',
    line: 'extensions.expect(sha256(authorityPublicKey).subarray(0, 20))',
    by: 'extensions.skip(20)',
  },
  {
    file: 'core/keys/certificate-der.ts',
    line: '  /** Steps over these bytes. */',
    by: '  skip(count) { this.#at += count }\n\n  /** Steps over these bytes. */',
  },
]

/** A device to which no certificate ever runs out. */
export const knowsNoDate: readonly Replacement[] = [
  { file: 'core/keys/certificate.ts', line: 'if (now > content.notAfter.getTime()) {', by: 'if (now < 0) {' },
]

/** A device that does not ask of which station an officer is. */
export const admitsAnyStation: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/polls/officer-card.ts',
    line: "if (certificate.value.subject !== officerSubject(station, role)) return refused('other-station')",
    by: 'officerSubject(station, role)',
  },
]

/** The desk does not remember which card was pulled while it was given in the place of another. */
export const forgetsPulledCards: readonly Replacement[] = [
  {
    file: 'device-agent/check-in/cards/desk.ts',
    line: 'if (begun !== undefined && begun !== other)',
    by: "if (begun === '')",
  },
]

/** The desk does not remember in whose place it gave a card. */
export const forgetsDecisions: readonly Replacement[] = [
  ...forgetsPulledCards,
  {
    file: 'device-agent/check-in/cards/desk.ts',
    line: '    this.#decidedOn.add(key)\n',
    by: '',
  },
]

/** The desk believes officers which device had claimed a card. */
export const asksNoHead: readonly Replacement[] = [
  {
    file: 'device-agent/check-in/cards/desk.ts',
    line: '    if (knowing !== undefined) return fail(knowing)\n',
    by: '',
  },
]
