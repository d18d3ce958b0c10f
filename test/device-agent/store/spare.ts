/** The spares of the test station, who lets them take over, and what they check. */
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import type { DeadMediumChecks } from '../../../device-agent/store/dead-medium.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { station } from './voting.ts'

export const [firstSpare, secondSpare] = station.spares as readonly [TestDevice, TestDevice]
export const people = {
  executive: toBase64(sha256(Uint8Array.of(1))),
  supervisory: toBase64(sha256(Uint8Array.of(2))),
  technician: toBase64(sha256(Uint8Array.of(5))),
}

export const checks: DeadMediumChecks = {
  electionPackage: station.electionPackage,
  authorityKey: station.authority.publicKey,
  spare: firstSpare.id,
  station: 's-1',
}
