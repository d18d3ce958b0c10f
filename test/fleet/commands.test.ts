/** The centre's processes as people start them: `sandogh centre broker`, `broker-config` and `collect`. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../command.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type CentreHome, readCentreHome } from '../../fleet/home.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import { syncOf } from './broker-ends.ts'
import { freePort, kill, SECOND, said, sandogh, writeHome } from './brokers.ts'
import { CENTRE, identity, messageSigner, Office, TestDevice } from './office.ts'

let office: Office
let home: CentreHome

beforeEach(() => {
  office = new Office()
  home = writeHome(office)
})
afterEach(() => office.close())

/** A command that runs until it is told to end. */
async function running(words: string, ...args: readonly string[]) {
  const program = sandogh('centre', ...args)
  office.later(() => kill(program))
  await said(program, words)
  return program
}

/** A command that ends by itself: its exit code, and all that it said. */
async function ended(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const program = sandogh('centre', ...args)
  office.later(() => kill(program))
  let text = ''
  for (const stream of [program.stdout, program.stderr]) {
    stream?.on('data', (bytes) => {
      text += bytes
    })
  }
  const code = await new Promise<number>((resolve) => program.once('close', (end) => resolve(end ?? -1)))
  return { code, text }
}

/** The same within this process, for a command that ends before it does anything. */
async function refused(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const keep = (words: string | Uint8Array) => {
    text += words
    return true
  }
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  )
  try {
    return { code: await main(['centre', ...args]), text }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const collect = (port: number, ...more: readonly string[]) => [
  'collect',
  ...['--home', home.folder, '--broker', `mqtts://127.0.0.1:${port}`, '--store', office.storePath],
  ...more,
]

it('broker and collector are two processes; killed and started again the collector goes on, and told to end it ends', async () => {
  const port = await freePort()
  const broker = await running('broker of', 'broker', '--home', home.folder, '--listen', `127.0.0.1:${port}`)
  const first = await running('hears the devices', ...collect(port))
  const devices = ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).appendMany(3))
  const syncs = devices.map((device) => syncOf(office, device, port))
  await Promise.all(syncs.map((sync) => sync.flush()))
  for (const device of devices) device.close()
  const ends = Promise.all(syncs.map((sync) => sync.flush()))
  await kill(first)
  const second = await running('hears the devices', ...collect(port))
  expect(await ends).toEqual(['received', 'received', 'received'])
  for (const program of [second, broker]) {
    await kill(program, 'SIGTERM')
    expect(program.exitCode).toBe(0)
  }
  const store = valueOrThrow(await openCentreStore(office.storePath))
  expect(await store.tallies()).toHaveLength(3)
  await store.close()
  expect(statSync(office.storePath).mode & 0o077).toBe(0)
})

it('a collector waits for its broker, and ends when it is told to while it waits', async () => {
  const waiting = await running('connecting to', ...collect(await freePort()))
  await kill(waiting, 'SIGINT')
  expect(waiting.exitCode).toBe(0)
})

it('one that is to share refuses the embedded broker, and says what to do', async () => {
  const port = await freePort()
  await running('broker of', 'broker', '--home', home.folder, '--listen', `127.0.0.1:${port}`)
  const { code, text } = await ended(...collect(port, '--share'))
  expect(code).toBe(2)
  expect(text).toContain('this broker cannot share messages among collectors')
  expect(text).not.toContain(home.group)
})

it('Mosquitto’s configuration names files that are there, and its key is for the owner alone', async () => {
  const out = join(office.folder, 'mosquitto')
  const { code } = await ended(
    'broker-config',
    '--home',
    home.folder,
    '--out',
    out,
    '--listen',
    '127.0.0.1:1883',
  )
  expect(code).toBe(0)
  const text = readFileSync(join(out, 'mosquitto.conf'), 'utf8')
  const files = [...text.matchAll(/^\w*file (.*)$/gm)].map(([, file = '']) => file)
  expect(files).toHaveLength(4)
  expect(files.filter((file) => !existsSync(file))).toEqual([])
  expect(statSync(join(out, 'broker.key')).mode & 0o077).toBe(0)
  expect(text).not.toContain(home.group)
})

describe('a command that cannot be right is refused with what to do', () => {
  const broker = 'mqtts://127.0.0.1:8883'
  for (const [args, words] of [
    [[], 'say what to do: broker, broker-config, collect, '],
    [['broker'], '--home <folder>'],
    [['broker', 'now', '--home', 'HOME'], 'broker takes nothing but'],
    [['broker', '--home', '/nowhere'], 'there is no such folder'],
    [['broker', '--home', 'HOME', '--listen', '8883'], 'is no address and port'],
    [['broker', '--home', 'HOME', '--listen', '127.0.0.1:70000'], 'is no address and port'],
    [['broker', '--home', 'HOME', '--listen', '192.0.2.1:8883'], 'this computer has no such address'],
    [['broker', '--home', 'HOME', '--port', '1'], "Unknown option '--port'"],
    [['broker-config', '--home', 'HOME'], 'say where to write'],
    [['broker-config', '--home', 'HOME', '--out', '/proc/x'], 'it cannot be written'],
    [['broker-config', '--home', 'HOME', '--out', 'HOME/new', '--listen', '127.0.0.1:0'], 'no port 0'],
    [['collect'], '--broker mqtts://'],
    [['collect', '--broker', 'mqtt://127.0.0.1:1883'], 'is not MQTT over TLS'],
    [['collect', '--broker', 'mqtts://user:secret@127.0.0.1:8883'], 'it has a user or password in it'],
    [['collect', '--broker', 'mqtts://127.0.0.1'], 'it lacks the host or the port'],
    [['collect', '--broker', 'mqtts://127.0.0.1:8883/x'], 'there is something behind the port'],
    [['collect', '--broker', 'localhost'], 'this is no address of a broker'],
    [['collect', '--broker', broker], '--store <store>'],
    [
      ['collect', '--broker', broker, '--store', 'x', '--silence', 'long'],
      '--silence takes whole minutes, from 1 to 1440, or off',
    ],
    [['collect', '--broker', broker, '--store', 'HOME/no/x', '--home', 'HOME'], 'does not exist'],
    [['collect', '--broker', broker, '--store', 'HOME', '--home', 'HOME'], 'this is no file'],
    [['collect', '--broker', broker, '--store', 'HOME/keys.json', '--home', 'HOME'], 'not a database'],
    [
      ['collect', '--broker', broker, '--store', 'HOME/x', '--home', 'HOME', '--as', SECOND],
      'give --share too',
    ],
    [
      ['collect', '--broker', broker, '--store', 'HOME/x', '--home', 'HOME', '--share', '--as', 'x'],
      'no keys of "x"',
    ],
  ] as const) {
    it(args.join(' ') || '(nothing)', async () => {
      const { code, text } = await refused(...args.map((arg) => arg.replace('HOME', home.folder)))
      expect(text).toContain(words)
      expect(text).not.toContain('secret')
      expect(text).not.toMatch(/^ +at /m)
      expect(code).toBe(2)
    })
  }
})

describe('a home folder in which one file does not fit the others is named by it', () => {
  const now = Date.now()
  const json = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(home.folder, name), 'utf8'))
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(home.folder, name), content)
  const certificate = (name: string) => readFileSync(join(home.folder, `certificates/${name}.der`))
  for (const [what, file, damage] of [
    ['no centre.json', 'centre.json', () => write('centre.json', '')],
    [
      'another authority',
      'package.json',
      () =>
        write(
          'centre.json',
          JSON.stringify({ ...json('centre.json'), authority: json('keys.json')['group'] }),
        ),
    ],
    [
      'a wrong witness key',
      'keys.json',
      () => write('keys.json', JSON.stringify({ ...json('keys.json'), witness: json('keys.json')['group'] })),
    ],
    [
      'a wrong message key',
      `certificates/${CENTRE}.der`,
      () => write('keys.json', JSON.stringify({ ...json('keys.json'), message: json('keys.json')['group'] })),
    ],
    [
      'a key too short',
      'keys.json',
      () => write('keys.json', JSON.stringify({ ...json('keys.json'), group: 'AAAA' })),
    ],
    [
      'no keys of its own name',
      'keys.json',
      () => write('keys.json', JSON.stringify({ ...json('keys.json'), tls: {} })),
    ],
    ['an authority that is none', 'authority.der', () => write('authority.der', certificate(CENTRE))],
    [
      "another's certificate",
      `certificates/${SECOND}.der`,
      () => write(`certificates/${SECOND}.der`, certificate(CENTRE)),
    ],
    [
      "a device's certificate",
      `certificates/${SECOND}.der`,
      () => write(`certificates/${SECOND}.der`, new TestDevice(SECOND).certificate),
    ],
    [
      'a certificate that is not there',
      'certificates/x.example.der',
      () => {
        const keys = json('keys.json')
        write(
          'keys.json',
          JSON.stringify({ ...keys, tls: { ...(keys['tls'] as object), 'x.example': keys['group'] } }),
        )
      },
    ],
    [
      'a collector with the name of a device',
      'keys.json',
      () => {
        const { der } = identity('device-1', 'centre', { message: messageSigner })
        write('certificates/device-1.der', der)
        const keys = json('keys.json')
        const seed = toBase64(sha256(Buffer.from('tls device-1')))
        write('keys.json', JSON.stringify({ ...keys, tls: { ...(keys['tls'] as object), 'device-1': seed } }))
      },
    ],
    ['a package that nobody signed', 'package.json', () => write('package.json', '{}')],
  ] as const) {
    it(what, () => {
      damage()
      const read = readCentreHome(home.folder, now)
      expect(read).toMatchObject({ ok: false, error: { where: join(home.folder, file) } })
    })
  }

  it('is read after its certificates have ended, but for who connects by them', () => {
    const summer = { notBefore: new Date('2026-06-01T00:00:00Z'), notAfter: new Date('2026-06-20T00:00:00Z') }
    write(`certificates/${SECOND}.der`, identity(SECOND, 'centre', {}, undefined, summer).der)
    expect(readCentreHome(home.folder)).toMatchObject({ ok: true })
    const later = Date.parse('2026-09-20T00:00:00Z')
    expect(readCentreHome(home.folder, later)).toMatchObject({
      ok: false,
      error: { code: 'certificate.expired' },
    })
  })

  it('as it was made it is taken', () => {
    expect(readCentreHome(home.folder, now)).toMatchObject({ ok: true, value: { name: CENTRE } })
  })
})
