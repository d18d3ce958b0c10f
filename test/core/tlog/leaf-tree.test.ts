import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes } from '../../../core/keys/hash.ts'
import { leafTree, rootAt } from '../../../core/tlog/leaf-tree.ts'
import { EMPTY_ROOT, leafHash, rootOf } from '../../../core/tlog/tree.ts'

test('the root at every size is the one that is made of the leaves alone', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 70 }), (entries) => {
      const leaves = entries.map(leafHash)
      const tree = leafTree(concatBytes(...leaves))
      expect(tree.size).toBe(leaves.length)
      for (let size = 0; size <= leaves.length; size += 1)
        expect(rootAt(tree, size)).toEqual(rootOf(leaves.slice(0, size)))
    }),
  )
})

test('a tree without leaves has a root, and there is none beyond its end', () => {
  const tree = leafTree(new Uint8Array())
  expect(rootAt(tree, 0)).toEqual(EMPTY_ROOT)
  for (const size of [1, -1, 0.5, Number.NaN]) expect(() => rootAt(tree, size)).toThrow(RangeError)
  expect(() => leafTree(new Uint8Array(31))).toThrow(RangeError)
})
