/** What cards know of a device that died stops a spare that was given an older or another medium. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../../core/keys/ed25519.ts'
import { valueOrThrow } from '../../../../core/result.ts'
import { signCheckpoint } from '../../../../core/tlog/checkpoint.ts'
import { inclusionProof, leafHash, rootOf } from '../../../../core/tlog/tree.ts'
import { DayKeyGathering } from '../../../../device-agent/ballot/polls/day-key.ts'
import { admitCard, findCard, type TakeoverCards } from '../../../../device-agent/ballot/takeover/cards.ts'
import { takeOver } from '../../../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium } from '../../../../device-agent/store/dead-media.ts'
import { readDeadMedium } from '../../../../device-agent/store/dead-medium.ts'
import { encodeHeads, type StationHead } from '../../../../device-agent/witness/station-heads.ts'
import { verifyHead } from '../../../../device-agent/witness/verify-head.ts'
import type { SmartCard } from '../../../../simulator/cards/smart-card.ts'
import { seededRandom } from '../../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../../fixtures/program.ts'
import { CARD_PIN, done } from '../../../fixtures/station-cards.ts'
import { deadDevice } from '../../store/dead-device.ts'
import { makeHome, newFolder } from '../../store/device.ts'
import { cards, openHome } from '../../store/home.ts'
import { firstSpare, checks as mediumChecks, people } from '../../store/spare.ts'
import { clock, dayKey, device, station } from '../../store/voting.ts'
import { CardBench } from '../card-bench.ts'

const bench = new CardBench()
const { medium } = deadDevice('cards', 6)
const read = valueOrThrow(readDeadMedium(medium, join(newFolder(), 'work'), mediumChecks))
const dead = valueOrThrow(chooseMedium([read]))
const { definition } = station.electionPackage
const authorityKey = station.authority.publicKey
const headChecks = { definition, station: 's-1', authorityKey, nowMs: bench.clock.now() }

function parts(): TakeoverCards {
  const random = seededRandom('takeover cards')
  const terminal = cards.terminal('ballot-device')
  return {
    checks: {
      authorityKey,
      station: 's-1',
      origin: 'takeover s-01',
      terminal,
      certificatesAt: bench.clock.now(),
      random,
    },
    headChecks,
    dead,
    gathering: new DayKeyGathering('s-1', random, [], []),
  }
}

/** A head that the dead device signed over these entries. */
function headOver(entries: readonly Uint8Array[], origin = device.origin): StationHead {
  const checkpoint = { origin, size: entries.length, root: rootOf(entries.map(leafHash)) }
  const note = signCheckpoint(checkpoint, signerFromSeed(device.keys.log))
  return { certificate: device.certificate, note, proofs: [] }
}

/** What comes of an executive's card that carries these heads. */
async function shown(heads: readonly StationHead[]) {
  const card = cards.officer('executive')
  await bench.during(card, async (reader) =>
    done(await (await cards.openOfficer(reader)).writeHeads(encodeHeads(heads))),
  )
  return bench.during(card, (reader) => admitCard(reader, 'executive', CARD_PIN, parts()))
}

describe('an officer’s card', () => {
  const { entries } = dead.box
  const more = [...entries, Buffer.from('one entry more')]

  test.each([
    [
      'that knows no more than the medium',
      [headOver(entries.slice(0, 4))],
      { is: 'officer-refused', why: 'no-share-today' },
    ],
    ['that knows as much', [headOver(entries)], { is: 'officer-refused', why: 'no-share-today' }],
    ['that knows more', [headOver(more)], { is: 'refused', why: 'older' }],
    [
      'that knows another history',
      [headOver([...entries.slice(0, 3), Buffer.from('another')])],
      { is: 'refused', why: 'forked' },
    ],
    [
      'that knows another journal',
      [
        headOver(
          entries,
          device.origin.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        ),
      ],
      { is: 'refused', why: 'forked' },
    ],
  ])('%s', async (_, heads, answer) => {
    expect(await shown(heads)).toEqual(answer)
  })

  test('that met a spare in the same place already says so', async () => {
    const home = openHome(makeHome(newFolder(), firstSpare))
    const tools = { clock, random: seededRandom('taken'), program: PROGRAM }
    const store = valueOrThrow(takeOver(home, dead, dayKey(), people, tools))
    const leaves = store.entriesFrom(0).map(leafHash)
    const head: StationHead = {
      certificate: firstSpare.certificate,
      note: store.checkpointAt(store.day.size) ?? '',
      proofs: [],
      takeover: { entry: store.entriesFrom(1)[0] as Uint8Array, proof: inclusionProof(leaves, 1) },
    }
    store.close()
    expect(await shown([head])).toEqual({ is: 'refused', why: 'already' })
    const bent = {
      ...head,
      takeover: { entry: dead.box.entries[1] as Uint8Array, proof: inclusionProof(leaves, 1) },
    }
    const verified = verifyHead(bent, headChecks, 'card')
    expect(verified.ok ? 'believed' : verified.error.code).toBe('heads.takeover')
  })
})

describe('a technician’s card', () => {
  const technician = cards.people()[0] as SmartCard
  const admit = (card: SmartCard, pin: string, role: 'technician' | 'executive' = 'technician') =>
    bench.during(card, (reader) => admitCard(reader, role, pin, parts()))

  test('is found, and admitted with its PIN', async () => {
    expect(await bench.during(technician, findCard)).toEqual({ is: 'officer-found', role: 'technician' })
    expect(await admit(technician, '00000000')).toMatchObject({ is: 'pin-wrong', triesLeft: 4 })
    expect(await admit(technician, CARD_PIN)).toMatchObject({ is: 'admitted', role: 'technician' })
  })

  test('is no officer’s, and an officer’s or an auditor’s is not a technician’s', async () => {
    expect(await admit(technician, CARD_PIN, 'executive')).toMatchObject({ why: 'not-an-officer-card' })
    expect(await admit(cards.officer('executive'), CARD_PIN)).toMatchObject({ why: 'not-an-officer-card' })
    const auditor = cards.people()[1] as SmartCard
    expect(await bench.during(auditor, findCard)).toMatchObject({ why: 'not-an-officer-card' })
  })
})
