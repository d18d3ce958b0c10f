/** A spare is made: the device asks, the office answers, and what is wrong with either is said. */
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { AUTOMATIC_DAY, STATION } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision, writeConfig } from '../../demo/provisioned.ts'
import { requestCertificates } from '../../device-agent/ballot/enrolment.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { main } from '../../provisioning/cli.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { testFolder } from '../audit/files.ts'
import { run } from '../audit/run.ts'

const SPARE = 'gy-spare-1'
const random = seededRandom('enrolling')
const out = testFolder()
const { authority } = provision(out, random, [Date.now()], {
  ...AUTOMATIC_DAY,
  devices: ['gy-1-a'],
  spares: [SPARE],
})
const office = join(out, 'office')
const lines = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }

/** A new device's folder: a config.json of that name. */
function newDevice(id: string): string {
  writeConfig(out, id, authority, lines, undefined, { oldMedium: join(out, 'slot') })
  return deviceFolder(out, id)
}
const enrol = (folder: string, station = STATION, by = office) =>
  run(main, 'enrol', folder, '--station', station, '--office', by)

describe('a spare', () => {
  const home = newDevice(SPARE)
  const [request = '', terminalRequest = ''] = valueOrThrow(requestCertificates(home, random))

  test('that was enrolled has a home folder that its program takes', async () => {
    expect(await enrol(home)).toEqual({ exitCode: 0, out: expect.stringContaining(SPARE), err: '' })
    expect(valueOrThrow(readHome(home)).certificate.subject).toBe(SPARE)
  })

  test('asks again with the keys that it made, which only it can read', () => {
    const keys = ['keys.json', 'card-key.json'].map((name) => join(home, name))
    const before = keys.map((file) => readFileSync(file, 'utf8'))
    valueOrThrow(requestCertificates(home, random))
    expect(keys.map((file) => readFileSync(file, 'utf8'))).toEqual(before)
    expect(keys.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
    const asked = readFileSync(request, 'utf8') + readFileSync(terminalRequest, 'utf8')
    const secrets = before.flatMap((text) => Object.values<unknown>(JSON.parse(text)).filter(isText))
    expect(secrets.filter((secret) => asked.includes(secret))).toEqual([])
  })

  test('whose folder has no config.json is told so, and gets no keys', () => {
    const asked = requestCertificates(testFolder(), random)
    expect(asked).toMatchObject({
      error: { code: 'home.file', where: expect.stringContaining('config.json') },
    })
  })

  test('is enrolled at no station that does not have it, and the ones that do are named', async () => {
    const { exitCode, err } = await enrol(home, 'gy-2')
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining(`"gy-2", but at ${STATION} (enrolment.station)`),
    ])
  })

  test('that the package does not list is refused', async () => {
    const other = newDevice('gy-spare-9')
    valueOrThrow(requestCertificates(other, random))
    expect((await enrol(other)).err).toContain('enrolment.unknown-device')
  })

  test('that brings one request alone, or that of another key, is refused by that file', async () => {
    const other = testFolder()
    cpSync(request, join(other, 'enrolment.request'))
    expect((await enrol(other)).err).toContain('card-terminal.request: there is no such file')
    writeFileSync(join(other, 'card-terminal.request'), readFileSync(request))
    expect((await enrol(other)).err).toContain('card-terminal.request')
  })
})

describe("the office's folder", () => {
  test('is readable by its owner alone where the keys are', () => {
    expect(statSync(join(office, 'office.json')).mode & 0o777).toBe(0o600)
  })

  test.each(['office.json', 'package.json', 'authority.der', 'centre.der', 'card-authority.der'])(
    'without %s, or with something else in it, enrols nobody and names it',
    async (name) => {
      const home = newDevice(SPARE)
      const changed = testFolder()
      cpSync(office, changed, { recursive: true })
      writeFileSync(join(changed, name), 'something else')
      const wrong = await enrol(home, STATION, changed)
      rmSync(join(changed, name))
      const missing = await enrol(home, STATION, changed)
      expect([wrong.exitCode, missing.exitCode]).toEqual([2, 2])
      for (const { err } of [wrong, missing]) expect(err).toContain(join(changed, name))
    },
  )

  test("with another authority's key takes neither the package nor a certificate", async () => {
    const changed = testFolder()
    cpSync(office, changed, { recursive: true })
    const file = join(changed, 'office.json')
    const seeds = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...seeds, authority: Buffer.alloc(32, 7).toString('base64') }))
    expect((await enrol(newDevice(SPARE), STATION, changed)).err).toContain('document.wrong-key')
  })
})

test('says what is wrong with the command and where help is', async () => {
  for (const args of [
    ['enrol'],
    ['enrol', out],
    ['enrol', out, '--station', STATION],
    ['enrol', out, '--fast'],
  ]) {
    const { exitCode, err, out: said } = await run(main, ...args)
    expect([exitCode, said]).toEqual([2, ''])
    expect(err).toContain('sandogh provision --help')
  }
})

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
