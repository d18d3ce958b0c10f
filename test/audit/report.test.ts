import { generateKeyPairSync } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { report } from '../../audit/commands/report.ts'
import { auditCount } from '../../audit/count/audit-count.ts'
import { readInputs } from '../../audit/printed/read-inputs.ts'
import { findFolders } from '../../audit/read-folders.ts'
import { fromBase64, sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { openDocument } from '../../core/keys/signed-document.ts'
import { valueOrThrow } from '../../core/result.ts'
import { COSIGNATURE_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'
import { CHROMIUM, describeWith } from '../oracles/needs.ts'
import { eventfulStation } from './eventful-station.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { run } from './run.ts'
import { blindToMarkup, weakenedMain } from './weakened/weaken.ts'
import { figuresOf, NOWHERE, page, written } from './written-report.ts'

const { bundles } = writeStation(eventfulStation())
function hashesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path} ${toHex(sha256(readFileSync(path)))}`)
}

describe('a report', () => {
  test('of the same bundles is the same, byte for byte, and changes nothing that it reads', async () => {
    const before = hashesBelow(bundles)
    const [one, other] = [await written([bundles]), await written([bundles])]
    for (const name of ['report.html', 'figures.json'])
      expect(readFileSync(join(one.out, name)).equals(readFileSync(join(other.out, name)))).toBe(true)
    expect(hashesBelow(bundles)).toEqual(before)
  })

  test('begins with the verdict, says what was not checked, and needs nothing from elsewhere', async () => {
    const { out } = await written([bundles])
    const text = page(out)
    const body = text.slice(text.indexOf('<body>'))
    expect(body).toMatch(
      /^<body>\n<p class="verdict" data-figure="f\d+">HOLDS: 2 bundles, 1 station, 120 ballots<\/p>/,
    )
    for (const words of [
      'tally not verified: that needs the paper or the trustees',
      'no policy was given',
      'rehearsal, no election',
      'went back before entry 74',
    ])
      expect(body).toContain(words)
    expect(text).not.toMatch(/<script|<link|<iframe|<img|<object|https?:|url\((?!data:)|@import/i)
    expect(text).toContain("default-src 'none'")
  })

  test('in Persian runs from right to left in its own typeface, with Persian figures', async () => {
    const text = page((await written([bundles, '--language', 'fa'])).out)
    expect(text).toContain('<html lang="fa" dir="rtl">')
    expect(text).toContain('تأیید می‌شود: ۲ پرونده، ۱ شعبه، ۱۲۰ رأی')
    expect(text).toContain('روز رأی‌گیری ۱۴۰۵/۰۳/۲۹')
    expect([
      ...text.matchAll(/@font-face\{font-family:Vazirmatn;[^}]*url\(data:font\/woff2;base64,/g),
    ]).toHaveLength(2)
    for (const [, value] of text.matchAll(/<span class="figure"[^>]*>([^<]*)</g))
      expect(value).not.toMatch(/[0-9]/)
  })

  describe('held against a policy and a list of a program', () => {
    const station = eventfulStation()
    const { key: _, ...witness } = station.electionPackage.definition.witness
    const publicKey = station.witness.publicKey
    const centre = formatVerifierKey({ ...witness, type: COSIGNATURE_TYPE, publicKey })
    const file = (text: string) => {
      const path = join(testFolder(), 'file')
      writeFileSync(path, text)
      return { path, hash: sha256(Buffer.from(text)) }
    }
    const asking = file(`witness centre ${centre}\nquorum centre\n`)
    const none = file(`witness centre ${centre}\nquorum none\n`)
    const SEEN = 'Every journal was seen to its end by as many as the policy asks for'

    test('says that journals were seen to their end if it asks for somebody, and never if it asks for nobody', async () => {
      expect(page((await written([bundles, '--policy', asking.path])).out)).toContain(SEEN)
      const text = page((await written([bundles, '--policy', none.path])).out)
      expect(text).not.toContain('was seen to its end')
      expect(text).toContain(
        'Who has seen the journals to their end: the policy that was given asks for nobody (quorum none)',
      )
    })

    test('says nothing else of it on the command line', async () => {
      const { exitCode, out } = await run(main, 'verify', bundles, '--policy', none.path)
      expect(exitCode).toBe(0)
      expect(out).not.toContain('was seen to its end by')
      expect(out).toMatch(/who has seen the journals to their end was not asked: .* asks for nobody/)
    })

    test('names both by hash, on the page, in its figures and in its statement', async () => {
      const lists = [file('{"one":1}'), file('{"two":2}')]
      const key = join(testFolder(), 'key.pem')
      writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
      const programs = lists.flatMap(({ path }) => ['--program', path])
      const { out } = await written([bundles, '--policy', asking.path, ...programs, '--sign', key])
      for (const { hash } of [asking, ...lists]) expect(page(out)).toContain(toHex(hash))
      const used = {
        policy: toBase64(asking.hash),
        programs: lists.map(({ hash }) => toBase64(hash)).sort(),
      }
      expect(figuresOf(out)).toMatchObject(used)
      expect(JSON.parse(readFileSync(join(out, 'statement.json'), 'utf8')).payload).toMatchObject(used)
    })

    test('of none says so', async () => {
      const { out } = await written([bundles])
      expect(page(out)).toContain('the policy that was used, its SHA-256: none was given')
      expect(page(out)).toContain('the list of a program that was used, its SHA-256: none was given')
      expect(figuresOf(out)).toMatchObject({ policy: null, programs: [] })
    })
  })

  test('is made of an election whose time zone this computer does not know', async () => {
    const elsewhere = writeStation(eventfulStation({ timeZone: 'Mars/Olympus' })).bundles
    expect(page((await written([elsewhere])).out)).toContain('times of UTC')
  })

  test('says that there are no faults only under a table without any', async () => {
    const NONE = 'None are in the journals.'
    const clock = (_: number, seq: number) => (seq > 20 ? 3600 : 0)
    const silent = writeStation(makeStation('silent', { casts: [2, 40], clock })).bundles
    const text = page((await written([join(silent, 'd-02')])).out)
    expect(text).not.toContain(NONE)
    expect(text).toMatch(/silence: \d\d:\d\d–\d\d:\d\d {2}\(1 h 1 min\)/)
    const quiet = writeStation(makeStation('quiet', { casts: [2, 2] })).bundles
    expect(page((await written([quiet])).out)).toContain(NONE)
  })

  test('tells an opening on another day with its date', async () => {
    const clock = (_: number, seq: number) => (seq < 3 ? -24 * 3600 : 0)
    const early = writeStation(makeStation('early', { casts: [40, 40], clock })).bundles
    expect(page((await written([early])).out)).toMatch(/>2026-06-18 \d\d:\d\d<\/span>/)
  })

  test('names what is missing of the count', async () => {
    const { out } = await written([join(bundles, 'd-01')])
    expect(page(out)).toContain(
      'HOLDS for what was given: 1 bundle, 1 station, 80 ballots; missing: device d-02 of station s-1, the check-in of station s-1',
    )
  })

  test('of what does not hold says so first, and tells nothing of it', async () => {
    const folder = join(testFolder(), 'bundles')
    cpSync(bundles, folder, { recursive: true })
    writeFileSync(join(folder, 'd-01', 'checkpoint'), '')
    const { out } = await written([folder])
    const body = page(out).slice(page(out).indexOf('<body>'))
    expect(body).toMatch(/^<body>\n<p class="verdict bad"[^>]*>DOES NOT HOLD: .*d-01\/checkpoint: /)
    expect(body).toContain('aria-label="d-02"')
    expect(body).not.toContain('aria-label="d-01"')
    // Without the ballots of one device nothing can be said of those issued.
    expect(body).toContain('Authorizations issued against ballots cast: at 0 of 1 station')
    expect(body).toContain('Not given, or does not hold: device d-01 of station s-1')
    const { files } = figuresOf(out)
    expect(files).toContainEqual({
      path: `${folder}/d-01/checkpoint`,
      sha256: toHex(sha256(new Uint8Array())),
    })
  })

  test('of nothing that holds is one page of findings', async () => {
    const folder = join(testFolder(), 'd-02')
    cpSync(join(bundles, 'd-02'), folder, { recursive: true })
    writeFileSync(join(folder, 'leaves.bin'), '')
    const { out } = await written([folder])
    expect(page(out)).toMatch(/DOES NOT HOLD: /)
    expect(page(out)).not.toContain('<svg')
  })
})

describe('texts that nobody checked', () => {
  const MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
  const hostile = eventfulStation({ title: MARKUP })
  const folder = writeStation(hostile).bundles
  const named = join(testFolder(), '<img src=x onerror=alert(3)>')
  cpSync(join(bundles, 'd-01'), named, { recursive: true })
  writeFileSync(join(named, 'checkpoint'), '')

  test('stand in a report as texts', async () => {
    for (const given of [folder, named]) {
      const text = page((await written([given])).out)
      expect(text).not.toMatch(/<(script|img)/i)
      expect(text).toContain('&#60;img src=x onerror=')
    }
  })

  test('would be markup, were they not escaped', async () => {
    const weak = await weakenedMain([blindToMarkup])
    for (const [given, mark] of [
      [folder, '<script>alert(1)'],
      [named, '<img src=x onerror=alert(3)>'],
    ] as const) {
      const out = join(testFolder(), 'report')
      await run(weak, 'report', given, '--out', out)
      expect(page(out)).toContain(mark)
    }
  })

  test('of that kind are taken by a package, so that escaping them matters', () => {
    expect(hostile.electionPackage.definition.title.fa).toBe(MARKUP)
  })
})

test('files that changed after they were verified are not told as verified', async () => {
  const folder = join(testFolder(), 'bundles')
  cpSync(bundles, folder, { recursive: true })
  const order = { authorityKey: undefined, policy: undefined, programs: undefined, workers: 1 }
  const count = valueOrThrow(await auditCount({ ...order, paths: [folder], progress: process.stderr }))
  const found = valueOrThrow(findFolders([folder]))
  expect(readInputs(found, count)).toMatchObject({ ok: true })
  writeFileSync(join(folder, 'd-02', 'leaves.bin'), 'other')
  expect(readInputs(found, count)).toMatchObject({ ok: false, error: { code: 'input.changed' } })
})

describe('what a report refuses with exit code 2', () => {
  test('a folder that is there, and leaves it as it is', async () => {
    const out = join(testFolder(), 'out')
    mkdirSync(out)
    writeFileSync(join(out, 'mine'), 'mine')
    const { exitCode, err } = await run(main, 'report', bundles, '--out', out)
    expect([exitCode, readdirSync(out)]).toEqual([2, ['mine']])
    expect(err).toContain('it is there already')
  })

  test('a folder among the bundles', async () => {
    for (const place of [join(bundles, 'report'), join(bundles, 'd-01', 'report')]) {
      const { exitCode, err } = await run(main, 'report', bundles, '--out', place)
      expect([exitCode, existsSync(place)]).toEqual([2, false])
      expect(err).toContain('(input.inside-bundle)')
    }
  })

  test('a computer without a browser, with words and the page written', async () => {
    const { out, code } = await written([bundles])
    expect(code).toBe('input.browser')
    expect(readdirSync(out).sort()).toEqual(['figures.json', 'report.html'])
    await expect(report([bundles, '--out', join(out, 'again')], NOWHERE)).rejects.toThrow(
      /apt-get install chromium/,
    )
  })

  test('what cannot be judged, and leaves no folder', async () => {
    const out = join(testFolder(), 'report')
    const foreign = writeStation(eventfulStation({ election: 'other' })).bundles
    expect((await run(main, 'report', bundles, join(foreign, 'd-01'), '--out', out)).exitCode).toBe(2)
    expect((await run(main, 'report', join(bundles, 'nothing'), '--out', out)).exitCode).toBe(2)
    expect(existsSync(out)).toBe(false)
  })
})

test('a report is signed over the SHA-256 of its files', async () => {
  const key = join(testFolder(), 'key.pem')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { out } = await written([bundles, '--sign', key])
  const own = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  const text = readFileSync(join(out, 'statement.json'), 'utf8')
  const { payload } = valueOrThrow(
    openDocument(text, { type: 'audit-report', keys: [own], where: 'statement.json' }),
  )
  expect(payload).toMatchObject({ version: 1, verdict: 'holds' })
  const { files } = payload as { files: { name: string; size: number; sha256: string }[] }
  expect(files.map(({ name }) => name)).toEqual(['figures.json', 'report.html'])
  for (const { name, size, sha256: hash } of files) {
    const bytes = readFileSync(join(out, name))
    expect([size, hash]).toEqual([bytes.length, toBase64(sha256(bytes))])
  }
  expect(fromBase64((payload as { authority: string }).authority)).toHaveLength(32)
  expect(
    (
      await run(
        main,
        'report',
        bundles,
        '--out',
        join(testFolder(), 'x'),
        '--sign',
        join(out, 'statement.json'),
      )
    ).err,
  ).toContain('(input.key)')
})

describeWith([CHROMIUM], 'a report as PDF', () => {
  test('of a part of the count is signed as such, and does not end as if it were all', async () => {
    const out = join(testFolder(), 'report')
    const key = join(testFolder(), 'key.pem')
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const { exitCode, out: told } = await run(
      main,
      'report',
      join(bundles, 'd-01'),
      '--out',
      out,
      '--sign',
      key,
    )
    expect(exitCode).toBe(3)
    expect(told).toMatch(/^HOLDS for what was given: .*; missing: device d-02 of station s-1, /)
    const { payload } = JSON.parse(readFileSync(join(out, 'statement.json'), 'utf8'))
    expect(payload.verdict).toBe('holds for what was given')
  })

  test('is the same twice, and says so on the command line with the hash of each file', async () => {
    const folder = testFolder()
    mkdirSync(join(folder, 'a'))
    const outs = [join(folder, 'a', 'report'), join(folder, 'report')] as const
    for (const out of outs) {
      const {
        exitCode,
        out: told,
        err,
      } = await run(main, 'report', bundles, '--out', out, '--language', 'fa')
      expect([exitCode, err]).toEqual([0, ''])
      expect(told).toMatch(/^تأیید می‌شود: /)
      for (const name of ['report.html', 'figures.json', 'report.pdf'])
        expect(told).toContain(`${toHex(sha256(readFileSync(join(out, name))))}  ${join(out, name)}`)
    }
    const [one, other] = outs.map((out) => readFileSync(join(out, 'report.pdf')))
    expect(one?.subarray(0, 5).toString()).toBe('%PDF-')
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true)
    expect(one?.toString('latin1')).toContain("/CreationDate (D:20260619000000+00'00')")
  })
})
