/**
 * The country's election: every station and device in one package, a council with so many candidates that a signed tally has about 4 KiB. All of it
 * comes from the seed, so that every process of a run makes its own keys and none is passed around.
 */
import type { Definition } from '../../core/election/definition.ts'
import { authorityCertificate, certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { type ElectionPackage, openPackage } from '../../core/package/package.ts'
import type { Signer } from '../../core/ports.ts'
import { ok, valueOrThrow } from '../../core/result.ts'
import type { TlsIdentity } from '../../fleet/broker/broker.ts'
import type { CentreMaterial } from '../../fleet/home.ts'
import { holdCeremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { type Issuing, issueCentreCertificate } from '../../provisioning/enrolment/certificates.ts'
import { buildPackage } from '../../provisioning/package/build-package.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { tehranDefinition } from '../elections/tehran-invented.ts'

/** A signed tally of so many candidates has about 4 KiB. */
const CANDIDATES = 400
/** Devices of the stations, in turns: 3.2 each, as 32,000 in 10,000. */
const STATION_SIZES = [3, 3, 4, 3, 3] as const

const AUTHORITY = 'sandogh.example'
const WITNESS = 'sandogh.example/centre'
const CENTRE = 'centre.sandogh.example'
const STYLE = 'council'
/** The file with the country is kept: its certificates hold for long. */
const VALIDITY = {
  notBefore: new Date('2020-01-01T00:00:00Z'),
  notAfter: new Date('2049-12-31T00:00:00Z'),
} as const

/** A station and the place of its first device among all. */
export interface PlannedStation {
  readonly id: string
  readonly devices: readonly string[]
}

/** The keys of the authority and the centre. */
export interface Office {
  readonly authority: Signer
  readonly authorityDer: Uint8Array
  readonly centreName: string
  /** What devices verify answers with. */
  readonly messageKey: Uint8Array
  /** As the centre shows itself on TLS. */
  readonly tls: TlsIdentity
  /** All of it but the package, for the centre's home folder. */
  readonly material: Omit<CentreMaterial, 'packageText'>
}

/** The stations of a country of so many devices. */
export function stationsOf(devices: number): readonly PlannedStation[] {
  const stations: PlannedStation[] = []
  for (let first = 0; first < devices; ) {
    const size = Math.min(STATION_SIZES[stations.length % STATION_SIZES.length] ?? 1, devices - first)
    const ids = Array.from({ length: size }, (_, place) => deviceId(first + place))
    stations.push({ id: `s-${String(stations.length + 1).padStart(5, '0')}`, devices: ids })
    first += size
  }
  return stations
}

/** The id of a device by its number among all, which is from 0. */
export function deviceId(number: number): string {
  return `d-${String(number + 1).padStart(5, '0')}`
}

/** Keys that a seed gives, by their name. */
export function signerOf(seed: string, name: string): Signer {
  return signerFromSeed(seedOf(seed, name))
}

/** Who issues certificates, and for how long. @param draws names the random numbers of the serials */
export function issuingOf(seed: string, draws: string): Issuing {
  return { authority: signerOf(seed, 'authority'), ...VALIDITY, random: seededRandom(`${seed}: ${draws}`) }
}

/** Authority and centre, from the seed. */
export function officeOf(seed: string): Office {
  const authority = signerOf(seed, 'authority')
  const authorityDer = authorityCertificate({
    authority,
    authorityName: AUTHORITY,
    serial: Uint8Array.of(1),
    ...VALIDITY,
  })
  const messageKey = signerOf(seed, 'centre message').publicKey
  const tlsSeed = seedOf(seed, 'centre tls')
  const keys = { tls: signerFromSeed(tlsSeed).publicKey, message: messageKey }
  const certificate = valueOrThrow(
    issueCentreCertificate({ subject: CENTRE, ...keys }, { authority: AUTHORITY }, issuingOf(seed, 'centre')),
  )
  return {
    authority,
    authorityDer,
    centreName: CENTRE,
    messageKey,
    tls: {
      key: ed25519PrivateKeyPem(tlsSeed),
      cert: certificatePem(certificate),
      ca: certificatePem(authorityDer),
    },
    material: {
      name: CENTRE,
      authorityKey: authority.publicKey,
      authorityDer,
      identities: { [CENTRE]: { certificate, seed: tlsSeed } },
      witnessSeed: seedOf(seed, 'witness'),
      messageSeed: seedOf(seed, 'centre message'),
      groupSecret: seedOf(seed, 'group'),
    },
  }
}

/** The signed package of a country, as devices take it. */
export function countryPackage(seed: string, devices: number): string {
  const definition = countryDefinition(seed, devices)
  return valueOrThrow(
    buildPackage(definition, () => ok(undefined), signerOf(seed, 'authority'), 'the country’s package'),
  )
}

/** Reads it again, as every process of a run does. */
export function openCountryPackage(seed: string, text: string): ElectionPackage {
  return valueOrThrow(openPackage(text, signerOf(seed, 'authority').publicKey, 'the country’s package'))
}

function countryDefinition(seed: string, devices: number): Definition {
  const random = seededRandom(`${seed}: ceremony`)
  const executive = signerOf(seed, 'executive')
  const supervisory = signerOf(seed, 'supervisory')
  const tehran = tehranDefinition({
    ceremony: holdCeremony({ threshold: 3, trustees: 5, random }),
    executive: executive.publicKey,
    supervisory: supervisory.publicKey,
    witness: { name: WITNESS, key: signerOf(seed, 'witness').publicKey },
  })
  const authorizationKeys = {
    executive: toBase64(executive.publicKey),
    supervisory: toBase64(supervisory.publicKey),
  }
  return {
    ...tehran,
    election: 'simulated-country',
    // Every screen of every language is laid out when a package is signed; nobody looks at one here.
    languages: tehran.languages.slice(0, 1),
    contests: tehran.contests.map((contest) => {
      const candidates = contest.candidates.slice(0, CANDIDATES)
      const lists = contest.lists.filter(({ code }) => candidates.some(({ list }) => list === code))
      return { ...contest, candidates, lists }
    }),
    styles: [{ id: STYLE, contests: tehran.contests.map(({ id }) => id) }],
    stations: stationsOf(devices).map(({ id, devices: ids }) => ({
      id,
      name: { fa: `شعبهٔ ${id}`, en: `Station ${id}` },
      devices: [...ids],
      authorizationKeys,
    })),
  }
}

function seedOf(seed: string, name: string): Uint8Array {
  return sha256(Buffer.from(`sandogh country\n${seed}\n${name}`))
}
