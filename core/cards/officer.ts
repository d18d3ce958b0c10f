/** An officer's certificate names the station and the role, so that no officer of another station opens or closes polls here. */

/** Subject of the certificate on an officer's card. */
export function officerSubject(station: string, role: 'executive' | 'supervisory' | 'spare'): string {
  return `${station}/${role}`
}
