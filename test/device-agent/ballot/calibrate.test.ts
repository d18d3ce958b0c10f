/** A technician's calibration from end to end on virtual hardware, and what a device takes of it. */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { signDocument } from '../../../core/keys/signed-document.ts'
import { RefusalError, valueOrThrow } from '../../../core/result.ts'
import type { Json } from '../../../core/text/canonical-json.ts'
import { DEVICES } from '../../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision, writeConfig } from '../../../demo/provisioned.ts'
import { calibrate } from '../../../device-agent/ballot/calibrate.ts'
import { readHome, readProvisionedHome, touchCalibrationFile } from '../../../device-agent/ballot/home.ts'
import { main } from '../../../device-agent/cli.ts'
import { systemClock } from '../../../device-agent/system.ts'
import { mappingOfEdges, mapTouch } from '../../../firmware/touchscreen/calibration.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import type { Bench } from '../../../simulator/people/bench.ts'
import { calibrate as touchCrosses } from '../../../simulator/people/technician.ts'
import { VirtualDisplay } from '../../../simulator/peripherals/display.ts'
import { type TouchEdges, VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { OPENING, type TestDevice } from '../../audit/fixtures.ts'
import { keepingLogger } from '../../firmware/scripted-line.ts'
import { makeHome, newFolder } from '../store/device.ts'
import { device, station } from '../store/voting.ts'

const honest = makeHome()

function homeCopy(): string {
  const folder = newFolder()
  cpSync(honest, folder, { recursive: true })
  return folder
}

/** A device's display and touchscreen on a table, its program switched off. */
function table(folder: string, edges: TouchEdges) {
  const clock = new VirtualClock(OPENING)
  const line = (baudRate: number) => inProcessLine({ clock, baudRate, paced: true })
  const [glass, screen] = [line(9_600), line(115_200)]
  const touchscreen = new VirtualTouchscreen({ line: glass.plug, clock, calibration: edges })
  const display = new VirtualDisplay({ line: screen.plug, clock })
  const home = valueOrThrow(readProvisionedHome(folder))
  const lines = { touchscreen: glass.open, display: screen.open }
  const logger = keepingLogger()
  return {
    clock,
    // Nothing else of a bench is touched.
    bench: { touchscreen, display } as Bench,
    plugs: { touchscreen: glass.plug, display: screen.plug },
    calibrating: () => calibrate({ home, lines, clock, logger }),
  }
}

/** How the panel was built in, by the copy's config.json. */
function edgesOf(folder: string): TouchEdges {
  return valueOrThrow(readProvisionedHome(folder)).config.calibration
}

/** The panel slipped by so many raw units. */
function slipped({ left, right, top, bottom }: TouchEdges, by: number): TouchEdges {
  return { left: left + by, right: right + by, top: top - by, bottom: bottom - by }
}

async function calibrated(folder: string, edges: TouchEdges) {
  const { clock, bench, calibrating } = table(folder, edges)
  const [result, seen] = await clock.run(Promise.all([calibrating(), touchCrosses(bench, clock)]))
  return { result, seen }
}

/** Provisioning a whole station takes its time on a busy machine. */
const SLOWLY = { timeout: 60_000 }

describe('a technician', SLOWLY, () => {
  test('calibrates a panel that has slipped: nine crosses, a signed file, and the device finds every place again', async () => {
    const folder = homeCopy()
    const edges = slipped(edgesOf(folder), 130)
    const { result, seen } = await calibrated(folder, edges)
    expect(seen).toBe('done')
    expect(result).toEqual({ ok: true, value: touchCalibrationFile(folder) })
    expect(statSync(touchCalibrationFile(folder)).mode & 0o777).toBe(0o600)
    expect(existsSync(`${touchCalibrationFile(folder)}.part`)).toBe(false)
    const home = valueOrThrow(readHome(folder))
    const truth = mappingOfEdges(edges)
    for (const x of [300, 1500, 2900]) {
      for (const y of [300, 2000, 3700]) {
        const found = mapTouch(home.touchMapping, { x, y })
        const real = mapTouch(truth, { x, y })
        expect(Math.hypot(found.x - real.x, found.y - real.y)).toBeLessThan(8)
      }
    }
    const { payload } = JSON.parse(readFileSync(touchCalibrationFile(folder), 'utf8'))
    expect(payload.at).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(payload.residuals).toHaveLength(9)
  })

  test('calibrates again over a file that a device refuses', async () => {
    const folder = homeCopy()
    writeFileSync(touchCalibrationFile(folder), 'something else')
    expect(readHome(folder)).toMatchObject({ ok: false, error: { code: 'home.touch-calibration' } })
    await calibrated(folder, edgesOf(folder))
    expect(readHome(folder).ok).toBe(true)
  })

  test('finds a panel that is mirrored refused, in words, and the file before untouched', async () => {
    const folder = homeCopy()
    await calibrated(folder, edgesOf(folder))
    const before = readFileSync(touchCalibrationFile(folder))
    const { left, right, top, bottom } = edgesOf(folder)
    const { result, seen } = await calibrated(folder, { left: right, right: left, top, bottom })
    expect(seen).toBe('refused')
    expect(result).toMatchObject({ ok: false, error: { code: 'calibration.refused' } })
    if (result.ok) return
    // What it is, and what to do.
    expect(result.error.what).toContain('mirrored')
    expect(result.error.next).toContain('exchange left and right')
    expect(readFileSync(touchCalibrationFile(folder))).toEqual(before)
  })

  test('who pulls a plug, or has no line, is told which, and nothing is written', async () => {
    const folder = homeCopy()
    for (const line of ['touchscreen', 'display'] as const) {
      const { clock, bench, plugs, calibrating } = table(folder, edgesOf(folder))
      const end = await clock.run(
        (async () => {
          const running = calibrating()
          await bench.display.waitFor(({ name }) => name === 'calibration.point')
          plugs[line].unplug()
          return running
        })(),
      )
      expect(end).toMatchObject({ ok: false, error: { code: 'calibration.line', where: line } })
      const again = table(folder, edgesOf(folder))
      again.plugs[line].unplug()
      expect(await again.clock.run(again.calibrating())).toMatchObject({ error: { where: line } })
    }
    expect(existsSync(touchCalibrationFile(folder))).toBe(false)
  })

  test('whose disk takes nothing is told so', async () => {
    const folder = homeCopy()
    mkdirSync(`${touchCalibrationFile(folder)}.part`)
    const { clock, bench, calibrating } = table(folder, edgesOf(folder))
    const running = calibrating()
    void touchCrosses(bench, clock)
    const result = await clock.run(running)
    expect(result).toMatchObject({ ok: false, error: { code: 'calibration.write' } })
  })

  test('at the command line: what is no provisioned folder, or is not said, is refused in words', async () => {
    await expect(main(['calibrate', '--home', newFolder()])).rejects.toThrow('config.json')
    await expect(main(['calibrate', '--points', '9'])).rejects.toThrow()
    const out = newFolder()
    const { authority } = provision(out, seededRandom('calibrate'), [systemClock.now()])
    const nowhere = join(out, 'no-such-line')
    const lines = { touchscreen: nowhere, cardReader: '-', printer: '-', ioBoard: '-', display: nowhere }
    writeConfig(out, DEVICES[0], authority, lines, undefined)
    const calibrating = main(['calibrate', '--home', deviceFolder(out, DEVICES[0])])
    await expect(calibrating).rejects.toThrow(RefusalError)
    await expect(calibrating).rejects.toThrow('cannot open serial line')
    await expect(main(['calibrate'])).rejects.toThrow('--home')
  })
})

describe('a device that finds a calibration', () => {
  const signer = signerFromSeed(device.keys.message)
  /** What a device says of a file with that payload. */
  const read = (change: (payload: Record<string, Json>) => Json, by = signer, type = 'touch-calibration') => {
    const folder = homeCopy()
    const { left, right, top, bottom } = edgesOf(folder)
    const mapping = {
      xx: Math.round(1_080_000_000 / (right - left)),
      xy: 0,
      x0: Math.round((-left * 1_080_000_000) / (right - left)),
      yx: 0,
      yy: Math.round(1_920_000_000 / (bottom - top)),
      y0: Math.round((-top * 1_920_000_000) / (bottom - top)),
    }
    const payload = {
      version: 1,
      device: device.id,
      at: '2026-06-18T09:12:40Z',
      mapping,
      residuals: Array.from({ length: 9 }, () => 12),
    }
    writeFileSync(touchCalibrationFile(folder), signDocument(type, change(payload), [by]))
    const home = readHome(folder)
    return home.ok ? 'taken' : `${home.error.code} ${home.error.where.replace(join(folder, '/'), '')}`
  }
  const REFUSED = 'home.touch-calibration touch-calibration.json'

  test('takes its own, and without one has the edges of config.json', () => {
    expect(read((payload) => payload)).toBe('taken')
    const home = valueOrThrow(readHome(honest))
    expect(home.touchMapping).toEqual(mappingOfEdges(home.config.calibration))
  })

  test("refuses by name what another device signed, what is another device's, and what was changed", () => {
    const neighbour = station.devices[1] as TestDevice
    expect(read((payload) => payload, signerFromSeed(neighbour.keys.message))).toBe(REFUSED)
    expect(read((payload) => payload, signerFromSeed(device.keys.log))).toBe(REFUSED)
    expect(read((payload) => payload, signer, 'tally')).toBe(REFUSED)
    expect(read((payload) => ({ ...payload, device: neighbour.id }))).toBe(REFUSED)
    expect(read((payload) => ({ ...payload, at: 'yesterday' }))).toBe(REFUSED)
    expect(read((payload) => ({ ...payload, residuals: [1] }))).toBe(REFUSED)
    expect(read((payload) => ({ ...payload, note: '' }))).toBe(REFUSED)
  })

  test('refuses one that its panel cannot have, whoever signed it', () => {
    const mapping = { xx: 1_000_000, xy: 0, x0: 0, yx: 0, yy: 1_000_000, y0: 0 }
    expect(read((payload) => ({ ...payload, mapping }))).toBe(REFUSED)
    expect(read((payload) => ({ ...payload, mapping: { ...mapping, xx: 0, yy: 0 } }))).toBe(REFUSED)
  })
})
