/** What became of the day's records after closing: the bundle that was written, and what the centre said. */
import type { Logger, Signer } from '../../core/ports.ts'
import type { DeviceStore } from '../store/device-store.ts'
import { bundleFiles } from './export.ts'
import type { DeviceHome } from './home.ts'
import type { HandedOver } from './screens/view.ts'
import { type MemoryStick, StickError } from './stick.ts'

/** One device's evening. Guards what the screen says of it. */
export class HandingOver {
  readonly #parts: HandingOverParts
  #state: HandedOver = { bundle: 'missing', centre: 'waiting' }

  constructor(parts: HandingOverParts) {
    this.#parts = parts
  }

  get state(): HandedOver {
    return this.#state
  }

  /**
   * Writes the bundle, in the place of the one before.
   * @returns its folder; undefined if there is nowhere to write it, or the stick does not answer in time
   */
  async exportBundle(): Promise<string | undefined> {
    const { home, store, messageSigner, stick, logger } = this.#parts
    this.#state = { ...this.#state, bundle: 'writing' }
    let folder: string | undefined
    try {
      folder = await stick.writeBundle(home.config.device, bundleFiles(home, store, messageSigner))
    } catch (error) {
      if (!(error instanceof StickError)) throw error
      logger.error({ error: error.message }, 'the bundle could not be written')
    }
    this.#state = { ...this.#state, bundle: folder === undefined ? 'missing' : 'written' }
    return folder
  }

  /** What the centre said to the end of the day. */
  centreAnswered(centre: HandedOver['centre']): void {
    this.#state = { ...this.#state, centre }
  }
}

interface HandingOverParts {
  readonly home: DeviceHome
  readonly store: DeviceStore
  readonly messageSigner: Signer
  readonly stick: MemoryStick
  readonly logger: Logger
}
