/**
 * The published session of GlobalPlatform SCP11a with P-256 and AES-128: keys, commands and answers of
 * `SmartCardScp11aP256Aes128S8ModeEmulation` in Samsung's OpenSCP-Java (Apache-2.0, commit b9876fc3).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { p256KeyFromScalar } from '../../../core/keys/p256.ts'
import { beginAgreement } from '../../../firmware/card-reader/secure-channel.ts'
import { bytes } from '../scripted-line.ts'

const hex = (all: Uint8Array) => Buffer.from(all).toString('hex').toUpperCase()

const TERMINAL_KEY = 'A5116B848D41BD93737F187ABC03886BF7A80422D150025109C6749F45BB9B6D'
const FRESH_KEY = 'B69D2D4A2544B5938ED3C4F6319810837E4DBBEFF115BD9955607E8CDBBBACE5'
const CARD_KEY =
  '044F92A07D168C309959EED99E288381DD192979CD452D8FBE1F163447979207C5E6CD1F4DD11609E2100C033BBD723BE78B71477E64883EB41EC366713E44AF1E'
const DEMAND =
  'A60D9002110195013C8001888101105F49410470B0BD7863E90E32DA5401188354D1F41999442FDFDCBA7472B7F1E5DBBF8A32F92D9D4F9D55C60D57D39BD6D7973306CEA55F7A86884096651A9CCAC8239C92'
const ANSWER =
  '5F49410492CAFD79D7E39EA433611E9AAD9742D85B3BD06F3D6055D7CDE28FC44D0AB556BC0F94D2100D87727FDFA2B49033C78F07A30AA8D5A6A505E59F99FCDFB2526686100B63C42C2D5138936FF5894F10C1234F'
const LIST_ANSWER =
  'DC8D7D92F77BB20F4AEA2C2EB70A7D93C5F0EA0F27D193679C3D1C970BED8F73C394C63A201C8D367A9F0990146D1FF5CEC2E5F90F6956EF241D2CC899BA25B964FFFB799F4C4246'
const LIST =
  '08A00000015141434C010010A0000002202003010101000000000006010010A0000002202003010101000000000011010005A0000002480100'

/** A terminal of that key, which draws that fresh one. */
function agreement() {
  const terminal = { certificate: new Uint8Array(0), key: p256KeyFromScalar(bytes(TERMINAL_KEY)) }
  const random = { kind: 'seeded, not secret', bytes: () => bytes(FRESH_KEY) } as const
  return beginAgreement(terminal, bytes(CARD_KEY), random)
}

function session() {
  const messages = agreement().finish(bytes(ANSWER))
  if (messages === undefined) throw new Error('the published answer was not taken')
  return messages
}

const getStatus = { cla: 0x80, ins: 0xf2, p1: 0x20, p2: 0x00, data: bytes('4F00') }

describe('the published session', () => {
  test('is asked for and agreed on', () => {
    expect(hex(agreement().command.data ?? bytes(''))).toBe(DEMAND)
    expect(agreement().finish(bytes(ANSWER))).toBeDefined()
  })

  test('carries its command and its answer', () => {
    const messages = session()
    const wrapped = messages.wrap(getStatus)
    expect(wrapped?.cla).toBe(0x84)
    expect(hex(wrapped?.data ?? bytes(''))).toBe('E1EE3A92EF45551E8464A252F997230DC4E84F41BA692405')
    const answer = messages.unwrap({ data: bytes(LIST_ANSWER), status: 0x9000 })
    expect(hex(answer?.data ?? bytes(''))).toBe(LIST)
  })

  test('is no session once any bit of the answer is changed, at the agreement or behind it', () => {
    const flip = (text: string, bit: number) => {
      const changed = bytes(text)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return changed
    }
    fc.assert(
      fc.property(fc.nat(ANSWER.length * 4 - 1), (bit) => {
        expect(agreement().finish(flip(ANSWER, bit))).toBeUndefined()
      }),
    )
    fc.assert(
      fc.property(fc.nat(LIST_ANSWER.length * 4 - 1), (bit) => {
        const messages = session()
        messages.wrap(getStatus)
        expect(messages.unwrap({ data: flip(LIST_ANSWER, bit), status: 0x9000 })).toBeUndefined()
      }),
    )
  })

  test('takes no answer twice, to another command, with another status, or without an authenticator', () => {
    const wrong = [
      { data: bytes(LIST_ANSWER), status: 0x6300 },
      { data: bytes(''), status: 0x9000 },
      { data: bytes(LIST_ANSWER), status: 0x6985 },
    ]
    for (const answer of wrong) {
      const messages = session()
      messages.wrap(getStatus)
      expect(messages.unwrap(answer)).toBeUndefined()
    }
    const messages = session()
    messages.wrap(getStatus)
    messages.wrap(getStatus)
    expect(messages.unwrap({ data: bytes(LIST_ANSWER), status: 0x9000 })).toBeUndefined()
    const twice = session()
    twice.wrap(getStatus)
    expect(twice.unwrap({ data: bytes(LIST_ANSWER), status: 0x9000 })).toBeDefined()
    expect(twice.unwrap({ data: bytes(LIST_ANSWER), status: 0x9000 })).toBeUndefined()
  })

  test('is over after one wrong answer: nothing is sent under it any more, and no answer is taken', () => {
    const messages = session()
    messages.wrap(getStatus)
    expect(messages.unwrap({ data: bytes(''), status: 0x9000 })).toBeUndefined()
    // The answer that would have been right.
    expect(messages.unwrap({ data: bytes(LIST_ANSWER), status: 0x9000 })).toBeUndefined()
    expect(messages.wrap(getStatus)).toBeUndefined()
    expect(messages.unwrap({ data: bytes(''), status: 0x6985 })).toBeUndefined()
  })

  test('lets an error through that has no data, which is nobody’s word', () => {
    const messages = session()
    messages.wrap(getStatus)
    expect(messages.unwrap({ data: bytes(''), status: 0x6985 })).toEqual({ data: bytes(''), status: 0x6985 })
  })
})
