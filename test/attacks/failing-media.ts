/** Media that fail from a chosen call on, or stop answering. */
import type { StoreMedium } from '../../device-agent/store/media.ts'

/** What becomes of a call from the chosen one on. */
export type Fault = 'fails' | 'hangs'

/** How long a medium that hangs does, before it goes on as if nothing had been. */
export const HANG_MS = 1_200

/** A medium that meets a fault from its n-th call on, from 1; the calls are counted in `calls`. */
export function failingFrom(
  medium: StoreMedium,
  n: number,
  fault: Fault,
): StoreMedium & { readonly calls: () => number } {
  let calls = 0
  const wrapped = <T extends object>(of: T, names: readonly (keyof T & string)[]): T => {
    const own: Record<string, unknown> = {}
    for (const name of names) {
      const does = of[name] as unknown as (...args: readonly unknown[]) => unknown
      own[name] = (...args: readonly unknown[]) => {
        calls += 1
        if (calls >= n && fault === 'fails')
          throw Object.assign(new Error(`${name}: input/output error`), { code: 'EIO' })
        if (calls === n) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HANG_MS)
        return does.apply(of, [...args])
      }
    }
    return own as T
  }
  return {
    ...wrapped(medium, STEPS),
    folder: medium.folder,
    slots: wrapped(medium.slots, SLOT_STEPS),
    space: wrapped(medium.space, SPACE_STEPS),
    distrust: wrapped(medium.distrust, DISTRUST_STEPS),
    leftBehind: wrapped(medium.leftBehind, LEFT_BEHIND_STEPS),
    // What was pulled is let go of all the same.
    close: () => medium.close(),
    calls: () => calls,
  }
}

/** Everything that a medium does; a step that is not here does not compile. */
const STEPS = namesOf<Omit<StoreMedium, 'folder' | 'slots' | 'space' | 'distrust' | 'leftBehind' | 'close'>>({
  records: true,
  ballots: true,
  adopted: true,
  commit: true,
  pool: true,
  slip: true,
  totals: true,
  settleSheet: true,
  markTallyAnswered: true,
  receipt: true,
  storeReceipt: true,
  storeHeads: true,
})

const SLOT_STEPS = namesOf<StoreMedium['slots']>({
  writeNext: true,
  destroyPrevious: true,
  destroyAll: true,
  keys: true,
  keep: true,
})

const SPACE_STEPS = namesOf<StoreMedium['space']>({
  disk: true,
  ballotsLeft: true,
  reserve: true,
  renew: true,
  makeRoom: true,
  giveBack: true,
})

const DISTRUST_STEPS = namesOf<StoreMedium['distrust']>({ mark: true, marked: true })

const LEFT_BEHIND_STEPS = namesOf<StoreMedium['leftBehind']>({ mark: true, sizeOf: true })

function namesOf<T>(names: Readonly<Record<keyof T & string, true>>): readonly (keyof T & string)[] {
  return Object.keys(names) as (keyof T & string)[]
}
