/** What a bundle asks of every auditor beside its entries, each part by itself in this thread: the same signatures, ballots and bytes. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sodium from 'sodium-native'
import { boxesOf, readEntries } from './audit-floor.ts'

/** A part, and seconds for all bundles. */
export interface FloorPart {
  readonly what: string
  readonly seconds: number
}

type Verification = Parameters<typeof sodium.crypto_sign_verify_detached>

/** The signatures that something verifies, as it asks libsodium for them. */
export async function verificationsOf(run: () => Promise<unknown>): Promise<readonly Verification[]> {
  const verify = sodium.crypto_sign_verify_detached
  const asked: Verification[] = []
  sodium.crypto_sign_verify_detached = (...given: Verification) => {
    asked.push(given)
    return verify(...given)
  }
  try {
    await run()
  } finally {
    sodium.crypto_sign_verify_detached = verify
  }
  return asked
}

/** Times each part once. */
export function measureParts(
  bundles: readonly string[],
  verifications: readonly Verification[],
): readonly FloorPart[] {
  const part = (what: string, run: () => void): FloorPart => {
    const begun = performance.now()
    run()
    return { what, seconds: (performance.now() - begun) / 1000 }
  }
  return [
    part('entries: parse, canonical comparison, two SHA-256', () => readEntries(bundles)),
    part(`signatures: ${perBundle(verifications.length, bundles)}, libsodium alone`, () => {
      for (const given of verifications) sodium.crypto_sign_verify_detached(...given)
    }),
    part('sealed ballots: parse, base64, two SHA-256', () => {
      for (const box of bundles.flatMap(boxesOf)) for (let i = 0; i < 2; i += 1) hash('sha256', box, 'buffer')
    }),
    part('files: read, one SHA-256 over the bytes of each', () => {
      for (const bundle of bundles)
        for (const name of readdirSync(bundle)) hash('sha256', readFileSync(join(bundle, name)), 'buffer')
    }),
  ]
}

function perBundle(count: number, bundles: readonly string[]): string {
  return `${(count / bundles.length).toFixed(1)} a bundle`
}
