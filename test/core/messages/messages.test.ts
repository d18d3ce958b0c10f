import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { messageHash, openAnswer, signAnswer } from '../../../core/messages/answer.ts'
import {
  encodeEntriesMessage,
  entriesThatFit,
  MAX_ENTRIES,
  MAX_ENTRIES_BYTES,
  parseEntriesMessage,
} from '../../../core/messages/entries.ts'
import { MAX_DOWN_BYTES, MAX_UP_BYTES, payloadText } from '../../../core/messages/payload.ts'
import { encodeReceipt, parseReceipt } from '../../../core/messages/receipt.ts'
import { KINDS, parseTopic, topicOf } from '../../../core/messages/topic.ts'

const identifier = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,63}$/)
const wellFormed = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength })
const centre = signerFromSeed(new Uint8Array(32).fill(1))

const entriesMessage = fc.record({
  origin: wellFormed(40),
  from: fc.nat(),
  entries: fc.array(
    wellFormed(60).map((text): Uint8Array => Buffer.from(text)),
    { minLength: 1, maxLength: 20 },
  ),
  checkpoint: wellFormed(200),
  certificate: fc.uint8Array({ minLength: 1, maxLength: 300 }),
})

describe('topics', () => {
  it('a topic that was built is read back as what it was built from', () => {
    const topic = fc.oneof(
      fc.constantFrom(...KINDS.up).map((kind) => ['up', kind] as const),
      fc.constantFrom(...KINDS.down).map((kind) => ['down', kind] as const),
    )
    fc.assert(
      fc.property(identifier, identifier, topic, (election, device, [direction, kind]) => {
        const text = topicOf(election, device, direction, kind)
        expect(parseTopic(text)).toEqual({ election, device, direction, kind })
      }),
    )
  })

  it('no other text is taken for a topic', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseTopic(text)).toBeUndefined()
      }),
    )
    for (const text of [
      'sandogh/e/d/up/receipt',
      'sandogh/e/d/down/entries',
      'sandogh/e/+/up/entries',
      'sandogh/e/d/up/entries/',
      '/sandogh/e/d/up/entries',
      'sandogh/e/d/up/#',
      'sandogh/e/d/up/constructor',
      'sandogh/E/d/up/tally',
    ]) {
      expect(parseTopic(text), text).toBeUndefined()
    }
  })

  it('a device that would reach another topic by its name gets none', () => {
    for (const device of ['', '+', '#', 'a/b', 'device 1']) {
      expect(() => topicOf('e', device, 'up', 'entries')).toThrow(RangeError)
    }
  })
})

describe('messages of entries', () => {
  it('come back byte for byte', () => {
    fc.assert(
      fc.property(entriesMessage, (message) => {
        const parsed = parseEntriesMessage(encodeEntriesMessage(message), 'test')
        expect(parsed.ok && parsed.value.entries.map((entry) => Buffer.from(entry).toString())).toEqual(
          message.entries.map((entry) => Buffer.from(entry).toString()),
        )
        expect(
          parsed.ok && { ...parsed.value, entries: [], certificate: [...parsed.value.certificate] },
        ).toEqual({
          ...message,
          entries: [],
          certificate: [...message.certificate],
        })
      }),
    )
  })

  it('are refused, and nothing worse, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseEntriesMessage(bytes, 'test').ok).toBe(false)
        expect(parseReceipt(bytes, 'test').ok).toBe(false)
        expect(openAnswer(bytes, centre.publicKey, 'test').ok).toBe(false)
      }),
    )
  })

  it('are refused with a member too many, a second version or another spelling of the same JSON', () => {
    const good = Buffer.from(
      encodeEntriesMessage({
        origin: 'o',
        from: 0,
        entries: [Buffer.from('{}')],
        checkpoint: 'c',
        certificate: Uint8Array.of(1, 2, 3),
      }),
    ).toString()
    const variants = [
      good.replace('"version":1', '"version":2'),
      good.replace('"version":1', '"version":1,"why":1'),
      ` ${good}`,
      good.replace('AQID', 'AQIE='),
      good.replace('"from":0', '"from":-1'),
      good.replace('["{}"]', '[]'),
    ]
    expect(parseEntriesMessage(Buffer.from(good), 'test').ok).toBe(true)
    for (const text of variants) expect(parseEntriesMessage(Buffer.from(text), 'test').ok, text).toBe(false)
  })

  it('hold no more than fits, and what fits is never larger than a message may be', () => {
    const worst = Buffer.from('"'.repeat(4096))
    const many = new Array<Uint8Array>(300).fill(worst)
    const fitting = entriesThatFit(many)
    expect(fitting).toBe(MAX_ENTRIES_BYTES / 4096)
    const message = {
      origin: 'o',
      from: 0,
      entries: many.slice(0, fitting),
      checkpoint: 'c',
      certificate: new Uint8Array(3),
    }
    expect(encodeEntriesMessage(message).length).toBeLessThan(MAX_UP_BYTES)
    expect(() => encodeEntriesMessage({ ...message, entries: many.slice(0, fitting + 1) })).toThrow()
    expect(entriesThatFit(new Array<Uint8Array>(MAX_ENTRIES + 1).fill(Buffer.from('{}')))).toBe(MAX_ENTRIES)
    expect(entriesThatFit([])).toBe(0)
  })

  it('are not even read when they are too large, or are not UTF-8', () => {
    const tooLarge = payloadText(new Uint8Array(MAX_DOWN_BYTES + 1), MAX_DOWN_BYTES, 'test')
    expect(!tooLarge.ok && tooLarge.error.code).toBe('message.size')
    const notText = payloadText(Uint8Array.of(0xc3, 0x28), MAX_DOWN_BYTES, 'test')
    expect(!notText.ok && notText.error.code).toBe('message.text')
  })
})

describe('receipts and answers', () => {
  it('a receipt comes back as it was', () => {
    fc.assert(
      fc.property(
        wellFormed(40),
        fc.integer({ min: 1 }),
        fc.base64String({ minLength: 1 }),
        (origin, size, line) => {
          const receipt = { origin, size, cosignature: `— name ${line}` }
          expect(parseReceipt(encodeReceipt(receipt), 'test')).toEqual({ ok: true, value: receipt })
        },
      ),
    )
  })

  it('a receipt with a second line in it is refused', () => {
    const payload = encodeReceipt({ origin: 'o', size: 1, cosignature: '— a b\n— c d' })
    expect(parseReceipt(payload, 'test').ok).toBe(false)
  })

  it('an answer is only read from the key that signed it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.nat(),
        fc.constantFrom('stored' as const, 'refused' as const, 'resend' as const),
        (message, have, result) => {
          const answer = { to: messageHash(message), have, result }
          const payload = signAnswer(answer, centre)
          expect(openAnswer(payload, centre.publicKey, 'test')).toEqual({ ok: true, value: answer })
          const other = signerFromSeed(new Uint8Array(32).fill(2))
          expect(openAnswer(payload, other.publicKey, 'test').ok).toBe(false)
        },
      ),
      { numRuns: 20 },
    )
  })
})
