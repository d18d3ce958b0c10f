/** What a ballot device is made of, but for its peripherals: everything of the outside world comes in here. */
import type { Clock, Logger, Random, Signer } from '../../core/ports.ts'
import type { Fonts } from '../../ui/fonts.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { DeviceHome } from './home.ts'
import type { DeviceLines } from './peripherals.ts'
import type { MemoryStick } from './stick.ts'

export interface DeviceParts {
  readonly home: DeviceHome
  /** SHA-256 over the list of the program's files, base64. */
  readonly program: string
  readonly store: DeviceStore
  readonly lines: DeviceLines
  readonly messageSigner: Signer
  readonly stick: MemoryStick
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fonts: Fonts
  /** Stops virtual time while real time is needed. */
  readonly hold: () => () => void
  /** Nobody is voting any more; called before the next voter is let in. */
  readonly voterLeft: () => void
  /** The polls are closed for good and there is something to hand over: the bundle to write, the centre to tell. */
  readonly handOver: () => void
  /** Something was found that our own code must never let happen, or a medium failed: the device stops. */
  readonly fatal: (error: unknown) => void
}
