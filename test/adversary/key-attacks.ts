/**
 * Attacker (b), who has the day key, and everybody who looks for keys on the disk: each stretch of 32 bytes is tried as a slot key, as the day
 * key, as the secret key of a sealed box.
 */
import { hash } from 'node:crypto'
import sodiumNative from 'sodium-native'
import { openPool, type Pool } from '../../core/ballot-box/pool.ts'
import type { Definition } from '../../core/election/definition.ts'
import { filesNamed, type Image } from './image.ts'
import { decodeRecord, type Pages, states, tableCells } from './sqlite-carver.ts'

/** The function of libsodium that only an attacker here needs: keystream of XSalsa20. */
const sodium = sodiumNative as typeof sodiumNative & {
  crypto_stream(output: Uint8Array, nonce: Uint8Array, key: Uint8Array): void
}

const KEY = 32
/** A stretch with fewer bytes above 127 is text or empty; a random key is that with a probability of 1.3e-6. */
const HIGH_BYTES = 4

/** Public names that go into the key of a block. */
export interface BoxName {
  readonly definition: Definition
  readonly origin: string
}

/** Every version of the pool's block that file and log of an image still hold, on any medium. */
export function blocksIn(image: Image): readonly Buffer[] {
  const blocks = new Map<string, Buffer>()
  const logs = filesNamed(image, 'ballots.db-wal')
  for (const [medium, { bytes }] of filesNamed(image, 'ballots.db').entries()) {
    for (const pages of states(bytes, logs[medium]?.bytes)) {
      const block = poolBlock(pages)
      if (block !== undefined) blocks.set(block.toString('latin1', 0, KEY), block)
    }
  }
  return [...blocks.values()]
}

/** The block in one state. */
function poolBlock(pages: Pages): Buffer | undefined {
  for (const { payload } of tableCells(pages, 'pool')) {
    const block = decodeRecord(payload).find((value) => Buffer.isBuffer(value))
    if (block !== undefined) return block as Buffer
  }
  return undefined
}

/** Every stretch of 32 bytes of the slot files, or of all files where it is not text. */
export function* stretches(image: Image, from: 'slots' | 'all'): Generator<Buffer> {
  for (const [path, { bytes }] of image.files) {
    const slots = path.endsWith('slots.bin')
    if (from === 'slots' && !slots) continue
    let high = 0
    for (let end = 0; end < bytes.length; end += 1) {
      if ((bytes[end] as number) > 127) high += 1
      if (end >= KEY && (bytes[end - KEY] as number) > 127) high -= 1
      if (end >= KEY - 1 && (slots || high >= HIGH_BYTES)) yield bytes.subarray(end - KEY + 1, end + 1)
    }
  }
}

export interface Opened {
  /** By the number of ballots cast at that state. */
  readonly pools: ReadonlyMap<number, Pool>
  readonly tried: number
}

/** Tries stretches as slot keys beside a known day key. */
export function openWithDayKey(
  image: Image,
  name: BoxName,
  dayKey: Uint8Array,
  from: 'slots' | 'all',
): Opened {
  return openBlocks(image, name, stretches(image, from), (stretch) => [dayKey, stretch])
}

/** Looks for the day key on the disk: tries stretches as the day key beside each slot key whose checksum holds. */
export function openWithoutCards(image: Image, name: BoxName, from: 'slots' | 'all'): Opened {
  const pools = new Map<number, Pool>()
  let tried = 0
  for (const slotKey of slotKeysIn(image)) {
    const opened = openBlocks(image, name, stretches(image, from), (stretch) => [stretch, slotKey])
    for (const [casts, pool] of opened.pools) pools.set(casts, pool)
    tried += opened.tried
  }
  return { pools, tried }
}

/** How many stretches are the secret key of one of these public keys. */
export function secretKeysOf(publicKeys: readonly Uint8Array[], image: Image, from: 'slots' | 'all') {
  const wanted = new Set(publicKeys.map((key) => Buffer.from(key).toString('latin1')))
  const publicKey = Buffer.alloc(KEY)
  let found = 0
  let tried = 0
  for (const stretch of stretches(image, from)) {
    sodium.crypto_scalarmult_base(publicKey, stretch)
    tried += 1
    if (wanted.has(publicKey.toString('latin1'))) found += 1
  }
  return { found, tried }
}

/** Keys whose checksum stands behind them (the slot file's description). */
function slotKeysIn(image: Image): Buffer[] {
  return filesNamed(image, 'slots.bin').flatMap(({ bytes }) => {
    const keys: Buffer[] = []
    for (let at = 0; at + 2 * KEY <= bytes.length; at += 1) {
      const key = bytes.subarray(at, at + KEY)
      const sum = hash('sha256', Buffer.concat([SLOT_LABEL, key]), 'buffer')
      if (sum.equals(bytes.subarray(at + KEY, at + 2 * KEY))) keys.push(key)
    }
    return keys
  })
}

const SLOT_LABEL = Buffer.from('sandogh/v1/slot')

/**
 * The block's plaintext begins `01 00 00`: version, and a count below 65536. All blocks have one nonce, so the first bytes of a key's stream
 * tell which block it could open; only that one is opened in full.
 */
function openBlocks(
  image: Image,
  { definition, origin }: BoxName,
  candidates: Iterable<Buffer>,
  keysFor: (stretch: Buffer) => readonly [dayKey: Uint8Array, slotKey: Uint8Array],
): Opened {
  const byHead = new Map<number, Buffer[]>()
  for (const block of blocksIn(image)) {
    const head = block.readUIntBE(MAC, 3) ^ 0x010000
    byHead.set(head, [...(byHead.get(head) ?? []), block])
  }
  const derive = blockKeys(origin)
  const stream = Buffer.alloc(MAC_KEY + 3)
  const pools = new Map<number, Pool>()
  let tried = 0
  for (const stretch of candidates) {
    const [dayKey, slotKey] = keysFor(stretch)
    sodium.crypto_stream(stream, ZERO_NONCE, derive(dayKey, slotKey))
    tried += 1
    for (const block of byHead.get(stream.readUIntBE(MAC_KEY, 3)) ?? []) {
      const pool = openPool(definition, block, { dayKey, slotKey, origin })
      if (pool !== undefined) pools.set(pool.casts, pool)
    }
  }
  return { pools, tried }
}

/** A secretbox begins with its authenticator; the first 32 bytes of its stream are that one's key. */
const MAC = 16
const MAC_KEY = 32
const ZERO_NONCE = Buffer.alloc(24)

/** HKDF-SHA-256 (RFC 5869) with the four hashes written out: five times as fast as asking for it, for millions of keys. */
function blockKeys(origin: string): (dayKey: Uint8Array, slotKey: Uint8Array) => Buffer {
  const BLOCK = 64
  const info = Buffer.concat([Buffer.from(`sandogh/v1/pool\n${origin}`), Uint8Array.of(1)])
  const extractInner = Buffer.alloc(BLOCK + 2 * KEY, 0x36)
  const extractOuter = Buffer.alloc(BLOCK + KEY, 0x5c)
  const expandInner = Buffer.alloc(BLOCK + info.length, 0x36)
  const expandOuter = Buffer.alloc(BLOCK + KEY, 0x5c)
  expandInner.set(info, BLOCK)
  return (dayKey, slotKey) => {
    extractInner.set(dayKey, BLOCK)
    extractInner.set(slotKey, BLOCK + KEY)
    extractOuter.set(hash('sha256', extractInner, 'buffer'), BLOCK)
    const secret = hash('sha256', extractOuter, 'buffer')
    for (let i = 0; i < KEY; i += 1) {
      expandInner[i] = (secret[i] as number) ^ 0x36
      expandOuter[i] = (secret[i] as number) ^ 0x5c
    }
    expandOuter.set(hash('sha256', expandInner, 'buffer'), BLOCK)
    return hash('sha256', expandOuter, 'buffer')
  }
}
