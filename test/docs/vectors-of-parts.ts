/** Test vectors of what a bundle is made of: JSON, signatures, notes, trees. Each says what a verifier has to make of it. */
import { createHash } from 'node:crypto'
import nacl from 'tweetnacl'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { COSIGNATURE_TYPE, ED25519_TYPE, formatVerifierKey, signNote } from '../../core/tlog/note.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const seeded = (name: string) => signerFromSeed(sha256(utf8(`vectors: ${name}`)))

/** Canonical JSON: `code` is null where it is taken. Texts that are no UTF-8 are given as bytes. */
export function canonicalJsonVectors(): Json {
  const nested = (levels: number, inside: string) => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`
  const taken = [
    '{"a":1,"b":[true,false,null],"é":"é/\u007f\u2028"}',
    '{"":0,"10":1,"9":2,"A":3,"_":4,"a":5,"\u{10000}":6,"\uffff":7}',
    '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f"',
    '[9007199254740991,-9007199254740991,0]',
    nested(32, ''),
    nested(31, '1'),
  ]
  const notCanonical = [
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"\uffff":7,"\u{10000}":6}',
    '{"__proto__":1}',
    '{ "a":1}',
    '{"a":1}\n',
    ' 1',
    '-0',
    '1.0',
    '1e3',
    '9007199254740992',
    '1e999',
    '"\\/"',
    '"\\u0041"',
    '"\\u001F"',
    '"\\u000a"',
    '"\\ud800"',
    nested(32, '1'),
    nested(33, ''),
  ]
  const syntax = [
    '',
    '{',
    "{'a':1}",
    '[1,]',
    '01',
    '+1',
    '.5',
    'NaN',
    'Infinity',
    '"\n"',
    '"\\x"',
    '\ufeff1',
    '1 2',
    'True',
  ]
  const bytes = ['22ff22', '22c08022', '22eda08022', '22f4908080', '22c3']
  return [
    ...taken.map((text) => ({ text, code: null })),
    ...notCanonical.map((text) => ({ text, code: 'json.not-canonical' })),
    ...syntax.map((text) => ({ text, code: 'json.syntax' })),
    ...bytes.map((hex) => ({ hex, code: 'json.syntax' })),
  ]
}

const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n

function encode(value: bigint, sign = 0n): Uint8Array {
  return Buffer.from((value | (sign << 255n)).toString(16).padStart(64, '0'), 'hex').reverse()
}
function decode(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)
}
/** Secret scalar of a seed (RFC 8032, 5.1.5). */
function scalarOf(seed: Uint8Array): bigint {
  const hash = createHash('sha512').update(seed).digest().subarray(0, 32)
  hash[0] = (hash[0] ?? 0) & 0xf8
  hash[31] = ((hash[31] ?? 0) & 0x7f) | 0x40
  return decode(hash)
}
const challenge = (...parts: readonly Uint8Array[]) => decode(nacl.hash(concatBytes(...parts))) % L

/** Ed25519: signatures and whether they are accepted, keys and whether they are sound. */
export function ed25519Vectors(): Json {
  const seed = sha256(utf8('vectors: ed25519'))
  const { publicKey, sign } = signerFromSeed(seed)
  const message = utf8('what was signed')
  const signature = sign(message)
  const [r, s] = [signature.slice(0, 32), decode(signature.slice(32))]
  const identity = encode(1n)
  const small = [1n, P - 1n, 0n, Y8, P - Y8].flatMap((y) => [encode(y), encode(y, 1n)])
  const high = Array.from({ length: 19 }, (_, i) => encode(P + BigInt(i)))
  // The key plus the point of order two, (0, -1): both coordinates change sign. Without cofactor it signs what gives an even k.
  const mixed = encode(P - (decode(publicKey) % 2n ** 255n), 1n - (decode(publicKey) >> 255n))
  const nonce = signerFromSeed(sha256(utf8('vectors: nonce')))
  const nonceScalar = scalarOf(sha256(utf8('vectors: nonce')))
  const signMixed = (text: Uint8Array) =>
    concatBytes(
      nonce.publicKey,
      encode((nonceScalar + challenge(nonce.publicKey, mixed, text) * scalarOf(seed)) % L),
    )
  const ofParity = (parity: bigint) => {
    const texts = Array.from({ length: 64 }, (_, i) => Uint8Array.of(i))
    const text = texts.find((one) => challenge(nonce.publicKey, mixed, one) % 2n === parity)
    if (text === undefined) throw new Error('no message of this parity')
    return text
  }
  const [even, odd] = [ofParity(0n), ofParity(1n)]
  const one = (why: string, valid: boolean, key: Uint8Array, text: Uint8Array, given: Uint8Array) => ({
    why,
    valid,
    key: toHex(key),
    message: toHex(text),
    signature: toHex(given),
  })
  const bySmallKey = small.flatMap((key) =>
    Array.from({ length: 8 }, (_, i) =>
      one('key of small order', false, key, Uint8Array.of(i), concatBytes(identity, encode(0n))),
    ),
  )
  return {
    signatures: [
      one('honest', true, publicKey, message, signature),
      one('honest, empty message', true, publicKey, new Uint8Array(), sign(new Uint8Array())),
      one('another message', false, publicKey, utf8('what was not signed'), signature),
      one('S + L', false, publicKey, message, concatBytes(r, encode(s + L))),
      one('S of L', false, publicKey, message, concatBytes(r, encode(L))),
      one(
        'R is the identity, S fits',
        false,
        publicKey,
        message,
        concatBytes(identity, encode((challenge(identity, publicKey, message) * scalarOf(seed)) % L)),
      ),
      one('key with a part of order two, k even: holds without cofactor', true, mixed, even, signMixed(even)),
      one('the same key, k odd: would hold with cofactor', false, mixed, odd, signMixed(odd)),
      ...bySmallKey,
      ...small.map((point) =>
        one('R of small order', false, publicKey, message, concatBytes(point, encode(s))),
      ),
      ...high.map((point) => one('key with y of p or more', false, point, message, signature)),
      ...high.map((point) =>
        one('R with y of p or more', false, publicKey, message, concatBytes(point, encode(s))),
      ),
      one('63 bytes', false, publicKey, message, signature.slice(0, 63)),
    ],
    keys: [
      { key: toHex(publicKey), sound: true },
      { key: toHex(mixed), sound: false },
      { key: toHex(encode(2n)), sound: false },
      ...[...small, ...high].map((key) => ({ key: toHex(key), sound: false })),
    ],
  }
}

/** Signed notes: what opening them with the log's key and with the witness's gives, null for a signature that holds. */
export function noteVectors(): Json {
  const [log, witness, stranger] = ['log', 'witness', 'stranger'].map(seeded) as [
    ReturnType<typeof seeded>,
    ReturnType<typeof seeded>,
    ReturnType<typeof seeded>,
  ]
  const origin = 'council.example/rehearsal-1405/device/d-01/00112233445566778899aabbccddeeff'
  const name = 'council.example/rehearsal-1405/witness/d-02'
  const root = rootOf([0, 1, 2].map((i) => leafHash(Uint8Array.of(i))))
  const alone = signCheckpoint({ origin, size: 3, root }, log)
  const time = 1_781_879_000
  const both = addSignatureLine(alone, cosign(alone, { name, signer: witness, time }))
  const twice = addSignatureLine(both, cosign(alone, { name, signer: witness, time: time + 60 }))
  const bent = (note: string, what: string, by: string) => {
    if (!note.includes(what)) throw new Error(`no ${what} in the note`)
    return note.replace(what, by)
  }
  const text = `${origin}\n3\n${toBase64(root)}\n`
  const signed = (other: string) => signNote(other, { name: origin, type: ED25519_TYPE, signer: log })
  const note = (why: string, given: string, logSays: string | null, witnessSays: string | number) => ({
    why,
    note: given,
    log: logSays,
    witness: witnessSays,
  })
  return {
    origin,
    size: 3,
    root: toBase64(root),
    logKey: formatVerifierKey({ name: origin, type: ED25519_TYPE, publicKey: log.publicKey }),
    witnessKey: formatVerifierKey({ name, type: COSIGNATURE_TYPE, publicKey: witness.publicKey }),
    notes: [
      note('the log alone', alone, null, 'note.unsigned'),
      note('cosigned', both, null, time),
      note('cosigned twice: the latest counts', twice, null, time + 60),
      note(
        'with a line of a stranger',
        addSignatureLine(both, cosign(alone, { name: 'stranger', signer: stranger, time })),
        null,
        time,
      ),
      note(
        'under the name of the witness with another key: another key id',
        addSignatureLine(alone, cosign(alone, { name, signer: stranger, time })),
        null,
        'note.unsigned',
      ),
      note('changed size', bent(both, '\n3\n', '\n4\n'), 'note.bad-signature', 'note.bad-signature'),
      note(
        'one good line and one bent of the witness',
        addSignatureLine(
          both,
          cosign(signCheckpoint({ origin, size: 2, root }, log), { name, signer: witness, time }),
        ),
        null,
        'note.bad-signature',
      ),
      note('without the last line feed', both.slice(0, -1), 'note.malformed', 'note.malformed'),
      note('without empty line', bent(both, '\n\n', '\n'), 'note.malformed', 'note.malformed'),
      note('with a carriage return', bent(both, '\n3\n', '\n3\r\n'), 'note.malformed', 'note.malformed'),
      note(
        'with two spaces in a line',
        bent(both, '— council', '—  council'),
        'note.malformed',
        'note.malformed',
      ),
      note(
        'with a hyphen for the dash',
        bent(both, '— council', '- council'),
        'note.malformed',
        'note.malformed',
      ),
      note(
        'signed, but with an extension line',
        signed(`${text}more\n`),
        'checkpoint.malformed',
        'checkpoint.malformed',
      ),
      note(
        'signed, but a size with a leading zero',
        signed(bent(text, '\n3\n', '\n03\n')),
        'checkpoint.malformed',
        'checkpoint.malformed',
      ),
      note(
        'signed, but of another origin',
        signed(bent(text, 'd-01', 'd-03')),
        'checkpoint.origin',
        'note.unsigned',
      ),
    ],
  }
}

/** Trees of 0 to 9 leaves. */
export function treeVectors(): Json {
  const entries = Array.from({ length: 9 }, (_, i) => utf8('leaf'.slice(0, i % 5) + i.toString()))
  const leaves = entries.map(leafHash)
  return {
    entries: entries.map(toHex),
    leaves: leaves.map(toHex),
    roots: Array.from({ length: 10 }, (_, size) => toHex(rootOf(leaves.slice(0, size)))),
  }
}
