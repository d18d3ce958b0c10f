/**
 * The pool: the ballots not yet in a batch and the running tally, as one encrypted block of constant size. It is written anew at
 * every cast under a slot key that is used once, so a block on its own, or an old one on a freed page, is noise.
 *
 * ```
 * block     = nonce(24, zero: the key is used once) is not stored; XSalsa20-Poly1305(plaintext)
 * key       = HKDF-SHA-256(day key || slot key, "sandogh/v1/pool\n" || origin)
 * plaintext = version(1) || casts(4) || SHA-256 over spent tags(32)
 *             || for each style: ballots(1) || 64 places of one sealed ballot each, filled with zero
 *             || tally, 4 bytes a count
 * ```
 */
import nacl from 'tweetnacl'
import type { Definition } from '../election/definition.ts'
import { decodeTally, emptyTally, encodeTally, type Tally, tallySize } from '../election/tally.ts'
import { concatBytes, hkdfSha256, sha256 } from '../keys/hash.ts'
import type { Random } from '../ports.ts'
import { shuffle } from './draw.ts'
import { sealedBallotSize } from './sealed-ballot.ts'

/** When a style has this many ballots in the pool … */
export const POOL_PLACES = 64
/** … this many of them, drawn uniformly, leave as a batch. */
export const BATCH_SIZE = 32

const VERSION = 1
const HEAD_BYTES = 1 + 4 + 32
const ZERO_NONCE = new Uint8Array(nacl.secretbox.nonceLength)

export interface Pool {
  /** Ballots cast on this device since the polls opened. */
  readonly casts: number
  /** {@link spentRoot} of the tags of all spent authorizations. */
  readonly spent: Uint8Array
  /** For each style of the definition: sealed ballots, sorted by their bytes. */
  readonly ballots: readonly (readonly Uint8Array[])[]
  readonly tally: Tally
}

/** The two secrets of a block; neither opens it alone. */
interface PoolKeys {
  readonly dayKey: Uint8Array
  readonly slotKey: Uint8Array
  readonly origin: string
}

/** Nothing cast, nothing counted. */
export function emptyPool(definition: Definition): Pool {
  return {
    casts: 0,
    spent: spentRoot([]),
    ballots: definition.styles.map(() => []),
    tally: emptyTally(definition),
  }
}

/**
 * Puts one sealed ballot into the pool.
 * @returns the pool after it and, when the style's places are full, the batch that leaves
 */
export function addToPool(
  pool: Pool,
  ballot: {
    readonly style: number
    readonly sealed: Uint8Array
    readonly spent: Uint8Array
    readonly tally: Tally
  },
  random: Random,
): { readonly pool: Pool; readonly batch?: readonly Uint8Array[] } {
  const waiting = [...(pool.ballots[ballot.style] ?? []), ballot.sealed]
  const full = waiting.length >= POOL_PLACES
  const drawn = full ? shuffle(waiting, random) : waiting
  const batch = full ? sortBallots(drawn.slice(0, BATCH_SIZE)) : undefined
  const rest = sortBallots(full ? drawn.slice(BATCH_SIZE) : drawn)
  const next: Pool = {
    casts: pool.casts + 1,
    spent: ballot.spent,
    ballots: pool.ballots.map((style, i) => (i === ballot.style ? rest : style)),
    tally: ballot.tally,
  }
  return batch === undefined ? { pool: next } : { pool: next, batch }
}

/** Bytes of every block of a package. */
export function poolBlockSize(definition: Definition): number {
  const styles = definition.styles.length * (1 + POOL_PLACES * sealedBallotSize(definition))
  return nacl.secretbox.overheadLength + HEAD_BYTES + styles + tallySize(definition)
}

/** Encrypts the pool. The slot key must never have been used before. */
export function sealPool(definition: Definition, pool: Pool, keys: PoolKeys): Uint8Array {
  const size = sealedBallotSize(definition)
  const head = new Uint8Array(HEAD_BYTES)
  head[0] = VERSION
  new DataView(head.buffer).setUint32(1, pool.casts)
  head.set(pool.spent, 5)
  const styles = pool.ballots.map((ballots) => {
    const places = new Uint8Array(1 + POOL_PLACES * size)
    places[0] = ballots.length
    for (const [place, ballot] of ballots.entries()) places.set(ballot, 1 + place * size)
    return places
  })
  return nacl.secretbox(concatBytes(head, ...styles, encodeTally(pool.tally)), ZERO_NONCE, blockKey(keys))
}

/** Decrypts a block; undefined if it was made with other keys, for another package, or was changed. */
export function openPool(definition: Definition, block: Uint8Array, keys: PoolKeys): Pool | undefined {
  const plain = nacl.secretbox.open(block, ZERO_NONCE, blockKey(keys))
  const size = sealedBallotSize(definition)
  const styleBytes = 1 + POOL_PLACES * size
  const stylesEnd = HEAD_BYTES + definition.styles.length * styleBytes
  if (plain?.length !== stylesEnd + tallySize(definition) || plain[0] !== VERSION) return undefined
  const ballots = definition.styles.map((_, i) => {
    const places = plain.subarray(HEAD_BYTES + i * styleBytes)
    return Array.from({ length: places[0] ?? 0 }, (_, p) => places.slice(1 + p * size, 1 + (p + 1) * size))
  })
  const tally = decodeTally(definition, plain.subarray(stylesEnd))
  if (tally === undefined) return undefined
  const casts = new DataView(plain.buffer, plain.byteOffset).getUint32(1)
  return { casts, spent: plain.slice(5, HEAD_BYTES), ballots, tally }
}

/** Sealed ballots in the order of their bytes. They begin with an ephemeral key, so this order says nothing of any other. */
export function sortBallots(ballots: readonly Uint8Array[]): Uint8Array[] {
  return [...ballots].sort((a, b) => Buffer.compare(a, b))
}

/** SHA-256 over the sorted tags of spent authorizations. */
export function spentRoot(tags: readonly Uint8Array[]): Uint8Array {
  return sha256(Buffer.concat([...tags].sort((a, b) => Buffer.compare(a, b))))
}

function blockKey({ dayKey, slotKey, origin }: PoolKeys): Uint8Array {
  return hkdfSha256(concatBytes(dayKey, slotKey), `sandogh/v1/pool\n${origin}`)
}
