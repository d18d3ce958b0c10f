/** Two parties open a count, each signs what it saw and counted, and anybody compares the two. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation, type Wishes } from './fixtures.ts'
import { run } from './run.ts'

const audit = (...args: string[]) => run(main, ...args)

function keyFile(): string {
  const path = join(testFolder(), 'key.pem')
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path])
  return path
}

/** Bundles and shares on a disk, under a name of the party's own. */
function partyOf(wishes: Wishes = { casts: [8, 4] }) {
  const written = writeStation(makeStation('statement', wishes))
  const bundles = join(testFolder(), 'as I got them')
  cpSync(written.bundles, bundles, { recursive: true })
  const shares = written.shares.slice(0, 3).flatMap((share) => ['--share', share])
  return { bundles, shares, key: keyFile(), out: join(testFolder(), 'result.json') }
}

async function stated(party: ReturnType<typeof partyOf>, ...more: readonly string[]): Promise<number> {
  const { bundles, shares, key, out } = party
  return (await audit('open', ...shares, bundles, '--sign', key, '--out', out, ...more)).exitCode
}

const [one, other] = [partyOf(), partyOf()]

describe('the statements of two parties', () => {
  test('agree where both saw and counted the same, whatever their folders are called', async () => {
    expect([await stated(one), await stated(other)]).toEqual([0, 0])
    const { exitCode, out } = await audit('compare', one.out, other.out)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^AGREE: 2 bundles, 12 ballots opened and recounted, and both say that it holds\n/)
    expect(out.match(/fingerprint [0-9a-f]{64}/g)).toHaveLength(2)
    expect(JSON.parse((await audit('compare', one.out, other.out, '--json')).out)).toMatchObject({
      agree: true,
      verdict: 'holds',
      difference: null,
    })
  })

  test('of a part of the count say so, and two that agree on it do not end as if it were all', async () => {
    const parties = [partyOf(), partyOf()] as const
    for (const party of parties) {
      rmSync(join(party.bundles, 'check-in'), { recursive: true })
      expect(await stated(party)).toBe(3)
      expect(JSON.parse(readFileSync(party.out, 'utf8')).payload.verdict).toBe('holds for what was given')
    }
    const { exitCode, out } = await audit('compare', parties[0].out, parties[1].out)
    expect(exitCode).toBe(3)
    expect(out).toMatch(
      /^AGREE: .*, and both say that it holds for what was given: something of the election is missing\n/,
    )
    const whole = await audit('compare', parties[0].out, one.out)
    expect([whole.exitCode, whole.out.split(':')[0]]).toEqual([1, 'DISAGREE at checkIns[0]'])
  })

  test('hold no ballot, no id, no path and nothing of the key', () => {
    const text = readFileSync(one.out, 'utf8')
    expect(text).not.toContain('as I got them')
    expect(Object.keys(JSON.parse(text).payload)).toEqual([
      'authority',
      'bundles',
      'checkIns',
      'contests',
      'findings',
      'lost',
      'package',
      'policy',
      'program',
      'programs',
      'stations',
      'verdict',
      'version',
    ])
  })

  test('disagree at the first thing that is not the same: a bundle', async () => {
    const third = partyOf({ casts: [8, 4], clock: (device, seq) => (device === 1 && seq === 9 ? 1 : 0) })
    expect(await stated(third)).toBe(0)
    const { exitCode, out } = await audit('compare', one.out, third.out)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DISAGREE at bundles\[0\]\.manifest: .* has "[^"]{44}", .* has "[^"]{44}"\n/)
  })

  test('disagree at a count that one of them made up', async () => {
    const { payload } = JSON.parse(readFileSync(other.out, 'utf8'))
    payload.contests[0].valid += 1
    const liar = join(testFolder(), 'liar.json')
    writeFileSync(liar, signDocument('audit-result', payload as Json, [signerFromSeed(new Uint8Array(32))]))
    const { exitCode, out } = await audit('compare', one.out, liar)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DISAGREE at contests\[0\]\.valid: .* has \d+, .* has \d+\n/)
  })

  test('of one key are not two parties', async () => {
    const again = { ...partyOf(), key: one.key }
    expect(await stated(again)).toBe(0)
    const { exitCode, out } = await audit('compare', one.out, again.out)
    expect([exitCode, out.split(':')[0]]).toEqual([1, 'ONE PARTY'])
  })

  test('that a count does not hold agree too, and say what, in words without folders', async () => {
    const falsify: Wishes['falsify'] = (tally, device) =>
      tally.map((contest, i) =>
        i === 0 && device === 1
          ? { ...contest, blank: contest.blank - 1, valid: contest.valid + 1 }
          : contest,
      )
    const lied = [partyOf({ casts: [8, 9], falsify }), partyOf({ casts: [8, 9], falsify })] as const
    expect([await stated(lied[0]), await stated(lied[1])]).toEqual([1, 1])
    const { exitCode, out } = await audit('compare', lied[0].out, lied[1].out)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^AGREE: .*, and both say that it DOES NOT HOLD\n {2}d-02: its ballots do not add up/)
  })
})

describe('a statement', () => {
  test('of a count that is not opened says why', async () => {
    const party = partyOf()
    writeFileSync(join(party.bundles, 'd-01', 'checkpoint'), '')
    expect(await stated(party)).toBe(1)
    const { payload } = JSON.parse(readFileSync(party.out, 'utf8'))
    expect(payload).toMatchObject({ verdict: 'does not hold', stations: [], contests: null })
    expect(payload.findings[0]).toMatchObject({ code: 'bundle.changed' })
  })

  test('is written in the place of nothing, and not at all for bad input', async () => {
    const again = await audit('open', ...one.shares, one.bundles, '--sign', one.key, '--out', one.out)
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('it is there already') })
    const party = partyOf()
    const few = await audit(
      'open',
      ...party.shares.slice(0, 4),
      party.bundles,
      '--sign',
      party.key,
      '--out',
      party.out,
    )
    expect(few).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('two shares where three are needed'),
    })
    expect(existsSync(party.out)).toBe(false)
  })

  test('needs a key that is one, and a file', async () => {
    const { shares, bundles, key, out } = partyOf()
    const open = (...more: string[]) => audit('open', ...shares, bundles, ...more)
    expect((await open('--sign', key)).err).toContain('--sign <key.pem> --out <file>')
    expect((await open('--out', out)).err).toContain('--sign <key.pem> --out <file>')
    const wrong = join(testFolder(), 'rsa.pem')
    execFileSync('openssl', ['genpkey', '-algorithm', 'x25519', '-out', wrong])
    for (const file of [wrong, shares[1] ?? ''])
      expect((await open('--sign', file, '--out', out)).err).toContain('no private key for Ed25519')
    expect(existsSync(out)).toBe(false)
  })

  test('that was changed, or is none, is not compared', async () => {
    const changed = join(testFolder(), 'changed.json')
    writeFileSync(
      changed,
      readFileSync(one.out, 'utf8').replace('"equal":true', '"equal":fals_'.replace('_', 'e')),
    )
    expect((await audit('compare', changed, other.out)).out).toContain('document.bad-signature')
    expect((await audit('compare', one.shares[1] ?? '', other.out)).err).toContain('input.statement')
    expect((await audit('compare', one.out)).err).toContain('two statements')
  })
})
