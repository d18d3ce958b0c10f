/** Heads of the test station as they pass by on officers' cards. */
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../../core/tlog/cosignature.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import { OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { device, station } from './voting.ts'

export const neighbour = station.devices[1] as TestDevice
const { definition } = station.electionPackage

/** A neighbour's head of that size as the device remembers it: with its own cosignature. */
export function learned(size: number): StationHead {
  const root = rootOf(neighbour.entries.slice(0, size).map(leafHash))
  const note = signCheckpoint({ origin: neighbour.origin, size, root }, signerFromSeed(neighbour.keys.log))
  return cosigned(neighbour.certificate, note, device)
}

/** An own head of that size that came back with the neighbour's cosignature. */
export function seen(store: Pick<DeviceStore, 'checkpointAt'>, size: number): StationHead {
  return cosigned(device.certificate, store.checkpointAt(size) ?? '', neighbour)
}

function cosigned(certificate: Uint8Array, note: string, { id, keys }: TestDevice): StationHead {
  const name = witnessNameOf(definition, id)
  const line = cosign(note, { name, signer: signerFromSeed(keys.witness), time: OPENING / 1000 })
  return { certificate, note: addSignatureLine(note, line), proofs: [] }
}
