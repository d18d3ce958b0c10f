/** Whose eyes an auditor of the demonstration may ask for: a C2SP tlog-policy file (docs/decisions/0009) with the centre and all devices. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { witnessNameOf } from '../core/bundle/names.ts'
import { readCertificate } from '../core/keys/certificate.ts'
import { valueOrThrow } from '../core/result.ts'
import { COSIGNATURE_TYPE, formatVerifierKey } from '../core/tlog/note.ts'
import { deviceFolder, type Provisioned } from './provisioned.ts'

/**
 * Writes `<out>/policy`. A device's own key never counts for its own journal, so that all others must have seen each.
 * @param nowMs when the devices' certificates hold
 */
export function writePolicy(
  out: string,
  { authority, centre, electionPackage }: Pick<Provisioned, 'authority' | 'centre' | 'electionPackage'>,
  nowMs: number,
): void {
  const vkey = (name: string, publicKey: Uint8Array | undefined) => {
    if (publicKey === undefined) throw new Error(`${name} has no key`)
    return formatVerifierKey({ name, type: COSIGNATURE_TYPE, publicKey })
  }
  const devices = electionPackage.definition.stations.flatMap((station) => station.devices)
  const witnesses = devices.map((device) => {
    const file = join(deviceFolder(out, device), 'certificate.der')
    const { keys } = valueOrThrow(readCertificate(readFileSync(file), authority.publicKey, nowMs, file))
    const name = witnessNameOf(electionPackage.definition, device)
    return `witness ${device} ${vkey(name, keys['witness'])}`
  })
  const quorum =
    devices.length === 1
      ? ['quorum centre']
      : [
          `group neighbours ${devices.length - 1} ${devices.join(' ')}`,
          'group both all centre neighbours',
          'quorum both',
        ]
  const lines = [
    '# Whose eyes must have been on every journal of this station: the centre, and all its neighbours if it has any.',
    `witness centre ${vkey(centre.witness.name, centre.witness.signer.publicKey)}`,
    ...witnesses,
    ...quorum,
  ]
  writeFileSync(join(out, 'policy'), `${lines.join('\n')}\n`)
}
