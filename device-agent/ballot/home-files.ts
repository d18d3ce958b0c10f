/** How files of a ballot device's home folder are read, and what is said of one that does not fit. */
import { readFileSync } from 'node:fs'
import { homeFiles } from '../../core/home-files.ts'
import { type Certificate, readCertificate } from '../../core/keys/certificate.ts'
import { fail, type Result } from '../../core/result.ts'

export const { bytes, json, misfit } = homeFiles(
  (file) => readFileSync(file),
  'Have a technician provision this device again.',
)

/**
 * A certificate of a home folder. It has to hold on the polling day: no clock is asked, so none is blamed.
 * @param day a moment of the polling day, milliseconds since 1970
 */
export function certificateFor(
  day: number,
  der: Uint8Array,
  authorityKey: Uint8Array,
  file: string,
): Result<Certificate> {
  const read = readCertificate(der, authorityKey, day, file)
  if (read.ok || (read.error.code !== 'certificate.not-yet' && read.error.code !== 'certificate.expired'))
    return read
  const { error } = misfit(file, 'this certificate does not hold on the polling day of package.json')
  return fail({ ...error, code: read.error.code })
}
