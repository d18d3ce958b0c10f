/** What two independent verifiers say of a station in which a spare took the place of a device that died. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { signManifest } from '../../core/bundle/bundle.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { firstSpare } from '../device-agent/store/spare.ts'
import { weakenedSources } from '../end-to-end/weakened/build.ts'
import { testFolder } from './files.ts'
import { run } from './run.ts'
import { differences, firstSays, type Said, secondSays } from './second-verifier.ts'
import { type TakenOverStation, takenOverStation } from './taken-over-station.ts'
import { weakenedMain } from './weakened/weaken.ts'

let station: TakenOverStation
beforeAll(() => {
  station = takenOverStation(testFolder(), [100, 70, 40])
})

interface Verdict {
  readonly verdict: string
  readonly findings: readonly { readonly code: string; readonly where: string }[]
  readonly stations: readonly {
    readonly devices: readonly {
      readonly device: string
      readonly ballots: number
      readonly equal: boolean
    }[]
    readonly contests: readonly {
      readonly valid: number
      readonly blank: number
      readonly candidates: readonly { readonly code: string; readonly votes: number }[]
      readonly lists: readonly { readonly code: string; readonly votes: number }[]
    }[]
  }[]
}

/** What both verifiers say; they have to say the same. */
async function bothSay(...words: readonly string[]): Promise<Verdict> {
  const first = await firstSays(words)
  const [second] = secondSays([words])
  expect([second?.exitCode, second?.findings]).toEqual([first.exitCode, first.findings])
  expect(differences(told(first), told(second))).toEqual([])
  return first.told as Verdict
}

/** What both are asked to tell; what is told for people, or by one alone, aside. */
function told(said: Said | undefined): unknown {
  const { findings: _, ...rest } = (said?.told ?? {}) as Verdict
  return rest
}

const codesOf = ({ findings }: Verdict) => findings.map(({ code, where }) => [code, where])

describe('a station with a spare in the place of a device that died', () => {
  test('holds as a whole, and is told so', async () => {
    const verdict = await bothSay('verify', station.bundles)
    expect([verdict.verdict, codesOf(verdict)]).toEqual(['holds', []])
    expect(verdict.stations[0]?.devices).toMatchObject([
      { device: 's-01', ballots: 170 },
      { device: 'd-02', ballots: 40 },
    ])
    const { out } = await run(main, 'verify', station.bundles)
    expect(out).toMatch(/s-01 took the place of d-01, which died after \d+ entries and 100 ballots/)
    expect(out).toContain('officers said that its other storage medium is lost or cannot be read')
  })

  test('opens to what was meant on all of its devices', async () => {
    const shares = station.shares.slice(1, 4).flatMap((file) => ['--share', file])
    const { verdict, stations } = await bothSay('open', ...shares, station.bundles)
    expect(verdict).toBe('holds')
    for (const device of stations[0]?.devices ?? []) expect(device.equal).toBe(true)
    const counted = stations[0]?.contests.map(({ blank, valid, candidates, lists }, c) => {
      const list = lists[0]?.votes ?? 0
      // The list's two members have its votes besides their own.
      const own = candidates.map(({ votes }, i) => (c === 0 && i < 2 ? votes - list : votes))
      return [blank, valid, ...own, ...lists.map(({ votes }) => votes)]
    })
    expect(counted).toEqual(station.meant)
  })

  test('is a fork if the device that died went on, or a second spare took over', async () => {
    const went = await bothSay('verify', station.bundles, station.wentOn)
    expect(codesOf(went)).toEqual([['takeover.fork', `${station.wentOn}/d-01/checkpoint`]])
    const twice = await bothSay('verify', station.bundles, station.secondSpare)
    expect(codesOf(twice)).toEqual([['takeover.fork', `${station.secondSpare}/s-02`]])
    const alone = await bothSay('verify', station.wentOn)
    expect([alone.verdict, codesOf(alone)]).toEqual(['holds for what was given', []])
  })

  test('would hold with the same ballots twice if nobody compared what was taken over', async () => {
    const blind = await weakenedMain([
      {
        file: 'audit/verify/contradiction.ts',
        line: '?? findRollback(bundles) ?? findTakeoverFork(bundles)',
        by: '?? findRollback(bundles)',
      },
    ])
    const { out } = await run(blind, 'verify', '--json', station.bundles, station.secondSpare)
    expect(JSON.parse(out).findings.map(({ code }: { readonly code: string }) => code)).not.toContain(
      'takeover.fork',
    )
  })
})

describe("a spare's bundle", () => {
  /** The bundle with something changed, and signed anew by the spare itself. */
  function bent(bend: (folder: string) => void): string {
    const folder = join(testFolder(), 'bundles')
    cpSync(station.bundles, folder, { recursive: true })
    bend(join(folder, 's-01'))
    const manifest = JSON.parse(readFileSync(join(folder, 's-01', 'manifest.json'), 'utf8')).payload
    const files = new Map(
      (manifest.files as readonly { readonly name: string }[]).flatMap(({ name }) => {
        try {
          return [[name, readFileSync(join(folder, 's-01', name))] as const]
        } catch {
          return []
        }
      }),
    )
    const signer = signerFromSeed(firstSpare.keys.message)
    const text = signManifest(manifest.origin, files as never, signer)
    writeFileSync(join(folder, 's-01', 'manifest.json'), text)
    return folder
  }
  const rewrite = (name: string, change: (text: string) => string) => (folder: string) =>
    writeFileSync(join(folder, name), change(readFileSync(join(folder, name), 'latin1')), 'latin1')

  test.each([
    [
      'without the old journal',
      (folder: string) => rmSync(join(folder, 'taken-over-journal.jsonl')),
      ['bundle.files', 'taken-over-journal.jsonl'],
    ],
    [
      'with an entry of it changed',
      rewrite('taken-over-journal.jsonl', (text) => text.replace('"count":7', '"count":8')),
      ['takeover.journal', 'taken-over-journal.jsonl'],
    ],
    [
      'with its last entry cut off',
      rewrite('taken-over-journal.jsonl', (text) => text.split('\n').slice(0, -2).join('\n').concat('\n')),
      ['takeover.journal', 'taken-over-journal.jsonl'],
    ],
    [
      'with a line that does not end',
      rewrite('taken-over-journal.jsonl', (text) => text.slice(0, -1)),
      ['journal.line', 'taken-over-journal.jsonl entry '],
    ],
    [
      'with another checkpoint',
      rewrite('taken-over-checkpoint', (text) => text.replace(/\n(\d+)\n/, '\n1$1\n')),
      ['note.bad-signature', 'taken-over-checkpoint'],
    ],
    [
      'with the certificate of another device',
      (folder: string) =>
        cpSync(join(folder, '../d-02/device-certificate.der'), join(folder, 'taken-over-certificate.der')),
      ['note.unsigned', 'taken-over-checkpoint'],
    ],
    [
      'with its own certificate',
      (folder: string) =>
        cpSync(join(folder, 'device-certificate.der'), join(folder, 'taken-over-certificate.der')),
      ['bundle.certificate', 'taken-over-certificate.der'],
    ],
  ] as const)('%s does not hold, and both say where', async (_, bend, [code, place]) => {
    const folder = bent(bend)
    const verdict = await bothSay('verify', folder)
    const [finding] = verdict.findings
    expect(finding?.code).toBe(code)
    expect(finding?.where).toContain(`s-01/${place}`)
  })

  test('that took over other counts than the old journal tells is found, though it signed them', async () => {
    const root = weakenedSources({
      file: 'core/journal/adopt.ts',
      line: 'const { origin, size, casts, voids, sealed } = day',
      by: 'const { origin, size, casts, sealed } = day; const voids = day.voids + 1',
    })
    const [{ readDeadMedium }, { chooseMedium }, { takeOver }] = await Promise.all([
      import(join(root, 'device-agent/store/dead-medium.ts')),
      import(join(root, 'device-agent/store/dead-media.ts')),
      import(join(root, 'device-agent/ballot/takeover/take-over.ts')),
    ])
    const build = { readDeadMedium, chooseMedium, takeOver }
    const lying = takenOverStation(testFolder(), [5, 3, 3], build)
    const verdict = await bothSay('verify', lying.bundles)
    expect(codesOf(verdict)).toEqual([['takeover.counts', `${lying.bundles}/s-01/journal.jsonl entry 1`]])
  })
})
