import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { carveClosedBox } from './closed-box.ts'
import { type DayPlan, runDay } from './day.ts'
import { type Image, keepImage } from './image.ts'
import { logFrames } from './sqlite-carver.ts'
import { watchSteps } from './steps.ts'

afterEach(() => vi.restoreAllMocks())

const PLAN = { seed: 'side channels', casts: 100, media: 1, restarts: [40], pauses: [70] } as const
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The same day with the same random numbers, once with nothing but blank ballots, once with nothing but full ones. */
function bothWays<T>(run: (plan: DayPlan) => T): { readonly blank: T; readonly full: T } {
  return { blank: run({ ...PLAN, choose: 'blank' }), full: run({ ...PLAN, choose: 'full' }) }
}

describe('a blank ballot and a full one', () => {
  it('write the same pages of the same files, as often and of the same sizes', () => {
    const { blank, full } = bothWays((plan) => {
      const written: unknown[] = []
      runDay(plan, ({ instant, files }) => {
        const sizes = [...files].map(([path, { bytes }]) => [path, bytes.length])
        const log = files.get('medium-0/ballots.db-wal')?.bytes ?? Buffer.alloc(0)
        const frames = logFrames(log).map(({ page, commits, live }) => [page, commits, live])
        written.push({ instant, sizes, frames })
      })
      return written
    })
    expect(full).toEqual(blank)
  })

  it('take the same steps: statements, signatures, boxes and their lengths (a count, not a clock)', () => {
    const { blank, full } = bothWays((plan) => {
      const { steps, stop } = watchSteps()
      let casting = 0
      runDay(plan, ({ instant }) => {
        if (instant.kind === 'at-rest') casting = steps.length
      })
      stop()
      // Closing signs the tally, which is the result and as long as its numbers are.
      return steps.slice(0, casting)
    })
    expect(blank.length).toBeGreaterThan(10 * PLAN.casts)
    expect(blank.flat()).toEqual(expect.arrayContaining(['sign', 'box', 'secretbox']))
    expect(full).toEqual(blank)
  })

  it('are sealed to one length, whatever the style', () => {
    const kept: Image[] = []
    runDay({ ...PLAN, casts: 40 }, (image) => {
      if (image.instant.kind === 'closed' || image.instant.kind === 'shut') kept.push(keepImage(image))
    })
    const { batches } = carveClosedBox(kept[0] as Image, kept[1] as Image, 0)
    const lengths = batches.flatMap(({ ballots }) => ballots.map(({ sealed }) => sealed.length))
    expect(lengths).toHaveLength(40)
    expect(new Set(lengths).size).toBe(1)
  })
})

describe('batches', () => {
  it('are of 32, and the last takes all that is left; pausing and starting again seals nothing', () => {
    for (const [casts, sizes] of [
      [1, [1]],
      [33, [33]],
      [64, [32, 32]],
      [97, [32, 32, 33]],
    ] as const) {
      const kept: Image[] = []
      runDay(
        {
          seed: `one style ${casts}`,
          casts,
          media: 1,
          restarts: [casts],
          pauses: [20, 70],
          choose: 'blank',
          styles: 1,
        },
        (image) => {
          if (image.instant.kind === 'closed' || image.instant.kind === 'shut') kept.push(keepImage(image))
        },
      )
      const { batches } = carveClosedBox(kept[0] as Image, kept[1] as Image, 0)
      expect(batches.map(({ ballots }) => ballots.length)).toEqual(sizes)
    }
  })
})

describe('the program log', () => {
  it('gets nothing from what a choice passes through: those modules are given no logger and write nowhere else', () => {
    const folders = [
      'core',
      'device-agent/store',
      'device-agent/ballot/session',
      'device-agent/ballot/screens',
    ]
    const sources = folders.flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name)),
    )
    const talkative = sources.filter(
      (path) =>
        path !== 'core/ports.ts' &&
        /\blogger\b|\bLogger\b|\bconsole\.|process\.(stdout|stderr)|emitWarning/.test(
          readFileSync(join(ROOT, path), 'utf8'),
        ),
    )
    expect(sources.length).toBeGreaterThan(40)
    expect(talkative).toEqual([])
  })

  it('and nothing is written to the console during a day', () => {
    const out = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
    runDay({ ...PLAN, casts: 40 }, () => {})
    expect(out.flatMap(({ mock }) => mock.calls)).toEqual([])
  })
})
