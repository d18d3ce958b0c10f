import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../../../core/election/definition.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { boxPublicKey } from '../../../core/keys/sealed-box.ts'
import { type ElectionPackage, openPackage, signPackage } from '../../../core/package/package.ts'
import { readShareFile, shareFile } from '../../../core/package/trustee-share.ts'
import { testDefinition } from '../../fixtures/definition.ts'

const authority = signerFromSeed(new Uint8Array(32).fill(1))
const shares = [1, 2, 3].map((n) => new Uint8Array(33).fill(n))

function definitionOf(electionKey: Uint8Array): Definition {
  const { constituency } = testDefinition()
  const shareHashes = shares.map((share) => toBase64(sha256(share)))
  return testDefinition({
    constituency: {
      ...constituency,
      electionKey: toBase64(electionKey),
      trustees: { threshold: 2, shareHashes },
    },
  })
}

const definition = definitionOf(boxPublicKey(new Uint8Array(32).fill(9)))
const codeOf = (text: string, key = authority.publicKey) => {
  const opened = openPackage(text, key, 'package.json')
  return opened.ok ? 'taken' : opened.error.code
}

describe('an election package', () => {
  test('reads back as it was signed; its hash is that of the definition alone', () => {
    const text = signPackage(definition, authority)
    const other = signerFromSeed(new Uint8Array(32).fill(2))
    const opened = openPackage(text, authority.publicKey, 'package.json')
    const again = openPackage(signPackage(definition, other), other.publicKey, 'package.json')
    if (!opened.ok || !again.ok) throw new Error('the package was refused')
    expect(opened.value.definition).toEqual(definition)
    expect(again.value.hash).toEqual(opened.value.hash)
  })

  test('signed by another key, changed, or with a key that anyone could open is refused', () => {
    const text = signPackage(definition, authority)
    expect(codeOf(text)).toBe('taken')
    expect(codeOf(text, signerFromSeed(new Uint8Array(32)).publicKey)).toBe('document.wrong-key')
    expect(codeOf(text.replace('"seats":9', '"seats":8'))).toBe('document.bad-signature')
    // The points of order 1, 2 and 4 on Curve25519, in X25519's u: 0 and 1 among them.
    expect(codeOf(signPackage(definitionOf(new Uint8Array(32)), authority))).toBe('package.weak-key')
    expect(codeOf(signPackage(definitionOf(Uint8Array.of(1, ...new Uint8Array(31))), authority))).toBe(
      'package.weak-key',
    )
  })

  test('with a wrong definition says what is wrong in it', () => {
    const contests = definition.contests.map((contest) => ({ ...contest, seats: 99 }))
    expect(codeOf(signPackage({ ...definition, contests }, authority))).toBe('package.seats')
  })
})

describe("a trustee's share", () => {
  const electionPackage: ElectionPackage = { definition, hash: sha256() }
  const share = shares[1] as Uint8Array
  const text = shareFile(share, electionPackage)
  const codeOfShare = (given: string, pkg = electionPackage) => {
    const read = readShareFile(given, pkg, 'share.json')
    return read.ok ? 'taken' : read.error.code
  }

  test('reads back as it was written', () => {
    expect(readShareFile(text, electionPackage, 'share.json')).toEqual({
      ok: true,
      value: { index: 2, share },
    })
  })

  test('of another election, constituency or package is refused as such', () => {
    const { constituency } = definition
    const other = { ...definition, election: 'other' }
    const elsewhere = { ...definition, constituency: { ...constituency, id: 'elsewhere' } }
    expect(codeOfShare(text, { ...electionPackage, definition: other })).toBe('share.other-election')
    expect(codeOfShare(text, { ...electionPackage, definition: elsewhere })).toBe('share.other-election')
    expect(codeOfShare(text, { ...electionPackage, hash: sha256(Uint8Array.of(1)) })).toBe(
      'share.other-election',
    )
  })

  test('that is not the one of the ceremony is refused as wrong', () => {
    const changed = share.map((byte, i) => (i === 32 ? byte ^ 1 : byte))
    expect(codeOfShare(shareFile(changed, electionPackage))).toBe('share.wrong')
    expect(codeOfShare(text.replace('"index":2', '"index":1'))).toBe('share.wrong')
    expect(codeOfShare(text.replace('"index":2', '"index":9'))).toBe('share.wrong')
    expect(codeOfShare(text.replace('"threshold":2', '"threshold":3'))).toBe('share.wrong')
  })

  test('of any characters is refused, and nothing throws', () => {
    expect(codeOfShare('')).toBe('share.form')
    expect(codeOfShare('null')).toBe('share.form')
    expect(codeOfShare(text.repeat(20))).toBe('share.form')
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, character) => {
        const changed = text.slice(0, at) + String.fromCharCode(character) + text.slice(at + 1)
        if (changed !== text) expect(codeOfShare(changed)).not.toBe('taken')
      }),
    )
  })
})
