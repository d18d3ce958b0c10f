/** Everything that exists before the polling day: keys, package, certificates, device folders, cards. All of it from one seed. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDeviceKeys, requestEnrolment } from '../core/enrolment/device-request.ts'
import { ENROLMENT_FILES } from '../core/enrolment/files.ts'
import { requestTerminal } from '../core/enrolment/terminal-request.ts'
import { authorityCertificate, readCertificate } from '../core/keys/certificate.ts'
import { signerFromSeed } from '../core/keys/ed25519.ts'
import { toBase64 } from '../core/keys/hash.ts'
import { drawP256Scalar, p256KeyFromScalar } from '../core/keys/p256.ts'
import { type ElectionPackage, openPackage } from '../core/package/package.ts'
import { PHOTO_FOLDER } from '../core/package/photos.ts'
import { shareFile } from '../core/package/trustee-share.ts'
import type { Random, Signer } from '../core/ports.ts'
import { ok, valueOrThrow } from '../core/result.ts'
import { canonicalJson } from '../core/text/canonical-json.ts'
import { writeCardKey } from '../device-agent/ballot/card-terminal.ts'
import { type DeviceConfig, writeSeeds } from '../device-agent/ballot/home.ts'
import type { CardTerminal } from '../firmware/card-reader/secure-channel.ts'
import type { CentreMaterial } from '../fleet/home.ts'
import { type Ceremony, holdCeremony } from '../provisioning/ceremony/hold-ceremony.ts'
import { type CardIssuing, certifyTerminal, enrolTerminal } from '../provisioning/enrolment/card-terminals.ts'
import {
  type Issuing,
  issueCardCertificate,
  issueCentreCertificate,
  validity,
} from '../provisioning/enrolment/certificates.ts'
import { enrolDevice } from '../provisioning/enrolment/enrolment.ts'
import { writeOffice } from '../provisioning/office.ts'
import { buildPackage } from '../provisioning/package/build-package.ts'
import { makeCardKey } from '../simulator/cards/card-key.ts'
import { OfficerCard } from '../simulator/cards/officer-card.ts'
import { PersonCard } from '../simulator/cards/person-card.ts'
import { VoterCard } from '../simulator/cards/voter-card.ts'
import { PANEL } from '../simulator/people/bench.ts'
import type { OfficerHand, Officers } from '../simulator/people/officers.ts'
import type { TechnicianHand } from '../simulator/people/takeover.ts'
import {
  AUTOMATIC_DAY,
  type DayPlan,
  demonstrationDefinition,
  demonstrationPhotos,
  STATION,
} from './elections/gy-les-nonains.ts'
import { makeCard } from './make-card.ts'

const TRUSTEES = 5
const THRESHOLD = 3
const CENTRE = 'centre.sandogh.example'
/** Others that may share the work. */
const COLLECTORS = ['collector-2.sandogh.example', 'collector-3.sandogh.example']
const WITNESS = 'sandogh.example/centre'

/** How the touch panels of all virtual devices are built in. */
export const CALIBRATION = PANEL

/** The centre's own keys and certificates. */
interface CentreIdentity {
  readonly name: string
  readonly tlsSeed: Uint8Array
  readonly certificate: Uint8Array
  readonly witness: { readonly name: string; readonly signer: Signer }
  readonly messageSigner: Signer
  /** All of it, for the centre's home folder. */
  readonly material: CentreMaterial
}

/** What a day starts from. */
export interface Provisioned {
  readonly authority: Signer
  readonly authorityDer: Uint8Array
  readonly packageText: string
  readonly electionPackage: ElectionPackage
  readonly centre: CentreIdentity
  /** The two keys that sign authorizations. */
  readonly desk: { readonly executive: Signer; readonly supervisory: Signer }
  /** By what the desk proves to cards that it may issue. */
  readonly deskTerminal: CardTerminal
  /** The technician's card, made when it is asked for. */
  technician(random: Random): TechnicianHand
  /** A blank voter's card, personalised for this election. */
  voterCard(random: Random): VoterCard
  readonly officers: Officers
  /** Paths of the trustees' share files. */
  readonly shareFiles: readonly string[]
}

/**
 * Holds the ceremony, signs the package, enrols the devices and writes their folders, the trustees' shares and the office's folder below `out`.
 * A spare is only listed: commands make it.
 * @param times certificates hold at each of these, besides the polling day: TLS reads the real clock
 */
export function provision(
  out: string,
  random: Random,
  times: readonly number[],
  plan: DayPlan = AUTOMATIC_DAY,
): Provisioned {
  const signer = () => signerFromSeed(random.bytes(32))
  const authoritySeed = random.bytes(32)
  const authority = signerFromSeed(authoritySeed)
  const ceremony = holdCeremony({ threshold: THRESHOLD, trustees: TRUSTEES, random })
  const desk = { executive: signer(), supervisory: signer() }
  const witnessSeed = random.bytes(32)
  const witness = { name: WITNESS, signer: signerFromSeed(witnessSeed) }
  const definition = demonstrationDefinition(
    {
      ceremony,
      executive: desk.executive.publicKey,
      supervisory: desk.supervisory.publicKey,
      witness: { name: witness.name, key: witness.signer.publicKey },
    },
    plan,
  )
  const photos = demonstrationPhotos()
  const packageText = valueOrThrow(
    buildPackage(definition, (name) => ok(photos.get(name)), authority, 'package.json'),
  )
  const electionPackage = valueOrThrow(openPackage(packageText, authority.publicKey, 'package.json'))
  const issuing: Issuing = {
    authority,
    ...validity(definition, times),
    random,
  }
  const authorityDer = authorityCertificate({
    authority,
    authorityName: definition.authority,
    serial: Uint8Array.of(1),
    notBefore: issuing.notBefore,
    notAfter: issuing.notAfter,
  })
  const tlsSeed = random.bytes(32)
  const messageSeed = random.bytes(32)
  const messageSigner = signerFromSeed(messageSeed)
  const identityOf = (subject: string, seed: Uint8Array) => {
    const keys = { tls: signerFromSeed(seed).publicKey, message: messageSigner.publicKey }
    return {
      seed,
      certificate: valueOrThrow(issueCentreCertificate({ subject, ...keys }, definition, issuing)),
    }
  }
  const own = identityOf(CENTRE, tlsSeed)
  const { certificate } = own
  const cardAuthorityScalar = drawP256Scalar(random)
  const cardAuthority = p256KeyFromScalar(cardAuthorityScalar)
  const cardIssuing: CardIssuing = { cardAuthority, lastDay: issuing.notAfter, random }
  const trusted = {
    subject: 'card-authority',
    role: 'card-authority',
    publicKey: cardAuthority.publicKey,
  } as const
  const cardAuthorityDer = valueOrThrow(issueCardCertificate(trusted, definition, issuing))
  const making = { definition, issuing, cardAuthority: cardAuthority.publicKey }
  const officer = (kind: keyof Officers, pin: string): OfficerHand => {
    const card = new OfficerCard({ kind, key: makeCardKey(random) })
    return { pin, card: makeCard(card, { kind, pin, station: STATION }, making) }
  }
  const deskKey = p256KeyFromScalar(drawP256Scalar(random))
  const desks = { role: 'check-in', station: STATION, publicKey: deskKey.publicKey } as const
  // The station's memory stick is plugged in.
  mkdirSync(join(out, 'bundles'), { recursive: true })
  writeOffice(join(out, 'office'), {
    authoritySeed,
    cardAuthorityScalar,
    packageText,
    photos,
    authorityDer,
    centreDer: certificate,
    cardAuthorityDer,
  })
  for (const device of plan.devices) {
    const keys = makeDeviceKeys(random)
    const enrolled = valueOrThrow(enrolDevice(requestEnrolment(device, keys), definition, issuing, device))
    const folder = deviceFolder(out, device)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeSeeds(folder, keys)
    writeFileSync(join(folder, ENROLMENT_FILES.package), packageText)
    mkdirSync(join(folder, PHOTO_FOLDER))
    for (const [name, photo] of photos) writeFileSync(join(folder, PHOTO_FOLDER, name), photo)
    writeFileSync(join(folder, ENROLMENT_FILES.certificate), enrolled)
    writeFileSync(join(folder, ENROLMENT_FILES.centre), certificate)
    writeFileSync(join(folder, ENROLMENT_FILES.authority), authorityDer)
    const key = drawP256Scalar(random)
    const request = requestTerminal(device, key, signerFromSeed(keys.message))
    const known = valueOrThrow(readCertificate(enrolled, authority.publicKey, times[0] ?? 0, device))
    const forCards = valueOrThrow(enrolTerminal(request, known, definition, cardIssuing, device, STATION))
    writeCardKey(folder, key)
    writeFileSync(join(folder, ENROLMENT_FILES.cardCertificate), forCards)
    writeFileSync(join(folder, ENROLMENT_FILES.cardAuthority), cardAuthorityDer)
  }
  return {
    authority,
    authorityDer,
    packageText,
    electionPackage,
    centre: {
      name: CENTRE,
      tlsSeed,
      certificate,
      witness,
      messageSigner,
      material: {
        name: CENTRE,
        authorityKey: authority.publicKey,
        authorityDer,
        packageText,
        identities: {
          [CENTRE]: own,
          ...Object.fromEntries(COLLECTORS.map((name) => [name, identityOf(name, random.bytes(32))])),
        },
        witnessSeed,
        messageSeed,
        groupSecret: random.bytes(32),
      },
    },
    desk,
    deskTerminal: { certificate: certifyTerminal(desks, cardIssuing), key: deskKey },
    technician: (drawn) => {
      const pin = digits(drawn)
      const card = new PersonCard({ kind: 'technician', key: makeCardKey(drawn) })
      return { pin, card: makeCard(card, { kind: 'technician', pin }, making) }
    },
    voterCard: (drawn) => makeCard(new VoterCard({ random: drawn }), { kind: 'voter' }, making),
    officers: {
      executive: officer('executive', digits(random)),
      supervisory: officer('supervisory', digits(random)),
      spare: officer('spare', digits(random)),
    },
    shareFiles: writeShares(out, ceremony, electionPackage),
  }
}

/** Three devices need no long window to speak after each other at closing, and people wait for them. */
const CLOSING_WINDOW_SECONDS = 2

/** Where a device of the demonstration lives. */
export function deviceFolder(out: string, device: string): string {
  return join(out, 'devices', device)
}

/** Writes the one file of a device's folder that depends on the machine it runs on: its lines and its broker. */
export function writeConfig(
  out: string,
  device: string,
  authority: Signer,
  lines: DeviceConfig['lines'],
  broker: Omit<NonNullable<DeviceConfig['broker']>, 'closingWindowSeconds'> | undefined,
  oldMedia: Pick<DeviceConfig, 'oldMedium' | 'oldSecondMedium'> = {},
): void {
  const folder = deviceFolder(out, device)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const config = {
    version: 1,
    device,
    station: STATION,
    authority: toBase64(authority.publicKey),
    lines,
    broker: broker && { ...broker, closingWindowSeconds: CLOSING_WINDOW_SECONDS },
    ...oldMedia,
    bundles: join(out, 'bundles'),
    calibration: CALIBRATION,
  }
  writeFileSync(join(folder, 'config.json'), canonicalJson(config))
}

function writeShares(out: string, ceremony: Ceremony, electionPackage: ElectionPackage) {
  const folder = join(out, 'trustees')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return ceremony.shares.map((share, i) => {
    const path = join(folder, `share-${i + 1}.json`)
    writeFileSync(path, shareFile(share, electionPackage), { mode: 0o600 })
    return path
  })
}

/** An eight-digit PIN. */
function digits(random: Random): string {
  return Array.from(random.bytes(8), (byte) => byte % 10).join('')
}
