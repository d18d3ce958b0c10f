import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BUNDLE_FILES,
  type BundleFile,
  formatBatches,
  formatJournal,
  formatLeaves,
  formatSpentTags,
  openManifest,
  openTally,
  parseBatches,
  parseSpentTags,
  SHEET_FILE,
  signManifest,
  signTally,
  splitJournal,
  splitLeaves,
  TALLY_FILES,
} from '../../../core/bundle/bundle.ts'
import { openIssued, signIssued } from '../../../core/bundle/issued.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../../core/keys/hash.ts'
import { signDocument } from '../../../core/keys/signed-document.ts'
import type { Result } from '../../../core/result.ts'

const signer = signerFromSeed(new Uint8Array(32).fill(1))
const stranger = signerFromSeed(new Uint8Array(32).fill(2))
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const codeOf = (result: Result<unknown>) => (result.ok ? 'taken' : result.error.code)
const plain = (list: readonly Uint8Array[]) => list.map((bytes) => Buffer.from(bytes).toString('hex'))
const accepted = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.what)
  return result.value
}

describe('the pieces of a bundle read back as they were written', () => {
  test('journal', () => {
    const line = fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.filter((byte) => byte !== 0x0a))
    fc.assert(
      fc.property(fc.array(line), (entries) => {
        expect(
          plain(accepted(splitJournal(formatJournal(entries), 'journal.jsonl', entries.length))),
        ).toEqual(plain(entries))
      }),
    )
  })

  test('leaves', () => {
    fc.assert(
      fc.property(fc.array(bytes32), (leaves) => {
        expect(plain(accepted(splitLeaves(formatLeaves(leaves), 'leaves.bin')))).toEqual(plain(leaves))
      }),
    )
  })

  test('batches', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }))), (batches) => {
        const map = new Map(batches.map((ballots, i) => [i + 1, ballots]))
        const parsed = accepted(parseBatches(formatBatches(map), 'batches.jsonl'))
        expect([...parsed.keys()]).toEqual([...map.keys()])
        expect([...parsed.values()].map(plain)).toEqual([...map.values()].map(plain))
      }),
    )
  })

  test('spent tags', () => {
    fc.assert(
      fc.property(fc.uniqueArray(bytes32, { selector: toBase64 }), (tags) => {
        const parsed = accepted(parseSpentTags(formatSpentTags(tags), 'spent-tags.json'))
        expect(parsed.texts.map((text) => Buffer.from(text, 'base64').toString('hex'))).toEqual(
          tags.map(toHex).sort(),
        )
        expect(toHex(parsed.bytes)).toBe(tags.map(toHex).sort().join(''))
      }),
    )
  })

  test('manifest', () => {
    const files = new Map<BundleFile, Uint8Array>([
      ['tally.json', Buffer.from('tally')],
      ['checkpoint', Buffer.from('note')],
    ])
    const text = signManifest('a/b', files, signer)
    const { origin, files: listed } = accepted(openManifest(text, signer.publicKey, 'manifest.json'))
    expect(origin).toBe('a/b')
    expect([...listed.keys()]).toEqual(['checkpoint', 'tally.json'])
    expect(listed.get('checkpoint')).toEqual({ size: 4, sha256: toBase64(sha256(Buffer.from('note'))) })
    expect(codeOf(openManifest(text, stranger.publicKey, 'manifest.json'))).toBe('document.wrong-key')
  })

  test('tally and count of authorizations', () => {
    const salt = new Uint8Array(32).fill(5)
    const tally = signTally({ origin: 'a/b', salt, tally: [{ n: 1 }] }, signer)
    expect(openTally(tally, signer.publicKey, 'tally.json')).toEqual({
      ok: true,
      value: { origin: 'a/b', salt, tally: [{ n: 1 }] },
    })
    const keys = { executive: signer.publicKey, supervisory: stranger.publicKey }
    const counts = { packageHash: sha256(), station: 's-1', issued: 3, returned: 1 }
    const issued = signIssued(counts, { executive: signer, supervisory: stranger })
    expect(accepted(openIssued(issued, keys, 'issued.json'))).toMatchObject({ issued: 3, returned: 1 })
    expect(codeOf(openIssued(issued, { ...keys, executive: stranger.publicKey }, 'issued.json'))).toBe(
      'document.wrong-key',
    )
  })
})

describe('the pieces of a bundle are refused', () => {
  test('when the journal has a line that does not end or is too long', () => {
    const split = (text: string, most = 9) => splitJournal(Buffer.from(text), 'journal.jsonl', most)
    expect(codeOf(split('a\nb'))).toBe('journal.line')
    expect(codeOf(split(`${'a'.repeat(4097)}\n`))).toBe('journal.line')
    const refused = split(`\n\n\n${'a'.repeat(4096)}\nb`, 1)
    expect(refused.ok ? '' : refused.error.where).toBe('journal.jsonl entry 4')
    expect(plain(accepted(split('a\nb\n\n\n', 3)))).toEqual(['61', '62', ''])
  })

  test('when leaves.bin is no whole number of hashes', () => {
    expect(codeOf(splitLeaves(new Uint8Array(33), 'leaves.bin'))).toBe('leaves.size')
  })

  test('when a batch is there twice or is none, and the line is named', () => {
    const good = '{"batch":1,"sealed":["AA=="]}\n'
    const named = (text: string) => {
      const parsed = parseBatches(Buffer.from(text), 'batches.jsonl')
      return parsed.ok ? 'taken' : parsed.error.where
    }
    expect(named(good)).toBe('taken')
    expect(named(good + good)).toBe('batches.jsonl line 2')
    expect(named(`${good}{"batch":0,"sealed":[]}\n`)).toBe('batches.jsonl line 2')
    expect(named('{"batch":1,"sealed":["AB=="]}\n')).toBe('batches.jsonl line 1')
    expect(named(good.trim())).toBe('batches.jsonl')
  })

  test('when ballots or tags are not UTF-8, as no JSON: a lenient reader would see U+FFFD', () => {
    const bent = (text: string) => Buffer.from(text).map((byte) => (byte === 0x40 ? 0xff : byte))
    const batches = parseBatches(bent('{"batch":1,"sealed":[]}\n{"batch":2,"sealed":["@A=="]}\n'), 'x')
    expect(batches).toMatchObject({ error: { code: 'json.syntax', where: 'x line 2' } })
    expect(codeOf(parseSpentTags(bent('["@"]'), 'x'))).toBe('json.syntax')
  })

  test('when spent tags are unsorted, doubled or no tags', () => {
    const tag = (fill: number) => toBase64(new Uint8Array(32).fill(fill))
    const code = (value: unknown) =>
      codeOf(parseSpentTags(Buffer.from(JSON.stringify(value)), 'spent-tags.json'))
    expect(code([tag(1), tag(2)])).toBe('taken')
    for (const wrong of [[tag(2), tag(1)], [tag(1), tag(1)], ['AA=='], [7], {}, null]) {
      expect(code(wrong)).toBe('spent-tags.shape')
    }
  })

  test('when a manifest lists a file twice', () => {
    const file = { name: 'checkpoint', size: 1, sha256: toBase64(sha256()) }
    const text = signDocument('manifest', { version: 1, origin: 'a/b', files: [file, file] }, [signer])
    expect(codeOf(openManifest(text, signer.publicKey, 'manifest.json'))).toBe('bundle.manifest')
  })

  test('when the salt of a tally has 31 or 33 bytes, though its base64 is as long', () => {
    for (const length of [31, 33]) {
      const salt = toBase64(new Uint8Array(length))
      const text = signDocument('tally', { version: 1, origin: 'a/b', salt, tally: [] }, [signer])
      expect(codeOf(openTally(text, signer.publicKey, 'tally.json'))).toBe('tally.document')
    }
  })

  test('when a count of authorizations is negative', () => {
    const payload = { version: 1, package: toBase64(sha256()), station: 's-1', issued: -1, returned: 0 }
    const text = signDocument('issued', payload, [signer, stranger])
    const keys = { executive: signer.publicKey, supervisory: stranger.publicKey }
    expect(codeOf(openIssued(text, keys, 'issued.json'))).toBe('issued.shape')
  })

  test('and never throw, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300 }), (bytes, text) => {
        splitJournal(bytes, 'x', 9)
        splitLeaves(bytes, 'x')
        parseBatches(bytes, 'x')
        parseSpentTags(bytes, 'x')
        expect(openManifest(text, signer.publicKey, 'x').ok).toBe(false)
        expect(openTally(text, signer.publicKey, 'x').ok).toBe(false)
      }),
    )
  })
})

test('a bundle has one of two tallies beside the files that every bundle has, and maybe a sheet', () => {
  const names: readonly string[] = [...BUNDLE_FILES, ...TALLY_FILES, SHEET_FILE]
  expect(new Set(names).size).toBe(names.length)
  expect(TALLY_FILES).toEqual(['tally.json', 'sealed-tally.json'])
  expect(SHEET_FILE).toBe('station-sheet.json')
})
