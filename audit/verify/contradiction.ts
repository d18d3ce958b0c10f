/**
 * Heads and journals of a station side by side. A head is a signed statement "my journal has this size and this root"; whoever signs two that
 * cannot both be true has shown two histories.
 *
 *     heads of one journal, one size, two roots       fork          proved by two signatures of the device itself
 *     heads of two journals of one device             id-twice      two machines, or one begun anew
 *     a head larger than the journal that is here     rolled-back   the end was cut off, or the bundle is an early one
 *     a head larger than what a spare took over       takeover.fork the device that died went on, or was not dead
 *     two spares that took over from one device       takeover.fork
 */
import { equalBytes, toBase64 } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import { rootAt } from '../../core/tlog/leaf-tree.ts'
import type { WitnessedBundle, WitnessedHead } from './witnessed.ts'

/**
 * Compares the heads in these bundles with each other and with the journals in them, the worst first.
 * @param bundles of one station; one alone is compared with itself
 * @returns `witness.fork`, `witness.id-twice`, `witness.rolled-back` or `takeover.fork`; undefined if all of it can be true at once
 */
export function findContradiction(bundles: readonly WitnessedBundle[]): Refusal | undefined {
  return findFork(bundles) ?? findIdTwice(bundles) ?? findRollback(bundles) ?? findTakeoverFork(bundles)
}

function findFork(bundles: readonly WitnessedBundle[]): Refusal | undefined {
  const heads = headsOf(bundles)
  const seen = new Map<string, WitnessedHead>()
  for (const head of heads) {
    const place = `${head.origin} ${head.size} ${head.logKey}`
    const other = seen.get(place)
    if (other !== undefined && !equalBytes(other.root, head.root)) return fork(head, other)
    seen.set(place, head)
  }
  for (const bundle of bundles) {
    const logKey = bundle.witnessed.heads[0]?.logKey
    const own = heads.filter((head) => head.origin === bundle.origin && head.logKey === logKey)
    for (const head of own) {
      const root = head.size > bundle.tree.size ? undefined : rootAt(bundle.tree, head.size)
      if (root !== undefined && !equalBytes(root, head.root)) return fork(head, bundle)
    }
    const { adopted } = bundle
    if (adopted === undefined) continue
    const oldKey = toBase64(adopted.identity.logKey)
    for (const head of heads) {
      if (head.origin !== adopted.origin || head.logKey !== oldKey || head.size > adopted.tree.size) continue
      if (!equalBytes(rootAt(adopted.tree, head.size), head.root))
        return fork(head, { where: bundle.where, holder: bundle.device })
    }
  }
  return undefined
}

/** A spare went on from one size of a journal: nothing may be there beyond it, and nobody else may have gone on from it. */
function findTakeoverFork(bundles: readonly WitnessedBundle[]): Refusal | undefined {
  const heads = headsOf(bundles)
  for (const { adopted, device } of bundles) {
    if (adopted === undefined) continue
    const beyond = heads.find(({ origin, size }) => origin === adopted.origin && size > adopted.tree.size)
    if (beyond === undefined) continue
    const what =
      `FORK: ${device} took the place of ${adopted.device} after ${adopted.tree.size} entries, ` +
      `but ${adopted.device} signed ${beyond.size}`
    return takeoverFork(beyond.where, what)
  }
  const places = new Map<string, WitnessedBundle>()
  for (const bundle of bundles) {
    const other = places.get(bundle.standsFor)
    if (other !== undefined && other.device !== bundle.device) {
      const what = `FORK: ${other.device} (${other.where}) and ${bundle.device} both voted in the place of ${bundle.standsFor}`
      return takeoverFork(bundle.where, what)
    }
    places.set(bundle.standsFor, bundle)
  }
  return undefined
}

function takeoverFork(where: string, what: string): Refusal {
  const next =
    'Ballots are in both, and some may be missing: keep all of it and the media, count nothing of that place, and tell the election authority at once.'
  return { code: 'takeover.fork', where, what, next }
}

function fork(head: WitnessedHead, other: { readonly where: string; readonly holder?: string }): Refusal {
  const { device, holder, size, where } = head
  const seenBy = (witness = device) =>
    witness === device ? `device ${device} itself` : `its neighbour, device ${witness},`
  return {
    code: 'witness.fork',
    where,
    what:
      `FORK: device ${device} signed two different journals. At size ${size} the head that ${seenBy(holder)} holds ` +
      `and what ${seenBy(other.holder)} shows (${other.where}) have different roots`,
    next:
      `This is proof that device ${device}, or whoever holds its key, showed two histories: keep all bundles unchanged, ` +
      `secure device ${device} with its media and those of the others, count nothing of it, and tell the election authority at once.`,
  }
}

function findIdTwice(bundles: readonly WitnessedBundle[]): Refusal | undefined {
  const seen = new Map<string, WitnessedHead>()
  for (const head of headsOf(bundles)) {
    const other = seen.get(head.device)
    if (other !== undefined && other.origin !== head.origin) {
      const what = `it has the journal ${other.origin} (${other.where}) and the journal ${head.origin}`
      return idTwice(head.device, what, head.where)
    }
    seen.set(head.device, head)
  }
  const certificates = new Map<string, { readonly fingerprint: string; readonly where: string }>()
  for (const { where, witnessed } of bundles) {
    for (const [device, { fingerprint }] of witnessed.identities) {
      const other = certificates.get(device)
      if (other !== undefined && other.fingerprint !== fingerprint)
        return idTwice(device, `its certificate here is not the one in ${other.where}`, where)
      certificates.set(device, { fingerprint, where })
    }
  }
  return undefined
}

/** The refusal of an id under which two machines, or two certificates, are there. */
export function idTwice(device: string, what: string, where: string): Refusal {
  return {
    code: 'witness.id-twice',
    where,
    what: `device id used twice: ${device}: ${what}`,
    next:
      `Find every machine that ran as ${device} and keep them all: either there were two, or one was begun anew. ` +
      'Count neither before the election authority has decided.',
  }
}

function findRollback(bundles: readonly WitnessedBundle[]): Refusal | undefined {
  for (const { origin, tree, where, device } of bundles) {
    const beyond = headsOf(bundles).find(
      // A bundle's own checkpoint makes no earlier one of the same device wrong.
      (head) => head.origin === origin && head.size > tree.size && !isCheckpoint(head, bundles),
    )
    if (beyond !== undefined) {
      return {
        code: 'witness.rolled-back',
        where,
        what:
          `rolled back: device ${device} once signed ${beyond.size} entries, as ${beyond.where} shows, ` +
          `but its journal here ends after ${tree.size}`,
        next:
          'Get the newest bundle of the device if it went on after this one; if there is none, its end was cut off: ' +
          'keep the device and all its media, and compare them with the centre.',
      }
    }
  }
  return undefined
}

function isCheckpoint(head: WitnessedHead, bundles: readonly WitnessedBundle[]): boolean {
  return bundles.some(({ witnessed }) => witnessed.heads[0] === head)
}

/** All heads in these bundles. */
export function headsOf(bundles: readonly WitnessedBundle[]): readonly WitnessedHead[] {
  return bundles.flatMap(({ witnessed }) => witnessed.heads)
}
