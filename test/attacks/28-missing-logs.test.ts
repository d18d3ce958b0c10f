/**
 * South Carolina, 2010: after the election logs and results of many machines were never collected, and the audit did not notice, since it looked at
 * what was there. Here the package says what must be there, and the auditor names what is not, one by one, and what is there too often.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { bundleFiles, testFolder, writeFiles, writeStation } from '../audit/files.ts'
import { makeStation, OPENING } from '../audit/fixtures.ts'
import { run } from '../audit/run.ts'
import { weakenedMain } from '../audit/weakened/weaken.ts'
import {
  blindToMissingDevices,
  blindToTwoBundles,
  blindToUnknownDevices,
  namesNothingMissing,
  takesPartForAll,
} from './weakened/audit.ts'

const station = makeStation('missing logs', { casts: [8, 4, 3] })
const { bundles } = writeStation(station)
const IDS = station.devices.map(({ id }) => id)

/** Exit code and verdict on what was collected. */
async function verdict(collect: (folder: string) => void, audit = main) {
  const folder = join(testFolder(), 'collected')
  cpSync(bundles, folder, { recursive: true })
  collect(folder)
  const { exitCode, out, err } = await run(audit, 'verify', folder)
  expect(err).toBe('')
  return [exitCode, out.split('\n')[0]?.replaceAll(`${folder}/`, '')]
}

const without =
  (...names: readonly string[]) =>
  (folder: string) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true })
  }

const CHECK_IN = 'the check-in of station s-1'
const ofDevice = (id: string) => `device ${id} of station s-1`

test('what is whole lacks nothing', async () => {
  expect(await verdict(() => {})).toEqual([0, 'HOLDS: 3 bundles, 1 station, 15 ballots'])
})

test.each(IDS)(
  'without the bundle of %s beside the check-in’s count, nothing holds, and the device is named',
  async (id) => {
    expect(await verdict(without(id))).toEqual([
      1,
      `DOES NOT HOLD: station s-1: the bundle of ${id} is missing, so its count cannot be compared with the check-in's`,
    ])
  },
)

test('without several of them, each is named', async () => {
  const [code, line] = await verdict(without('d-01', 'd-03'))
  expect(code).toBe(1)
  expect(line).toContain('station s-1: the bundle of d-01, d-03 is missing')
})

test('without the check-in too, only what was given holds, the first line names what was not, and no script takes it for all', async () => {
  const lacking = async (...names: readonly string[]) => {
    const [code, line] = await verdict(without(...names))
    return [code, String(line).split('; missing: ')[1]]
  }
  expect(await lacking('check-in')).toEqual([3, CHECK_IN])
  for (const id of IDS) expect(await lacking('check-in', id)).toEqual([3, `${ofDevice(id)}, ${CHECK_IN}`])
  const [first = '', second = ''] = IDS
  expect(await lacking('check-in', first, second)).toEqual([
    3,
    `${ofDevice(first)}, ${ofDevice(second)}, ${CHECK_IN}`,
  ])
})

/** The same station with a fourth device, of which the package that the others have knows nothing. */
function oneTooMany(): (folder: string) => void {
  const larger = makeStation('missing logs', { casts: [8, 4, 3, 2] })
  const [extra] = larger.devices.slice(3)
  if (extra === undefined) throw new Error('four devices')
  const { packageText, electionPackage } = station
  const alone = { ...larger, packageText, electionPackage, devices: [extra] }
  // Its journal is begun for the package of the others, and its ballots' seals are not looked at before they are opened.
  const { seq: _, at: __, ...opened } = JSON.parse(Buffer.from(extra.entries[0] ?? []).toString())
  const entry = encodeEntry({ ...opened, package: toBase64(electionPackage.hash) }, 0, OPENING)
  const claiming = { ...extra, entries: [entry, ...extra.entries.slice(1)] }
  const files = bundleFiles(alone, claiming, { 'station-sheet.json': null })
  return (folder) => writeFiles(join(folder, extra.id), files)
}

/** The bundle of a device once more, in a folder of another name. */
const oneTwice = (folder: string) => cpSync(join(folder, 'd-02'), join(folder, 'again'), { recursive: true })

test('a device too many is named, though the authority certified it and all its signatures hold', async () => {
  expect(await verdict(oneTooMany())).toEqual([
    1,
    'DOES NOT HOLD: d-04/device-certificate.der: the package has no device d-04',
  ])
})

test('and so is a device that was collected twice', async () => {
  expect(await verdict(oneTwice)).toEqual([
    1,
    'DOES NOT HOLD: d-02: beside again here is a second bundle of this device',
  ])
})

test('builds that do not ask would miss each of these', async () => {
  const silent = await weakenedMain([namesNothingMissing, takesPartForAll, blindToMissingDevices])
  for (const names of [['d-02', 'check-in'], ['check-in']])
    expect(await verdict(without(...names), silent)).toEqual([0, expect.stringMatching(/^HOLDS: /)])
  // Without the question, the ballots that are missing beside the count are still found, but not whose they are.
  expect((await verdict(without('d-02'), silent))[1]).toBe(
    'DOES NOT HOLD: station s-1: 16 authorizations issued, but 11 ballots cast and 1 returned',
  )
  // And what was collected twice only by its authorizations.
  expect((await verdict(oneTwice, await weakenedMain([blindToTwoBundles])))[1]).toBe(
    'DOES NOT HOLD: d-02: beside again here is an authorization that was spent on both',
  )
  expect((await verdict(oneTooMany(), await weakenedMain([blindToUnknownDevices])))[1]).toMatch(/^HOLDS: /)
})
