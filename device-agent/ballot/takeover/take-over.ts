/**
 * A spare becomes the device whose medium it read: journal, ballots, spent authorizations and counts in its own store, and the ballot box open.
 * Until the store has its name nothing was taken over, and it can be done again.
 */
import { existsSync } from 'node:fs'
import type { Clock, Random } from '../../../core/ports.ts'
import { type Refusal, type Result, refuse } from '../../../core/result.ts'
import { type FoundMedium, openDeadPool } from '../../store/dead-media.ts'
import { ownStorage } from '../../store/dead-medium.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { type DeviceHome, mediumFolder } from '../home.ts'
import { setUpStore } from '../setup.ts'

/** By whose leave; SHA-256 of their certificates, base64. */
export interface TakeoverPeople {
  readonly executive: string
  readonly supervisory: string
  readonly technician: string
}

/** What it is done with. */
export interface TakeoverTools {
  readonly clock: Clock
  readonly random: Random
  /** SHA-256 over the list of the program's files, base64. */
  readonly program: string
}

/**
 * Takes over.
 * @param dayKey of the officers' cards; the store keeps it in memory
 * @returns the store with its ballot box open; a refusal `takeover.locked` if the key does not open what waited in the pool,
 *   `takeover.storage` if this spare's own media refuse, `takeover.interrupted` if they do so when the place is taken already, or what
 *   {@link setUpStore} says
 */
export function takeOver(
  home: DeviceHome,
  dead: FoundMedium,
  dayKey: Uint8Array,
  people: TakeoverPeople,
  { clock, random, program }: TakeoverTools,
): Result<DeviceStore> {
  const pool = openDeadPool(dead, home.electionPackage, dayKey)
  if (pool === undefined) {
    return refuse(
      'takeover.locked',
      `the media of ${dead.device}`,
      'the ballots that waited on it do not open: the cards are of another day, or it was changed',
      'Try again with the cards of this station and day. If they do not open it, keep the medium and call the election office.',
    )
  }
  const { adopted, slip, media } = dead
  const takeover = { type: 'takeover' as const, ...adopted, slip, media, ...people }
  try {
    const store = setUpStore(home, clock, random, program, { takeover, box: dead.box, dayKey, pool })
    if (!store.ok)
      return OWN_STORAGE.has(store.error.code) ? notWritten(home, ownRefusal(store.error)) : store
    const unlocked = store.value.unlock(dayKey)
    if (unlocked.ok) {
      store.value.space.renew()
      return store
    }
    store.value.close()
    return unlocked
  } catch (error) {
    return notWritten(home, ownStorage(home.folder, error))
  }
}

/** What a set-up and the start behind it say of media that refuse. */
const OWN_STORAGE: ReadonlySet<string> = new Set([
  'store.set-up',
  'store.one-disk',
  'store.damaged',
  'store.pragma',
  'store.missing',
  'store.full',
  'store.read-only',
  'store.io-error',
])

function ownRefusal({ where, what }: Refusal) {
  return refuse(
    'takeover.storage',
    where,
    what,
    'Switch this spare off and on and try again, or take another one.',
  )
}

/** Once the medium has its name the place is taken, whatever happened then. */
function notWritten(home: DeviceHome, failed: { readonly ok: false; readonly error: Refusal }) {
  if (!existsSync(mediumFolder(home.folder))) return failed
  const { where, what } = failed.error
  return refuse(
    'takeover.interrupted',
    where,
    `the place was taken, and then: ${what}`,
    'Switch this spare off and on: it goes on from there.',
  )
}
