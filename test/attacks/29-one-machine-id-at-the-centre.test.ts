/**
 * Brazil, 2022: the logs of older machines all bore one machine id. Here the centre takes a journal only from the device whose certificate the
 * authority issued, on its own topic, under its own name, begun under that certificate.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CentreStore } from '../../fleet/store/store.ts'
import { TestDevice } from '../fleet/office.ts'
import { CentreUnderAttack } from './centre-office.ts'
import { blindToBoundCertificate, blindToJournalName, blindToSubject } from './weakened/centre.ts'
import { centreBuild } from './weakened/weaken.ts'

let centre: CentreUnderAttack
let store: CentreStore

beforeEach(async () => {
  centre = new CentreUnderAttack()
  store = await centre.open()
})
afterEach(() => centre.office.close())

/** Three devices whose journals all bear the id of the first. */
const alike = () =>
  ['device-1', 'device-2', 'device-3'].map(
    (id) => new TestDevice(id, `journal of ${id}`, { name: 'device-1' }),
  )

const heard = async (
  replacements: Parameters<typeof centreBuild>[0],
  devices: readonly TestDevice[],
  topic?: string,
) => {
  const build = await centreBuild(replacements)
  const outcomes: string[] = []
  for (const device of devices) outcomes.push(await centre.hear(build, store, device, topic))
  return outcomes
}

test('one id in the journals of all devices is taken of the device that has it', async () => {
  expect(await heard([], alike())).toEqual(['receipt', 'entries.owner', 'entries.owner'])
  expect((await store.journals()).map(({ device }) => device)).toEqual(['device-1'])
})

test('a build that does not hold the name against the certificate takes them all', async () => {
  expect(await heard(blindToJournalName, alike())).toEqual(['receipt', 'receipt', 'receipt'])
})

test('a device that speaks on the topic of another is heard by nobody', async () => {
  const second = [new TestDevice('device-2')]
  expect(await heard([], second, 'device-1')).toEqual(['entries.owner'])
  expect(await heard(blindToSubject, second, 'device-1')).toEqual(['receipt'])
})

test('nor is one whose journal was begun under the certificate of another', async () => {
  const { certificate } = new TestDevice('device-1')
  const second = [new TestDevice('device-2', 'journal', { certificate })]
  expect(await heard([], second)).toEqual(['entries.opening'])
  expect(await heard(blindToBoundCertificate, second)).toEqual(['receipt'])
})
