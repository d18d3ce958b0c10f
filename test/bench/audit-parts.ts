/** What a bundle asks of every auditor: its entries, and beside them the same signatures, ballots and bytes; each part by itself in this thread. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sodium from 'sodium-native'

/** A part, and seconds for all bundles. */
export interface FloorPart {
  readonly what: string
  readonly seconds: number
}

/** What libsodium is asked of one signature. */
export type Verification = Parameters<typeof sodium.crypto_sign_verify_detached>

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

/** Does it in this thread. @returns how many */
export function readEntries(bundles: readonly string[]): number {
  let entries = 0
  for (const bundle of bundles) {
    for (const text of readFileSync(join(bundle, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1)) {
      if (JSON.stringify(JSON.parse(text)) !== text) throw new Error('an entry that is not canonical')
      hash('sha256', `\0${text}`, 'buffer')
      hash('sha256', text, 'buffer')
      entries += 1
    }
  }
  return entries
}

/** The sealed ballots of a bundle. */
export function boxesOf(bundle: string): readonly Uint8Array[] {
  const lines = readFileSync(join(bundle, 'batches.jsonl'), 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    const { sealed } = JSON.parse(line) as { readonly sealed: readonly string[] }
    return sealed.map((text) => Buffer.from(text, 'base64'))
  })
}

function perBundle(count: number, bundles: readonly string[]): string {
  return `${(count / bundles.length).toFixed(1)} a bundle`
}
