/** A slip is printed void, cut and counted on a line that is cut at any byte, by a device that is restarted at any moment. */
import { afterAll, describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import * as paper from '../../../device-agent/ballot/paper.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import { ballot, type Cut, PollingBooth, VOID } from '../../firmware/printer/polling-booth.ts'
import { beginOn, imageOf, resumeOn } from '../store/device.ts'
import { openPolls } from '../store/voting.ts'

const TRIES = 12
const BUILD = { DeviceStore, Medium }

type VoidSlip = typeof paper.voidHangingSlip

const stores: DeviceStore[] = []
afterAll(() => {
  for (const store of stores) store.close()
})

/** A device in the middle of its day, whose voter is about to have a slip printed. */
function openDevice() {
  const { store, folders } = beginOn(BUILD, 1, 'void slips')
  stores.push(store)
  openPolls(store)
  return { store, folders }
}

/** A slip hangs and is voided until that is done: the void slips that the journal knows, and the pieces of paper with something on them. */
async function voided(voidSlip: VoidSlip, cut: Cut | undefined, restarts: boolean) {
  const begun = openDevice()
  const booth = new PollingBooth(connectPrinter, cut === undefined ? [] : [cut])
  let { store, folders } = begun
  await booth.clock.run(
    (async () => {
      store.setSlip('printing')
      await booth.order((printer) => printer.print(ballot(1)))
      store.setSlip('hanging')
      for (let tries = 0; tries < TRIES; tries += 1) {
        const outcome = await voidSlip(await booth.connected(), VOID, store)
        if (outcome === 'done') return
        if (restarts) {
          folders = folders.map(imageOf)
          store = valueOrThrow(resumeOn(BUILD, folders))
          stores.push(store)
        }
        await booth.wait(3_000)
      }
      throw new Error('a slip is never voided')
    })(),
  )
  const written = booth.paper.dropped.filter(({ bitmap }) => bitmap.some((byte) => byte !== 0))
  return { voids: store.day.voids, pieces: written.length, slip: store.slip, answered: booth.passed.up }
}

/** Everywhere in the printer's answers, of which the last are those to the mark and to the cut. */
async function everywhere(voidSlip: VoidSlip, restarts: boolean) {
  const { answered } = await voided(voidSlip, undefined, false)
  const found: string[] = []
  for (let at = 0; at < answered; at += 1) {
    for (const how of ['pulled', 'unnoticed'] as const) {
      const { voids, pieces, slip } = await voided(voidSlip, { way: 'up', at, how }, restarts)
      found.push(`${voids} in the journal, ${pieces} in the box, ${slip} in hand`)
    }
  }
  return new Set(found)
}

const ONE = new Set(['1 in the journal, 1 in the box, none in hand'])

describe('a slip that is voided while its line is cut', () => {
  test.each([
    ['by the same program', false],
    ['by a program that is started anew each time', true],
  ])('is one void slip in the box and one in the journal, %s', async (_, restarts) => {
    expect(await everywhere(paper.voidHangingSlip, restarts)).toEqual(ONE)
  })

  test('by the session and by officers who resume the polls at once is one', async () => {
    const { store } = openDevice()
    const booth = new PollingBooth(connectPrinter)
    const outcomes = await booth.clock.run(
      (async () => {
        const printer = await booth.connected()
        await printer.print(ballot(1))
        store.setSlip('hanging')
        return Promise.all([1, 2].map(() => paper.voidHangingSlip(printer, VOID, store)))
      })(),
    )
    expect(outcomes).toEqual(['done', 'done'])
    expect(booth.paper.dropped.filter(({ bitmap }) => bitmap.some((byte) => byte !== 0))).toHaveLength(1)
    expect(store.day.voids).toBe(1)
  })

  test('becomes two in the box by a program that begins with the mark again', async () => {
    const beginsAgain: VoidSlip = async (printer, mark, store) => {
      const outcome = await paper.printAndCut(printer, mark)
      if (outcome === 'done') store.countVoidSlip()
      return outcome
    }
    expect(await everywhere(beginsAgain, false)).toContain('1 in the journal, 2 in the box, none in hand')
  })
})
