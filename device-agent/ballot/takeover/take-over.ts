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
import { haveOpened } from '../polls/own-cards.ts'
import type { Admitted } from '../polls/polls.ts'
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
 * @returns the store with its ballot box open; a refusal `takeover.locked` if other cards opened the polls there, `takeover.box-damaged` (of both media:
 *   `.boxes-damaged`) if these did and what waited in the pool does not open all the same, `takeover.storage` if this spare's own media refuse, `takeover.interrupted` if they do so when the place is taken already, or what
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
  if (typeof pool === 'string')
    return pool === 'locked' && !haveOpened(dead.box.entries, officersOf(people))
      ? boxRefused('locked', dead, 'these cards did not open the polls there')
      : boxRefused(dead.media === 'both' ? 'boxes-damaged' : 'box-damaged', dead, DAMAGED[pool])
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

const DAMAGED = {
  locked: 'these cards opened the polls there, so it is the pool or its key slots that are damaged',
  changed: 'the pool that opens is not the one that the journal tells of',
}

function boxRefused(
  why: 'locked' | 'box-damaged' | 'boxes-damaged',
  { device, media }: FoundMedium,
  what: string,
) {
  return refuse(
    `takeover.${why}`,
    `${media === 'both' ? 'both media' : 'one medium'} of ${device}`,
    `the ballots that waited do not open: ${what}`,
    BOX_NEXT[why],
  )
}

const DECLARE = 'keep what was read, and declare the device dead once the others are closed.'
const BOX_NEXT = {
  locked: 'Try again with the cards of this station and day.',
  'box-damaged': `Put in the other medium of that device. If it is lost, ${DECLARE}`,
  'boxes-damaged': `Nobody can go on with it: ${DECLARE}`,
}

function officersOf({ executive, supervisory }: TakeoverPeople): readonly Admitted[] {
  return [
    { role: 'executive', certificate: executive },
    { role: 'supervisory', certificate: supervisory },
  ]
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
