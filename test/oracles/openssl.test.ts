/** OpenSSL verifies a raw signature of ours over a checkpoint, and refuses it bent. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { describeWith, OPENSSL } from './needs.ts'

/** SubjectPublicKeyInfo of an Ed25519 key (RFC 8410, section 4): this, and the 32 bytes of the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const origin = 'council.example/rehearsal-1405/device/d-01/0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const seeded = (name: string) => signerFromSeed(sha256(Buffer.from(name)))
const log = seeded('log of the OpenSSL oracle')

const folder = mkdtempSync(join(tmpdir(), 'sandogh-openssl-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Claim {
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly publicKey: Uint8Array
}

/** What `openssl pkeyutl` says and how it ends. */
function openssl({ message, signature, publicKey }: Claim) {
  const der = toBase64(concatBytes(SPKI_PREFIX, publicKey))
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const key = file('key.pem', `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`)
  const [input, signed] = [file('message', message), file('signature', signature)]
  const args = ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', key, '-in', input, '-sigfile', signed]
  const { status, stdout } = spawnSync('openssl', args, { encoding: 'utf8' })
  return { status, said: stdout.trim() }
}

/** The message and the 64 bytes of a checkpoint's signature, cut out by the layout of docs/formats.md: a key ID of 4 bytes comes first. */
function cutOut(size: number): Claim {
  const note = signCheckpoint({ origin, size, root: sha256(Buffer.from(`root ${size}`)) }, log)
  const [text = '', line = ''] = note.split('\n\n')
  const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64')
  return { message: Buffer.from(`${text}\n`), signature: bytes.subarray(4), publicKey: log.publicKey }
}

const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

describeWith([OPENSSL], 'OpenSSL', () => {
  test('verifies the signature of a checkpoint', () => {
    for (const size of [1, 413, 1_000_000])
      expect(openssl(cutOut(size))).toEqual({ status: 0, said: 'Signature Verified Successfully' })
  })

  test('refuses it with signature, checkpoint or key bent', () => {
    const claim = cutOut(413)
    const bent: Claim[] = [
      ...[0, 31, 32, 63].map((at) => ({ ...claim, signature: flipped(claim.signature, at) })),
      { ...claim, signature: claim.signature.subarray(0, 63) },
      { ...claim, signature: cutOut(414).signature },
      ...[0, origin.length + 1, claim.message.length - 1].map((at) => ({
        ...claim,
        message: flipped(claim.message, at),
      })),
      { ...claim, message: claim.message.subarray(0, -1) },
      { ...claim, publicKey: seeded('another').publicKey },
    ]
    for (const one of bent) expect(openssl(one)).toMatchObject({ status: 1 })
  })
})
