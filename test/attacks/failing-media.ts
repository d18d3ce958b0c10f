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
    distrust: wrapped(medium.distrust, ['mark', 'marked']),
    // What was pulled is let go of all the same.
    close: () => medium.close(),
    calls: () => calls,
  }
}

const STEPS = [
  'records',
  'ballots',
  'commit',
  'pool',
  'slip',
  'totals',
  'settleSheet',
  'markTallyAnswered',
  'receipt',
  'storeReceipt',
  'storeHeads',
] as const

const SLOT_STEPS = ['writeNext', 'destroyPrevious', 'destroyAll', 'keys', 'keep'] as const
