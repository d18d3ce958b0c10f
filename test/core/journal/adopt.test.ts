import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adoptDay, findAdoptionProblem } from '../../../core/journal/adopt.ts'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import { type Day, replayDay } from '../../../core/journal/day.ts'
import { encodeEntry, parseEntry } from '../../../core/journal/entry.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import { PROGRAM } from '../../fixtures/program.ts'

const AT = Date.parse('2026-06-19T04:30:00Z')
const hash = (name: string) => toBase64(sha256(Buffer.from(name)))
const [executive, supervisory, technician] = [hash('executive'), hash('supervisory'), hash('technician')]

const opened = (device: string): JournalEvent => ({
  type: 'journal.opened',
  version: 1,
  origin: `council.example/e/device/${device}/00112233445566778899aabbccddeeff`,
  certificate: hash(device),
  package: hash('package'),
  software: 'sandogh test',
  program: PROGRAM,
  random: 'system',
})
const MORNING: readonly JournalEvent[] = [
  opened('d-1'),
  { type: 'report.printed', report: 'zero' },
  { type: 'polls.opened', executive, supervisory },
]

/** Ballots and void slips of one style, from counts that may be those of another journal. */
function votes(
  steps: readonly ('cast' | 'void')[],
  from: { readonly casts: number; readonly voids: number; readonly batches: number; readonly pooled: number },
): { readonly events: readonly JournalEvent[]; readonly counts: typeof from } {
  const events: JournalEvent[] = []
  let { casts, voids, batches, pooled } = from
  for (const step of steps) {
    if (step === 'void') {
      voids += 1
      events.push({ type: 'slip.voided', count: voids })
      continue
    }
    casts += 1
    pooled += 1
    events.push({ type: 'ballot.cast', count: casts })
    if (pooled < 64) continue
    batches += 1
    pooled -= 32
    events.push({ type: 'batch.sealed', batch: batches, count: 32, root: hash(`batch ${batches}`) })
  }
  return { events, counts: { casts, voids, batches, pooled } }
}

function replayed(events: readonly JournalEvent[]): { readonly day: Day; readonly root: Uint8Array } {
  const entries = events.map((event, seq) => encodeEntry(event, seq, AT + seq * 1000))
  const parsed = entries.map((bytes, seq) => valueOrThrow(parseEntry(bytes, seq, 'journal')))
  return { day: valueOrThrow(replayDay(parsed, 'journal')), root: rootOf(entries.map(leafHash)) }
}

const NONE = { casts: 0, voids: 0, batches: 0, pooled: 0 }
const people = { slip: 'none' as const, media: 'both' as const, executive, supervisory, technician }
const steps = fc.array(fc.constantFrom('cast' as const, 'cast' as const, 'cast' as const, 'void' as const), {
  maxLength: 220,
})

describe('a device that died at any moment', () => {
  test('and the spare that went on tell one legal day together, with the counts of both', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const first = votes(before, NONE)
        const old = replayed([...MORNING, ...first.events])
        const adopted = valueOrThrow(adoptDay(old.day, old.root, 'medium'))
        expect(adopted).toMatchObject(first.counts)
        const second = votes(after, first.counts)
        const { casts, voids, batches, pooled } = second.counts
        const rest: readonly JournalEvent[] =
          pooled === 0
            ? []
            : [{ type: 'batch.sealed', batch: batches + 1, count: pooled, root: hash('rest') }]
        const { day } = replayed([
          opened('s-1'),
          { type: 'takeover', ...adopted, ...people },
          ...second.events,
          ...rest,
          {
            type: 'polls.closed',
            executive,
            supervisory,
            casts,
            voids,
            batches: batches + rest.length,
            spent: hash('spent'),
            tally: hash('tally'),
          },
        ])
        expect([day.polls, day.casts, day.voids, day.sealed]).toEqual(['finished', casts, voids, casts])
        expect(findAdoptionProblem(adopted, old.day, old.root)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  test('left nothing else than it says: any other count, name or root is found', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom('size', 'casts', 'voids', 'batches', 'pooled'),
        fc.integer({ min: 1, max: 9 }),
        (before, member, more) => {
          const old = replayed([...MORNING, ...votes(before, NONE).events])
          const adopted = valueOrThrow(adoptDay(old.day, old.root, 'medium'))
          const other = { ...adopted, [member]: adopted[member as 'size'] + more }
          expect(findAdoptionProblem(other, old.day, old.root)).toMatch(new RegExp(`^${member} is `))
          expect(findAdoptionProblem(adopted, old.day, sha256(old.root))).toMatch(/^root is /)
          const named = { ...adopted, origin: adopted.origin.replace('d-1', 'd-2') }
          expect(findAdoptionProblem(named, old.day, old.root)).toMatch(/^origin is /)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('nobody takes the place of a device', () => {
  const codeOf = (events: readonly JournalEvent[]) => {
    const { day, root } = replayed(events)
    const adopted = adoptDay(day, root, 'medium')
    return adopted.ok ? 'taken' : adopted.error.code
  }
  const closing: JournalEvent = {
    type: 'polls.closed',
    executive,
    supervisory,
    casts: 0,
    voids: 0,
    batches: 0,
    spent: hash('spent'),
    tally: hash('tally'),
  }
  test('that is closed for good, was never opened, had to stop or was a spare itself', () => {
    expect(codeOf([...MORNING, closing])).toBe('takeover.finished')
    expect(codeOf(MORNING.slice(0, 2))).toBe('takeover.not-open')
    expect(codeOf([...MORNING, { type: 'device.stopped', why: 'forked' }])).toBe('takeover.stopped')
    const { day, root } = replayed(MORNING)
    const adopted = valueOrThrow(adoptDay(day, root, 'medium'))
    expect(codeOf([opened('s-1'), { type: 'takeover', ...adopted, ...people }])).toBe('takeover.chained')
    expect(codeOf(MORNING)).toBe('taken')
    expect(codeOf([...MORNING, { type: 'polls.paused', reason: 'tamper' }])).toBe('taken')
  })
})
