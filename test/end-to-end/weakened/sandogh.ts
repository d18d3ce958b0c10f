/**
 * The command with a store that acknowledges a vote a second before it writes it. Kept to show that the test of kills can fail;
 * nothing but that test starts it.
 */
import { main } from '../../../command.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'

const LATE_MS = 1_000

const { cast } = DeviceStore.prototype
DeviceStore.prototype.cast = function (this: DeviceStore, style, ballot, nonce) {
  // The session wipes its nonce when it ends.
  const kept = Uint8Array.from(nonce)
  setTimeout(() => cast.call(this, style, ballot, kept), LATE_MS)
}

process.exit(await main(process.argv.slice(2)))
