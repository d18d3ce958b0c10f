/** What devices of a station saw of each other, bent in every way. A device with its keys signs whatever it likes; its neighbours do not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MANIFEST_FILE } from '../../audit/read-folders.ts'
import { readIdentity } from '../../audit/verify/identity.ts'
import { Remembered } from '../../audit/verify/remembered.ts'
import { type VerifiedCount, verifyCount } from '../../audit/verify/verify-count.ts'
import { verifyWitnessed } from '../../audit/verify/witnessed.ts'
import { type BundleFile, signManifest } from '../../core/bundle/bundle.ts'
import { formatCosigned, parseCosigned } from '../../core/bundle/cosigned.ts'
import { originOf, witnessNameOf } from '../../core/bundle/names.ts'
import { ed25519Spki, issueCertificate } from '../../core/keys/certificate.ts'

import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { type Result, valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { parseNote, signatureLine } from '../../core/tlog/note.ts'
import { bundleFiles, cosignedFile, cosignedHead, neighbourLine } from './files.ts'
import { makeStation, type TestDevice } from './fixtures.ts'
import { referenceFor } from './in-memory.ts'
import { blindToOtherRoots, blindToTwoHeads, weakenedVerifyCount } from './weakened/weaken.ts'

const station = makeStation('witnesses', { casts: [6, 3, 2] })
const [first, second, third] = station.devices as [TestDevice, TestDevice, TestDevice]
const stranger = makeStation('strangers', { casts: [1] }).devices[0] as TestDevice
const { definition } = station.electionPackage
const END = first.entries.length

/** The first device as it would have been with another third entry: a second history under the same keys. */
const otherSelf: TestDevice = {
  ...first,
  entries: first.entries.map((entry, i) => (i === 2 ? Buffer.from('{"seq":2}') : entry)),
}

interface Cosigned {
  readonly notes: readonly string[]
  readonly certificates?: readonly Uint8Array[]
}

/** A bundle of a device with that `cosigned.json`, everything else about it right. */
function bundle(device: TestDevice, cosigned?: Cosigned, receipt = true) {
  const neighbours = station.devices.filter(({ id }) => id !== device.id)
  const file =
    cosigned &&
    formatCosigned({
      certificates: cosigned.certificates ?? neighbours.map(({ certificate }) => certificate),
      notes: cosigned.notes,
    })
  return { where: device.id, files: bundleFiles(station, device, file && { 'cosigned.json': file }, receipt) }
}

type Bundle = ReturnType<typeof bundle>
const count = (bundles: readonly Bundle[], verify = verifyCount) =>
  verify({ bundles, checkIns: [] }, station.authority.publicKey)
const holds = (result: Result<VerifiedCount>): VerifiedCount => {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.what}`)
  return result.value
}
/** Code and place of the refusal. */
const refusalOf = (bundles: readonly Bundle[]) => {
  const result = count(bundles)
  return result.ok ? 'holds' : `${result.error.code} ${result.error.where}`
}
/** Who has seen each device's journal to its end. */
const eyesOf = (bundles: readonly Bundle[]) =>
  holds(count(bundles)).stations.flatMap(({ bundles: given, eyes }) =>
    given.map(
      ({ device }, i) => `${device}: ${eyes[i]?.centre ? 'centre ' : ''}${eyes[i]?.neighbours.join(' ')}`,
    ),
  )

describe('an honest station', () => {
  test('holds, and everybody has seen everybody', () => {
    expect(eyesOf(station.devices.map((device) => bundle(device)))).toEqual([
      'd-01: centre d-02 d-03',
      'd-02: centre d-01 d-03',
      'd-03: centre d-01 d-02',
    ])
  })

  test('holds when nobody met, and then nobody has seen', () => {
    const alone = station.devices.map((device) => bundle(device, { notes: [], certificates: [] }, false))
    expect(eyesOf(alone)).toEqual(['d-01: ', 'd-02: ', 'd-03: '])
  })

  test('counts a head that only the neighbour brings', () => {
    const silent = bundle(first, { notes: [], certificates: [] }, false)
    expect(eyesOf([silent, bundle(second), bundle(third)])[0]).toBe('d-01: d-02 d-03')
  })

  test('counts cosignatures at several sizes together, once the closing entry is below them', () => {
    // The closing entry is the last but one: the head of size END - 1 holds it, that of END - 2 does not.
    const notes = (a: number, b: number) => [
      cosignedHead(station, first, a, [second]),
      cosignedHead(station, first, b, [third]),
    ]
    expect(eyesOf([bundle(first, { notes: notes(END - 1, END) }, false)])).toEqual(['d-01: d-02 d-03'])
    expect(eyesOf([bundle(first, { notes: notes(END - 2, END) }, false)])).toEqual(['d-01: d-03'])
    expect(eyesOf([bundle(first, { notes: notes(END - 2, 1) }, false)])).toEqual(['d-01: '])
  })

  test("never counts a device's own witness key for its own journal", () => {
    const notes = [cosignedHead(station, first, END, [first])]
    expect(eyesOf([bundle(first, { notes }, false)])).toEqual(['d-01: '])
  })

  test('passes over lines under unknown names, and those of devices without certificate here', () => {
    const note = cosignedHead(station, first, END, [stranger])
    const odd = addSignatureLine(note, signatureLine('who.example/w', new Uint8Array(4), new Uint8Array(72)))
    expect(eyesOf([bundle(first, { notes: [odd], certificates: [] }, false)])).toEqual(['d-01: '])
  })

  test('may list its own certificate among the others', () => {
    const certificates = station.devices.map(({ certificate }) => certificate)
    const notes = [cosignedHead(station, first, END, [second])]
    expect(refusalOf([bundle(first, { notes, certificates })])).toBe('holds')
  })
})

describe('a fork', () => {
  const forked = bundle(second, { notes: [cosignedHead(station, otherSelf, 3, [second])] })

  test('among the bundles is found, with both devices, the size and what to do', () => {
    const result = count([bundle(first), forked])
    if (result.ok) throw new Error('a fork was not found')
    expect(result.error.code).toBe('witness.fork')
    expect(result.error.what).toMatch(/^FORK: device d-01 .*size 3 .*device d-02/)
    expect(result.error.what).toContain('d-01')
    expect(result.error.next).toContain('keep all bundles unchanged')
    // The order in which they are given does not matter.
    expect(refusalOf([forked, bundle(first)])).toMatch(/^witness\.fork /)
  })

  test.each([3, END - 1, END])('at size %i is found', (size) => {
    const notes = [cosignedHead(station, otherSelf, size, [second])]
    expect(refusalOf([bundle(first), bundle(second, { notes })])).toMatch(/^witness\.fork /)
  })

  test('is found in the heads of two neighbours, though the forked device itself is missing', () => {
    const honest = bundle(third, { notes: [cosignedHead(station, first, 3, [third])] })
    expect(refusalOf([forked, honest])).toBe('witness.fork d-03/cosigned.json note 0')
  })

  test("is found in the device's own bundle", () => {
    const notes = [cosignedHead(station, otherSelf, 4, [second])]
    expect(refusalOf([bundle(first, { notes })])).toBe('witness.fork d-01/cosigned.json note 0')
  })

  test('is found between two bundles of one device', () => {
    const casts = [6, 3, 2]
    const again = makeStation('witnesses', {
      casts,
      replaceTag: (tag, cast) => (cast === 5 ? sha256(tag) : tag),
    }).devices[0] as TestDevice
    expect(again.origin).toBe(first.origin)
    expect(refusalOf([bundle(first, { notes: [] }), bundle(again, { notes: [] })])).toMatch(/^witness\.fork /)
  })

  test('is louder than everything else that the bundles contradict each other in', () => {
    const otherJournal = {
      ...first,
      origin: originOf(definition, first.id, new Uint8Array(16)),
    }
    const notes = [
      cosignedHead(station, otherSelf, 3, [second]),
      cosignedHead(station, otherJournal, 3, [second]),
      cosignedHead(station, { ...first, entries: [...first.entries, Buffer.from('x')] }, END + 1, [second]),
    ]
    expect(refusalOf([bundle(first), bundle(first), bundle(second, { notes })])).toMatch(/^witness\.fork /)
  })

  test('would pass a build that compares no heads with journals', async () => {
    const weakened = await weakenedVerifyCount([blindToOtherRoots])
    const bundles = [bundle(first, { notes: [] }), forked]
    expect(count(bundles, weakened).ok).toBe(true)
    expect(refusalOf(bundles)).toBe('witness.fork d-02/cosigned.json note 0')
  })

  test('would pass, with the forked device missing, a build that compares no heads with each other', async () => {
    const honest = bundle(third, { notes: [cosignedHead(station, first, 3, [third])] })
    const weakened = await weakenedVerifyCount([blindToTwoHeads])
    expect(count([forked, honest], weakened).ok).toBe(true)
    expect(refusalOf([forked, honest])).toBe('witness.fork d-03/cosigned.json note 0')
  })
})

describe('a device id used twice', () => {
  test('is found by a head of another journal of the same device', () => {
    const other = { ...first, origin: originOf(definition, first.id, new Uint8Array(16)) }
    const twice = bundle(second, { notes: [cosignedHead(station, other, 3, [second])] })
    expect(refusalOf([bundle(first), twice])).toMatch(/^witness\.id-twice /)
    const result = count([bundle(first), twice])
    expect(result.ok ? '' : result.error.what).toMatch(/^device id used twice: d-01: /)
  })

  /** A certificate for a device over keys of its own. */
  function certificateFor(id: string, keys: TestDevice['keys']): Uint8Array {
    const publicKey = (seed: Uint8Array) => signerFromSeed(seed).publicKey
    return issueCertificate({
      authority: station.authority,
      authorityName: definition.authority,
      subject: id,
      publicKeySpki: ed25519Spki(publicKey(keys.tls)),
      role: 'device',
      keys: { log: toBase64(publicKey(keys.log)), message: toBase64(publicKey(keys.message)) },
      serial: Uint8Array.of(7),
      notBefore: new Date('2026-06-01T00:00:00Z'),
      notAfter: new Date('2026-07-01T00:00:00Z'),
    })
  }

  test('is found by a second certificate, in one bundle or in two', () => {
    const clone = certificateFor(first.id, stranger.keys)
    const both = [clone, first.certificate, third.certificate]
    const inOne = refusalOf([bundle(second, { notes: [], certificates: both })])
    expect(inOne).toMatch(/^witness\.id-twice d-02\/cosigned\.json certificate [01]$/)
    const inTwo = [bundle(first), bundle(second, { notes: [], certificates: [clone] })]
    expect(refusalOf(inTwo)).toBe('witness.id-twice d-02')
  })

  test('under other keys is no fork: the device itself has signed one history only', () => {
    const clone = { ...otherSelf, keys: stranger.keys }
    const certificates = [certificateFor(first.id, stranger.keys), third.certificate]
    const notes = [cosignedHead(station, clone, 3, [second])]
    const honest = bundle(third, { notes: [cosignedHead(station, first, 3, [third])] })
    const cloned = bundle(second, { notes, certificates })
    expect(refusalOf([bundle(first), cloned, honest])).toBe('witness.id-twice d-02')
  })

  test('a certificate without a witness key is taken, and lines under its name say nothing', () => {
    const old = certificateFor(second.id, second.keys)
    const notes = [cosignedHead(station, first, END, [second])]
    expect(eyesOf([bundle(first, { notes, certificates: [old] }, false)])).toEqual(['d-01: '])
  })
})

describe('a journal cut short', () => {
  const longer = { ...first, entries: [...first.entries, Buffer.from('one more')] }

  test('is found by a neighbour that has seen more of it', () => {
    const notes = [cosignedHead(station, longer, END + 1, [second])]
    const bundles = [bundle(first), bundle(second, { notes })]
    expect(refusalOf(bundles)).toBe('witness.rolled-back d-01')
    const result = count(bundles)
    expect(result.ok ? '' : result.error.what).toContain('d-02/cosigned.json note 0')
  })

  test('is found by a head in its own bundle', () => {
    const notes = [cosignedHead(station, longer, END + 1, [second])]
    expect(refusalOf([bundle(first, { notes })])).toBe('witness.rolled-back d-01')
  })
})

describe('a certificate', () => {
  test('of another authority is refused', () => {
    expect(refusalOf([bundle(first, { notes: [], certificates: [stranger.certificate] })])).toBe(
      'certificate.wrong-authority d-01/cosigned.json certificate 0',
    )
  })

  test('of a device of another station is refused', () => {
    const [only] = definition.stations
    if (only === undefined) throw new Error('a definition without stations')
    const stations = [
      { ...only, devices: [first.id, second.id] },
      { ...only, id: 's-2', devices: [third.id] },
    ]
    const stationOf = (device: string) => stations.find(({ devices }) => devices.includes(device))
    const reference = {
      ...referenceFor(station),
      electionPackage: { ...station.electionPackage, definition: { ...definition, stations } },
      stationOf,
      isOfStation: (device: string, id: string) => stationOf(device)?.id === id,
    }
    const identity = {
      ...valueOrThrow(readIdentity(first.certificate, reference, 'x')),
      station: 's-1',
      standsFor: first.id,
    }
    const [checkpoint] = holds(count([bundle(first)])).stations[0]?.bundles[0]?.witnessed.heads ?? []
    if (checkpoint === undefined) throw new Error('a bundle without a checkpoint')
    const file = (other: TestDevice) => formatCosigned({ certificates: [other.certificate], notes: [] })
    const refusal = (other: TestDevice) => {
      const remembered = new Remembered(reference)
      const result = verifyWitnessed(file(other), { identity, checkpoint }, reference, remembered, 'x')
      return result.ok ? 'taken' : `${result.error.code} ${result.error.where}`
    }
    expect(refusal(second)).toBe('taken')
    expect(refusal(third)).toBe('witness.certificate x certificate 0')
  })

  test('that is missing leaves the head of that neighbour unknown', () => {
    const notes = [cosignedHead(station, second, 3, [first])]
    expect(refusalOf([bundle(first, { notes, certificates: [third.certificate] })])).toBe(
      'witness.journal d-01/cosigned.json note 0',
    )
  })
})

describe('a note', () => {
  const good = cosignedHead(station, second, 3, [first])
  const refusalOfNote = (note: string) => refusalOf([bundle(first, { notes: [note] })])
  /** The cosignature's bytes changed: key ID (4), time (8), signature (64). */
  function withLine(note: string, change: (bytes: Uint8Array) => void): string {
    const parsed = parseNote(note)
    const line = parsed.ok ? parsed.value.signatures[1] : undefined
    if (line === undefined) throw new Error('a note without cosignature')
    const signature = line.signature.slice()
    change(signature)
    const lines = note.split('\n').slice(0, -2)
    return `${lines.join('\n')}\n${signatureLine(line.name, line.keyId, signature)}\n`
  }
  const at = (i: number) => (bytes: Uint8Array) => {
    bytes[i] = (bytes[i] ?? 0) ^ 1
  }
  const root = (note: string) => note.split('\n')[2] as string

  test('that is right holds', () => {
    expect(refusalOfNote(good)).toBe('holds')
  })

  test.each<[string, string, string]>([
    ['with another root', good.replace(root(good), toBase64(sha256())), 'witness.signature'],
    ['with another size', good.replace('\n3\n', '\n4\n'), 'witness.signature'],
    [
      'with the origin of another journal of the device',
      good.replace(`${second.origin}\n`, `${originOf(definition, second.id, new Uint8Array(16))}\n`),
      'witness.signature',
    ],
    ['with the origin of another device', good.replace(second.origin, third.origin), 'witness.signature'],
    ['with the origin of another election', good.replace('rehearsal-1405', 'other'), 'witness.journal'],
    ['with another time of the cosignature', withLine(good, at(7)), 'witness.cosignature'],
    ['with another cosignature', withLine(good, at(20)), 'witness.cosignature'],
    [
      'that only another neighbour has cosigned',
      cosignedHead(station, second, 3, [third]),
      'witness.cosignature',
    ],
    [
      "cosigned under this device's name with another key",
      cosignedHead(station, second, 3, [{ id: first.id, keys: third.keys }]),
      'witness.cosignature',
    ],
    [
      'signed by another device than its journal is of',
      cosignedHead(station, { ...second, keys: third.keys }, 3, [first]),
      'witness.signature',
    ],
    [
      'of a device of nowhere',
      cosignedHead(station, { ...second, origin: 'a/b' }, 3, [first]),
      'witness.journal',
    ],
  ])('%s is refused', (_, note, code) => {
    expect(refusalOfNote(note)).toBe(`${code} d-01/cosigned.json note 0`)
  })

  test('on its own head with a wrong line of a known witness is refused: of a neighbour, itself, the centre', () => {
    const own = cosignedHead(station, first, END, [second])
    expect(refusalOfNote(withLine(own, at(7)))).toBe('witness.cosignature d-01/cosigned.json note 0')
    const self = cosignedHead(station, first, END, [first])
    expect(refusalOfNote(withLine(self, at(30)))).toBe('witness.cosignature d-01/cosigned.json note 0')
    const bare = signCheckpoint(
      { origin: second.origin, size: 3, root: sha256() },
      signerFromSeed(second.keys.log),
    )
    const { name } = definition.witness
    const centre = addSignatureLine(bare, neighbourLine(station, bare, first))
    const wrong = cosign(good, { name, signer: station.witness, time: 1 })
    expect(refusalOfNote(addSignatureLine(centre, wrong))).toBe(
      'witness.cosignature d-01/cosigned.json note 0',
    )
  })

  test('whose line is wrong by a certificate that only another bundle brings is refused', () => {
    const own = withLine(cosignedHead(station, first, END, [second]), at(7))
    const silent = bundle(first, { notes: [own], certificates: [] })
    expect(refusalOf([silent])).toBe('holds')
    expect(refusalOf([silent, bundle(second)])).toBe('witness.cosignature d-01/cosigned.json note 0')
  })

  test('with any character changed is refused, or its cosignature counts no more', () => {
    const own = cosignedHead(station, first, END, [second])
    const file = Buffer.from(formatCosigned({ certificates: [second.certificate], notes: [own] }))
    const good = bundleFiles(station, first, { 'cosigned.json': file }, false)
    good.delete(MANIFEST_FILE)
    const message = signerFromSeed(first.keys.message)
    const [from, to] = [file.indexOf('"notes"') + 10, file.length - 16]
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const bent = file.map((byte, i) => (i === place ? byte ^ bits : byte))
        const files = new Map([...good, ['cosigned.json', bent]]) as Map<BundleFile, Uint8Array>
        const manifest = Buffer.from(signManifest(first.origin, files, message))
        const result = count([{ where: 'd-01', files: new Map([...files, [MANIFEST_FILE, manifest]]) }])
        if (result.ok) expect(result.value.stations[0]?.eyes[0]?.neighbours).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('is never read from what is not canonical', () => {
    const text = Buffer.from(cosignedFile(station, first)).toString().replace(',"version"', ', "version"')
    const files = bundleFiles(station, first, { 'cosigned.json': Buffer.from(text) })
    expect(refusalOf([{ where: 'd-01', files }])).toBe('json.not-canonical d-01/cosigned.json')
  })
})

test('the witness name is the one of the election and device', () => {
  const parsed = parseCosigned(cosignedFile(station, first), 'x')
  const notes = parsed.ok ? parsed.value.notes.map(({ note }) => note) : []
  expect(notes).toHaveLength(8)
  expect(notes.every((note) => note.includes(`— ${witnessNameOf(definition, '')}d-0`))).toBe(true)
})
