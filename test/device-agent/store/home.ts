/** The home folder of the test station's device, as a technician leaves it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { authorityCertificate } from '../../../core/keys/certificate.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { writeCardKey } from '../../../device-agent/ballot/card-terminal.ts'
import { type DeviceHome, readHome, writeSeeds } from '../../../device-agent/ballot/home.ts'
import { issueCentreCertificate } from '../../../provisioning/enrolment/certificates.ts'
import { StationCards } from '../../fixtures/station-cards.ts'
import { device, station } from './voting.ts'

/** The cards of the test station. */
export const cards = new StationCards('store', station)

/** Fills a home folder as a technician leaves it, without a database yet. */
export function writeHome(folder: string, of = device, bundles = join(folder, 'bundles')): void {
  const { authority, random, electionPackage, packageText } = station
  const { definition } = electionPackage
  const notBefore = new Date('2026-06-01T00:00:00Z')
  const notAfter = new Date('2026-07-01T00:00:00Z')
  const centre = issueCentreCertificate(
    {
      subject: 'centre.example',
      tls: signerFromSeed(random.bytes(32)).publicKey,
      message: signerFromSeed(random.bytes(32)).publicKey,
    },
    definition,
    { authority, notBefore, notAfter, random },
  )
  const authorityDer = authorityCertificate({
    authority,
    authorityName: definition.authority,
    serial: Uint8Array.of(1),
    notBefore,
    notAfter,
  })
  writeSeeds(folder, of.keys)
  writeFileSync(join(folder, 'package.json'), packageText)
  writeFileSync(join(folder, 'certificate.der'), of.certificate)
  writeFileSync(join(folder, 'centre.der'), valueOrThrow(centre))
  writeFileSync(join(folder, 'authority.der'), authorityDer)
  const { scalar: key, certificate } = cards.terminal('ballot-device')
  writeCardKey(folder, key)
  writeFileSync(join(folder, 'card-certificate.tlv'), certificate)
  writeFileSync(join(folder, 'card-authority.der'), cards.authorityDer())
  const line = '/dev/null'
  const config = {
    version: 1,
    device: of.id,
    station: 's-1',
    authority: toBase64(authority.publicKey),
    lines: { touchscreen: line, cardReader: line, printer: line, ioBoard: line, display: line },
    bundles,
    calibration: { left: 0, right: 4095, top: 0, bottom: 4095 },
  }
  writeFileSync(join(folder, 'config.json'), canonicalJson(config))
  mkdirSync(bundles, { recursive: true })
}

/** The home, read on the morning of the polling day. */
export function openHome(folder: string): DeviceHome {
  return valueOrThrow(readHome(folder))
}
