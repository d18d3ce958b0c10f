/** `sandogh audit verify --policy`: whose eyes a day's journals need, and what is said when they are missing. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { witnessNameOf } from '../../core/bundle/names.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import type { Signer } from '../../core/ports.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import {
  COSIGNATURE_TYPE,
  ED25519_TYPE,
  formatVerifierKey,
  parseNote,
  signatureLine,
  type VerifierKey,
} from '../../core/tlog/note.ts'
import { bundleFiles, cosignedFile, cosignedHead, testFolder, writeDatabase, writeFiles } from './files.ts'
import { makeStation, type TestDevice } from './fixtures.ts'
import { run } from './run.ts'

const station = makeStation('policies', { casts: [4, 2, 3] })
const [first, second, third] = station.devices as [TestDevice, TestDevice, TestDevice]
const { definition } = station.electionPackage
/** All three devices hold, and the check-in is not among what is given. */
const HOLDS_WITHOUT_CHECK_IN = 3
const NOBODY = formatCosigned({ certificates: [], notes: [] })

const centreKey: VerifierKey = {
  name: definition.witness.name,
  type: COSIGNATURE_TYPE,
  publicKey: station.witness.publicKey,
}
const keyOf = ({ id, keys }: TestDevice, name = witnessNameOf(definition, id)) =>
  formatVerifierKey({ name, type: COSIGNATURE_TYPE, publicKey: signerFromSeed(keys.witness).publicKey })
const logOf = ({ origin, keys }: TestDevice) =>
  formatVerifierKey({ name: origin, type: ED25519_TYPE, publicKey: signerFromSeed(keys.log).publicKey })
const WITNESSES = `witness centre ${formatVerifierKey(centreKey)}
${station.devices.map((device) => `witness ${device.id} ${keyOf(device)}\n`).join('')}`

/** Bundles of the three devices. */
function bundles(
  of: { readonly cosigned?: (device: TestDevice) => Uint8Array; readonly receipt?: boolean } = {},
) {
  const folder = testFolder()
  for (const device of station.devices) {
    const cosigned = of.cosigned?.(device) ?? cosignedFile(station, device)
    const files = bundleFiles(station, device, { 'cosigned.json': cosigned }, of.receipt ?? true)
    writeFiles(join(folder, device.id), files)
  }
  return folder
}

const all = bundles()
const unseen = bundles({ cosigned: () => NOBODY, receipt: false })

function verify(folder: string, policy: string, ...more: string[]) {
  const file = join(testFolder(), 'policy')
  writeFileSync(file, policy)
  return run(main, 'verify', folder, '--policy', file, ...more)
}

describe('the report', () => {
  test('tells who has seen each journal to its end, without a policy', async () => {
    const { exitCode, out } = await run(main, 'verify', all)
    expect(exitCode).toBe(HOLDS_WITHOUT_CHECK_IN)
    expect(out).toMatch(/ {2}seen by +totals\n/)
    expect(out.match(/Z +centre, 2 of 2 neighbours +sealed\n/g)).toHaveLength(3)
    const nobody = await run(main, 'verify', unseen)
    expect(nobody.exitCode).toBe(HOLDS_WITHOUT_CHECK_IN)
    expect(nobody.out.match(/no receipt of the centre {2}0 of 2 neighbours +sealed\n/g)).toHaveLength(3)
    const alone = makeStation('alone', { casts: [1] })
    const folder = join(testFolder(), 'd-01')
    writeFiles(folder, bundleFiles(alone, alone.devices[0] as TestDevice, {}, false))
    expect((await run(main, 'verify', folder)).out).toMatch(/ nobody +sealed\n/)
  })

  test('tells it as JSON too', async () => {
    const { out } = await run(main, 'verify', all, '--json')
    const [{ devices }] = JSON.parse(out).stations
    expect(devices[0].seenBy).toEqual({ centre: true, neighbours: ['d-02', 'd-03'], of: 2 })
    expect(JSON.parse(out).policy).toBe(null)
  })
})

describe('a policy', () => {
  const BOTH = `${WITNESSES}group neighbours 2 d-01 d-02 d-03\ngroup eyes all centre neighbours\nquorum eyes\n`

  test('that asks for the centre and both neighbours of each of three is satisfied', async () => {
    const { exitCode, out } = await verify(all, BOTH)
    expect([exitCode, out]).toEqual([
      HOLDS_WITHOUT_CHECK_IN,
      expect.stringMatching(/every journal was seen to its end by those whom .*policy asks for\n/),
    ])
    expect(JSON.parse((await verify(all, BOTH, '--json')).out).policy).toMatch(/policy$/)
  })

  test('is not satisfied by bundles that nobody has seen, and device and missing eyes are named', async () => {
    const { exitCode, out } = await verify(unseen, BOTH)
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^DOES NOT HOLD: .*d-01: too few witnesses have seen the journal of device d-01 to its end: /,
    )
    expect(out).toContain('eyes has 0 of 2 needed; neighbours has 0 of 2 needed; not seen by centre, ')
    expect(out).toContain('(policy.unmet)')
  })

  test('"quorum none" is satisfied by whatever holds', async () => {
    expect((await verify(unseen, 'quorum none\n')).exitCode).toBe(HOLDS_WITHOUT_CHECK_IN)
  })

  test("never counts a device's own eyes on its own journal, whatever the policy calls them", async () => {
    const { exitCode, out } = await verify(
      all,
      `${WITNESSES}group everyone all d-01 d-02 d-03\nquorum everyone\n`,
    )
    expect(exitCode).toBe(1)
    expect(out).toContain('everyone has 2 of 3 needed; not seen by d-01 (its own key, which never counts)')
    const disguised = bundles({
      cosigned: (device) => {
        const bare = cosignedHead(station, device, device.entries.length, [device])
        const signer = signerFromSeed(device.keys.witness)
        const line = cosign(bare, { name: 'somebody.example', signer, time: 1 })
        return formatCosigned({ certificates: [], notes: [addSignatureLine(bare, line)] })
      },
    })
    const policy = `witness somebody ${keyOf(first, 'somebody.example')}\nquorum somebody\n`
    expect((await verify(join(disguised, 'd-01'), policy)).exitCode).toBe(1)
  })

  test('names the first head with a bent line of any witness of the file, of the device itself too', async () => {
    const [x, y] = [8, 9].map((n) => signerFromSeed(new Uint8Array(32).fill(n))) as [Signer, Signer]
    const own = signerFromSeed(first.keys.witness)
    const other = cosignedHead(station, third, 1, [third])
    const bent = (note: string, name: string, signer: Signer) =>
      addSignatureLine(note, cosign(other, { name, signer, time: 1 }))
    // Heads of the first device, in its own bundle and in that of the second.
    const folder = bundles({
      cosigned: (device) => {
        const note = cosignedHead(station, first, first.entries.length, [device])
        if (device === first) return formatCosigned({ certificates: [], notes: [bent(note, 'y', y)] })
        const notes = [bent(bent(note, 'x', x), 'own', own)]
        return device === second ? formatCosigned({ certificates: [first.certificate], notes }) : NOBODY
      },
    })
    const line = (name: string, { publicKey }: Signer) =>
      `witness ${name} ${formatVerifierKey({ name, type: COSIGNATURE_TYPE, publicKey })}\n`
    for (const [lines, device] of [
      [line('y', y), 'd-01'],
      [line('x', x), 'd-02'],
      [line('x', x) + line('y', y), 'd-01'],
      [line('own', own), 'd-02'],
    ] as const) {
      const { exitCode, out } = await verify(folder, `${lines}quorum none\n`)
      expect(exitCode).toBe(1)
      expect(out.split(' note 0: ')[0]).toBe(`DOES NOT HOLD: ${folder}/${device}/cosigned.json`)
      expect(out).toContain('(witness.cosignature)')
    }
  })

  test('counts a witness that the package does not know', async () => {
    const observer = signerFromSeed(new Uint8Array(32).fill(9))
    const name = 'observers.example/گواه'
    const signed = (bend: boolean) =>
      bundles({
        cosigned: (device) => {
          const note = cosignedHead(station, device, device.entries.length, [device])
          const line = cosign(note, { name, signer: observer, time: 1 })
          const whole = addSignatureLine(note, line)
          const parsed = parseNote(whole)
          const last = parsed.ok ? parsed.value.signatures[2] : undefined
          if (last === undefined) throw new Error('a note without its third line')
          const bent = addSignatureLine(
            note,
            signatureLine(
              name,
              last.keyId,
              last.signature.map((b) => b ^ 1),
            ),
          )
          return formatCosigned({ certificates: [], notes: [bend ? bent : whole] })
        },
      })
    const key = { name, type: COSIGNATURE_TYPE, publicKey: observer.publicKey } as const
    const policy = `witness ناظر ${formatVerifierKey(key)}\nquorum ناظر\n`
    expect((await verify(signed(false), policy)).exitCode).toBe(HOLDS_WITHOUT_CHECK_IN)
    const wrong = await verify(signed(true), policy)
    expect(wrong.out).toContain('(witness.cosignature)')
    expect((await verify(all, policy)).out).toContain('not seen by ناظر')
  })

  test('with logs takes these and no other', async () => {
    const lines = [first, second, third].map((device) => `log ${logOf(device)}\n`)
    expect((await verify(all, `${lines.join('')}quorum none\n`)).exitCode).toBe(HOLDS_WITHOUT_CHECK_IN)
    const { exitCode, out } = await verify(all, `${lines.slice(0, 2).join('')}quorum none\n`)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: .*d-03: .*device d-03 .*policy\.unknown-log/s)
  })
})

describe('bad input ends with exit code 2 and words', () => {
  test('a file that is not there, or a line that is wrong', async () => {
    const nowhere = join(testFolder(), 'nowhere')
    const missing = await run(main, 'verify', all, '--policy', nowhere)
    expect(missing).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(nowhere) })
    const bad = await verify(all, `${WITNESSES}quorum centr\n`)
    expect(bad).toMatchObject({ exitCode: 2, out: '' })
    expect(bad.err).toMatch(/policy line 5: no line above defines "centr"/)
    expect((await run(main, 'verify', all, '--policy')).exitCode).toBe(2)
  })

  test('a policy beside a database', async () => {
    const path = join(testFolder(), 'device.db')
    writeDatabase(station, first, path)
    const packageFile = join(all, 'd-01', 'package.json')
    const { exitCode, err } = await run(
      main,
      'verify',
      path,
      '--package',
      packageFile,
      '--policy',
      packageFile,
    )
    expect(exitCode).toBe(2)
    expect(err).toContain('--policy goes with bundles')
  })
})
