/**
 * `pcscd` with libccid's own driver for a GemPC Twin on a serial line, and OpenSC's tool as its client, talk to the virtual reader and
 * its cards over a pseudo-terminal. docs/evidence/pcscd.md keeps a run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyP256 } from '../../core/keys/p256.ts'
import { authenticationMessage, officerObjectHash } from '../../firmware/card-reader/card.ts'
import { T0Contacts } from '../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../simulator/cards/t1-contacts.ts'
import { CCID_DRIVER, describeWith, OPENSC, PCSCD, ROOT } from './needs.ts'
import { Pcscd } from './pcsc/pcscd.ts'
import { securedSession } from './pcsc/secured.ts'
import {
  answersIn,
  askAll,
  CERTIFICATE,
  CHALLENGE,
  COMMANDS,
  CONTACTS,
  CONTEXT,
  officerCard,
  sends,
} from './pcsc/session.ts'

describeWith([PCSCD, CCID_DRIVER, OPENSC, ROOT], 'pcscd, libccid and OpenSC', () => {
  let pcscd: Pcscd
  beforeAll(async () => {
    pcscd = await Pcscd.start()
  })
  afterAll(() => pcscd.stop())

  test('know the reader by its firmware, and that there is no card', async () => {
    expect(pcscd.log).toContain('Firmware: GemTwin-V2.00-GF01')
    expect((await pcscd.tool('--list-readers')).text).toMatch(/^0 +No .*GemPCTwin serial 00 00$/m)
    expect((await pcscd.tool('--atr')).text).toContain('Card not present')
  })

  test.each(CONTACTS)('ask a card of $name everything, card in to card out', async ({ atr, make }) => {
    const card = officerCard()
    await pcscd.insert(make(card))
    const said = await askAll(pcscd)
    expect(said.atr).toMatchObject({ code: 0, text: expect.stringContaining(atr) })
    expect(said.answers.code).toBe(0)
    const answers = answersIn(said.answers)
    expect(answers.slice(0, -1)).toEqual([
      { status: '9000', data: '02' },
      { status: '63C4', data: '' },
      { status: '9000', data: '' },
      { status: '9000', data: '' },
      { status: '9000', data: '01C2' },
      { status: '9000', data: 'CE'.repeat(200) },
      { status: '9000', data: 'CE'.repeat(200) },
    ])
    const proof = answers.at(-1)
    expect(proof?.status).toBe('9000')
    const message = authenticationMessage(CHALLENGE, CONTEXT, officerObjectHash(CERTIFICATE))
    expect(verifyP256(card.publicKey, message, Buffer.from(proof?.data ?? '', 'hex'))).toBe(true)
    await pcscd.pull()
    expect((await pcscd.tool('--atr')).text).toContain('Card not present')
  })

  test.each(CONTACTS)(
    'carry a secure channel to a card of $name, byte for byte as it was made',
    async ({ make }) => {
      const card = officerCard()
      await pcscd.insert(make(card))
      const session = securedSession()
      const said = await pcscd.tool('--card-driver', 'default', ...sends(session.commands))
      expect(said.code).toBe(0)
      const answers = answersIn(said)
      expect(answers.slice(0, -1)).toEqual(session.answers)
      const { status = '', data = '' } = answers.at(-1) ?? {}
      const proof = session.open({ status: Number.parseInt(status, 16), data: Buffer.from(data, 'hex') })
      const message = authenticationMessage(CHALLENGE, CONTEXT, officerObjectHash(CERTIFICATE))
      expect(verifyP256(card.publicKey, message, proof?.data ?? new Uint8Array(0))).toBe(true)
      await pcscd.pull()
    },
  )

  test('try the drivers of all cards they know on ours, which is none of them and stays what it is', async () => {
    for (const contacts of [new T0Contacts(officerCard()), new T1Contacts(officerCard())]) {
      await pcscd.insert(contacts)
      await pcscd.tool('--name')
      const after = await pcscd.tool('--card-driver', 'default', ...sends([COMMANDS.select]))
      expect(answersIn(after)).toEqual([{ status: '9000', data: '02' }])
      await pcscd.pull()
    }
  })

  test('lose a card that is pulled in the middle of a command, and take the next', async () => {
    for (const make of [T0Contacts, T1Contacts]) {
      const card = officerCard()
      await pcscd.insert(new make(card))
      const before = pcscd.logged
      pcscd.reader.pullAtByte(300)
      const torn = await pcscd.tool('--card-driver', 'default', ...sends(Object.values(COMMANDS)))
      expect(torn.code).not.toBe(0)
      expect(pcscd.reader.card()).toBeUndefined()
      await pcscd.isSeenOut(before)
      await pcscd.insert(new make(card))
      const after = await pcscd.tool('--card-driver', 'default', ...sends([COMMANDS.select]))
      expect(answersIn(after)).toEqual([{ status: '9000', data: '02' }])
      await pcscd.pull()
    }
  })
})
