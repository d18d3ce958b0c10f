/** Verified bundles against a policy: was every journal seen to its end by those whose eyes are asked for? */
import { equalBytes } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import type { VerifierKey } from '../../core/tlog/note.ts'
import type { DeviceIdentity } from '../verify/identity.ts'
import type { VerifiedBundle } from '../verify/verify-bundle.ts'
import type { VerifiedStation } from '../verify/verify-station.ts'
import { closingHeads, type WitnessedHead } from '../verify/witnessed.ts'
import { missingEyes, type Policy, satisfiedBy, shownName } from './policy.ts'

const MAX_NAMES_SHOWN = 10

/**
 * Holds every device that was given against a policy. A device's own keys never count for its own journal, under whatever name.
 * @returns the first device whose journal was not seen enough: `policy.unmet`, `policy.unknown-log`, or `witness.cosignature`
 */
export function checkPolicy(policy: Policy, stations: readonly VerifiedStation[]): Result<void> {
  for (const { bundles } of stations) {
    for (const bundle of bundles) {
      const checked = checkBundle(policy, bundle, bundles)
      if (!checked.ok) return checked
    }
  }
  return ok(undefined)
}

function checkBundle(
  policy: Policy,
  bundle: VerifiedBundle,
  bundles: readonly VerifiedBundle[],
): Result<void> {
  const { device, where, origin, witnessed } = bundle
  const own = witnessed.identities.get(device)
  if (own === undefined) throw new Error('a verified bundle knows its own device')
  if (policy.logs.length > 0 && !policy.logs.some((log) => isLogOf(log, origin, own))) {
    const what = `the policy lists logs, and the journal of device ${device} with its key is none of them`
    return refuse('policy.unknown-log', where, what, `Check the policy; the journal is named ${origin}.`)
  }
  const seen = new Set<string>()
  for (const head of closingHeads(bundle, bundles)) {
    for (const [name, key] of policy.witnesses) {
      const hasSeen = isCosignedBy(head, key)
      if (!hasSeen.ok) return hasSeen
      if (hasSeen.value && !isOwnKey(key, own)) seen.add(name)
    }
  }
  if (satisfiedBy(policy, seen)) return ok(undefined)
  const { groups, witnesses } = missingEyes(policy, seen)
  const lacking = witnesses.map((name) => {
    const key = policy.witnesses.get(name)
    const isOwn = key !== undefined && isOwnKey(key, own)
    return `${shownName(name)}${isOwn ? ' (its own key, which never counts)' : ''}`
  })
  const counts = groups.map(({ name, needed, has }) => `${shownName(name)} has ${has} of ${needed} needed`)
  const what = `too few witnesses have seen the journal of device ${device} to its end: ${[
    ...shortened(counts),
    `not seen by ${shortened(lacking).join(', ')}`,
  ].join('; ')}`
  const next = `Bring the bundles of its neighbours and its last cosigned head; else have device ${device} examined before it is counted.`
  return refuse('policy.unmet', where, what, next)
}

function isLogOf({ name, publicKey }: VerifierKey, origin: string, { logKey }: DeviceIdentity): boolean {
  return name === origin && equalBytes(publicKey, logKey)
}

function isOwnKey({ publicKey }: VerifierKey, own: DeviceIdentity): boolean {
  const keys = [own.logKey, own.messageKey, own.witnessKey]
  return keys.some((key) => key !== undefined && equalBytes(key, publicKey))
}

function isCosignedBy({ note, where }: WitnessedHead, { name, publicKey }: VerifierKey): Result<boolean> {
  if (!note.includes(name)) return ok(false)
  const cosignature = openCosignature(note, { name, publicKey })
  if (cosignature.ok) return ok(true)
  if (cosignature.error.code === 'note.unsigned') return ok(false)
  const next = 'Keep it as it is, and compare it with the device, its other copies and the centre.'
  return refuse('witness.cosignature', where, cosignature.error.what, next)
}

function shortened(texts: readonly string[]): readonly string[] {
  const more = texts.length - MAX_NAMES_SHOWN
  return more > 0 ? [...texts.slice(0, MAX_NAMES_SHOWN), `and ${more} more`] : texts
}
