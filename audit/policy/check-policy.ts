/** Verified bundles against a policy: was every journal seen to its end by those whose eyes are asked for? */
import { equalBytes } from '../../core/keys/hash.ts'
import { fail, ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import type { VerifierKey } from '../../core/tlog/note.ts'
import type { DeviceIdentity } from '../verify/identity.ts'
import { KeyRing } from '../verify/key-ring.ts'
import type { Remembered } from '../verify/remembered.ts'
import type { VerifiedBundle } from '../verify/verify-bundle.ts'
import type { VerifiedStation } from '../verify/verify-station.ts'
import { closingHeads } from '../verify/witnessed.ts'
import { missingEyes, type Policy, satisfiedBy, shownName } from './policy.ts'

const MAX_NAMES_SHOWN = 10

/** A policy and its keys by the lines that they write. */
export interface AskedEyes {
  readonly policy: Policy
  /** Owners are the names of the policy's witnesses. */
  readonly ring: KeyRing<string>
}

/** Makes a policy ready for holding many devices against it. */
export function askEyes(policy: Policy): AskedEyes {
  return { policy, ring: new KeyRing([...policy.witnesses].map(([owner, key]) => ({ ...key, owner }))) }
}

/**
 * Holds every device of a station that was given against a policy. A device's own keys never count for its own journal, under whatever name.
 * @returns each device whose journal was not seen enough: `policy.unmet`, `policy.unknown-log`, or `witness.cosignature`
 */
export function checkPolicy(
  asked: AskedEyes,
  { bundles }: VerifiedStation,
  remembered: Remembered,
): readonly Refusal[] {
  return bundles.flatMap((bundle) => {
    const checked = checkBundle(asked, bundle, bundles, remembered)
    return checked.ok ? [] : [checked.error]
  })
}

function checkBundle(
  { policy, ring }: AskedEyes,
  bundle: VerifiedBundle,
  bundles: readonly VerifiedBundle[],
  remembered: Remembered,
): Result<void> {
  const { device, where, origin, witnessed } = bundle
  const own = witnessed.identities.get(device)
  if (own === undefined) throw new Error('a verified bundle knows its own device')
  if (policy.logs.length > 0 && !policy.logs.some((log) => isLogOf(log, origin, own))) {
    const what = `the policy lists logs, and the journal of device ${device} with its key is none of them`
    return refuse('policy.unknown-log', where, what, `Check the policy; the journal is named ${origin}.`)
  }
  const isOwn = (name: string) => {
    const key = policy.witnesses.get(name)
    return key !== undefined && isOwnKey(key, own)
  }
  const seen = new Set<string>()
  for (const head of closingHeads(bundle, bundles)) {
    const cosigners = ring.cosignersOf(head, head.where, remembered.verify)
    if (!cosigners.ok) return fail(cosigners.error)
    for (const { owner } of cosigners.value) if (!isOwn(owner)) seen.add(owner)
  }
  if (satisfiedBy(policy, seen)) return ok(undefined)
  const { groups, witnesses } = missingEyes(policy, seen)
  const lacking = witnesses.map(
    (name) => `${shownName(name)}${isOwn(name) ? ' (its own key, which never counts)' : ''}`,
  )
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

function shortened(texts: readonly string[]): readonly string[] {
  const more = texts.length - MAX_NAMES_SHOWN
  return more > 0 ? [...texts.slice(0, MAX_NAMES_SHOWN), `and ${more} more`] : texts
}
