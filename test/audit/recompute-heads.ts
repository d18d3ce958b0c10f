/** Heads of a journal and who cosigned them, read with nothing but Node's own means (signed notes and cosignatures: `docs/formats.md`). */
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import type { Definition } from './recompute.ts'

interface Witness {
  readonly name: string
  /** Ed25519, 32 bytes. */
  readonly key: Uint8Array
}

/** A head, and when which witness signed it, in seconds; the centre is ''. */
interface SeenHead {
  readonly size: number
  readonly witnesses: ReadonlyMap<string, number>
}

/** The heads of that origin in every checkpoint and `cosigned.json` of these files. */
export function seenHeads(
  files: ReadonlyMap<string, Uint8Array>,
  definition: Definition,
  origin: unknown,
): readonly SeenHead[] {
  const named = (name: string) => [...files].filter(([path]) => path.endsWith(`/${name}`)).map(([, it]) => it)
  const cosigned = named('cosigned.json').map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
  const certificates = [
    ...named('device-certificate.der'),
    ...cosigned.flatMap(({ certificates: own }) => own.map((text: string) => Buffer.from(text, 'base64'))),
  ]
  const { authority, election, witness } = definition
  const witnesses = new Map([['', { name: witness.name, key: Buffer.from(witness.key, 'base64') }]])
  for (const der of certificates) {
    const device = new X509Certificate(der).subject.replace('CN=', '')
    const [role = '{}'] =
      /\{"keys":\{[^}]*\},"role":"device"\}/.exec(Buffer.from(der).toString('latin1')) ?? []
    const key = Buffer.from(JSON.parse(role).keys.witness, 'base64')
    witnesses.set(device, { name: `${authority}/${election}/witness/${device}`, key })
  }
  const notes = [
    ...named('checkpoint').map((bytes) => Buffer.from(bytes).toString('utf8')),
    ...cosigned.flatMap(({ notes: own }) => own as string[]),
  ]
  return notes.flatMap((note) => {
    const [own, size] = note.split('\n')
    if (own !== origin) return []
    const signed = [...witnesses].flatMap(([device, known]) => {
      const time = witnessedBy(note, known)
      return time === undefined ? [] : [[device, time] as const]
    })
    return [{ size: Number(size), witnesses: new Map(signed) }]
  })
}

/** When a witness cosigned a note, the latest time; undefined if it did not. */
export function witnessedBy(note: string, { name, key }: Witness): number | undefined {
  const end = note.indexOf('\n\n')
  const text = note.slice(0, end + 1)
  const id = createHash('sha256').update(`${name}\n\x04`).update(key).digest().subarray(0, 4)
  const times = note
    .slice(end + 2)
    .split('\n')
    .flatMap((line) => {
      const [dash, own, encoded = ''] = line.split(' ')
      const bytes = Buffer.from(encoded, 'base64')
      if (dash !== '—' || own !== name || bytes.length !== 76 || !bytes.subarray(0, 4).equals(id)) return []
      const time = Number(bytes.readBigUInt64BE(4))
      const publicKey = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') },
        format: 'jwk',
      })
      const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
      return verify(null, message, publicKey, bytes.subarray(12)) ? [time] : []
    })
  return times.length === 0 ? undefined : Math.max(...times)
}
