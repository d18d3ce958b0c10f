/** What a store is given of test devices. */
import { appendLeaf, emptyFrontier, leafHash } from '../../core/tlog/tree.ts'
import type { Addition, CentreStore } from '../../fleet/store/store.ts'
import { everyDevice, type TestDevice } from './office.ts'
import type { TestStation } from './totals.ts'

export function addition(device: TestDevice, from: number, size: number): Addition {
  const { origin, deviceId, certificate, logSigner, messageSigner } = device
  return {
    owner: {
      origin,
      device: deviceId,
      certificate,
      logKey: logSigner.publicKey,
      messageKey: messageSigner.publicKey,
    },
    entries: device.entries.slice(from, size),
    frontier: device.entries.slice(0, size).map(leafHash).reduce(appendLeaf, emptyFrontier()),
    note: device.note(size),
    cosignature: `— line of ${size}`,
    receiptedAt: 1_780_000_000 + size,
    writtenAt: 1_781_856_000,
  }
}

export function append(store: CentreStore, what: Addition): Promise<void> {
  return store.transact(everyDevice, (held) => held.append(what))
}

/** Journals of a station and its sheet. */
export async function storeSheet(store: CentreStore, station: TestStation): Promise<void> {
  for (const device of station.devices) await append(store, addition(device, 0, device.entries.length))
  await store.transact(everyDevice, async (held) =>
    held.storeSheet('station-1', station.devices[0].origin, station.signed()),
  )
}
