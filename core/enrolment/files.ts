/** What goes between a device's home folder and the office that enrols it. */
export const ENROLMENT_FILES = {
  /** The device's two requests. */
  request: 'enrolment.request',
  terminalRequest: 'card-terminal.request',
  /** The office's answer. */
  package: 'package.json',
  certificate: 'certificate.der',
  centre: 'centre.der',
  authority: 'authority.der',
  cardCertificate: 'card-certificate.tlv',
  cardAuthority: 'card-authority.der',
} as const
