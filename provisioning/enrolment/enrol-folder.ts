/** Enrols a device from a folder that has its two requests, and puts into it what it starts with. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { devicesOfStation } from '../../core/election/definition.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { ENROLMENT_FILES } from '../../core/enrolment/files.ts'
import { homeFiles } from '../../core/home-files.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { PHOTO_FOLDER, photoFileName } from '../../core/package/photos.ts'
import type { Random } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Office } from '../office.ts'
import { enrolTerminal } from './card-terminals.ts'
import { type Issuing, validity } from './certificates.ts'
import { enrolDevice } from './enrolment.ts'

const { bytes } = homeFiles(
  (file) => readFileSync(file),
  'Have the device write its requests: "sandogh device request --home <folder>".',
)

/** Where, for what station and when a device is enrolled. */
export interface EnrolmentOrder {
  /** Its home folder, or another one with its two requests in it. */
  readonly folder: string
  /** The station at which cards will know it. */
  readonly station: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly random: Random
}

/**
 * Checks the two requests and writes certificates, package and photos beside them. Done again it issues anew.
 * @returns the device's id; a refusal `home.file`, `enrolment.*`, `terminal.*`, or what `openDocument` says of a signature
 */
export function enrolFolder(
  { folder, station, now, random }: EnrolmentOrder,
  { authority, cardAuthority, electionPackage, ...office }: Office,
): Result<string> {
  const { definition } = electionPackage
  const [requestFile, terminalFile] = [ENROLMENT_FILES.request, ENROLMENT_FILES.terminalRequest].map((name) =>
    join(folder, name),
  ) as [string, string]
  const request = bytes(requestFile)
  if (!request.ok) return request
  const terminalRequest = bytes(terminalFile)
  if (!terminalRequest.ok) return terminalRequest
  const issuing: Issuing = { authority, ...validity(definition, [now]), random }
  const certificate = enrolDevice(request.value.toString('utf8'), definition, issuing, requestFile)
  if (!certificate.ok) return certificate
  const device = readCertificate(certificate.value, authority.publicKey, pollingNoon(definition), requestFile)
  if (!device.ok) return device
  const id = device.value.subject
  const at = definition.stations.find((one) => one.id === station)
  if (at === undefined || !devicesOfStation(at).includes(id)) {
    const its = definition.stations.filter((one) => devicesOfStation(one).includes(id)).map((one) => one.id)
    const what = `the package has no device ${id} at station ${JSON.stringify(station)}, but at ${its.join(', ')}`
    return refuse(
      'enrolment.station',
      requestFile,
      what,
      'Name the station to which it goes: --station <id>.',
    )
  }
  const terminal = enrolTerminal(
    terminalRequest.value.toString('utf8'),
    device.value,
    definition,
    { cardAuthority, lastDay: issuing.notAfter, random },
    terminalFile,
    station,
  )
  if (!terminal.ok) return terminal
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [ENROLMENT_FILES.package, office.packageText],
    ...[...office.photos].map(
      ([hash, photo]) => [join(PHOTO_FOLDER, photoFileName(hash, photo.type)), photo.bytes] as const,
    ),
    [ENROLMENT_FILES.centre, office.centreDer],
    [ENROLMENT_FILES.authority, office.authorityDer],
    [ENROLMENT_FILES.cardAuthority, office.cardAuthorityDer],
    [ENROLMENT_FILES.cardCertificate, terminal.value],
    [ENROLMENT_FILES.certificate, certificate.value],
  ]
  try {
    mkdirSync(join(folder, PHOTO_FOLDER), { recursive: true })
    for (const [name, content] of files) writeFileSync(join(folder, name), content)
  } catch (error) {
    const what = `it cannot be written (${(error as NodeJS.ErrnoException).code})`
    return refuse(
      'enrolment.write',
      folder,
      what,
      'See that it is there, writable and not full, and enrol the device again.',
    )
  }
  return ok(id)
}
