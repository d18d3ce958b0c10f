/** Both brokers as processes of their own, on 127.0.0.1 and a free port, started from a home folder with the keys of the test office. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { sha256 } from '../../core/keys/hash.ts'
import { signPackage } from '../../core/package/package.ts'
import { valueOrThrow } from '../../core/result.ts'
import { writeMosquitto } from '../../fleet/broker/mosquitto.ts'
import { type CentreHome, readCentreHome, writeCentreHome } from '../../fleet/home.ts'
import type { Need } from '../oracles/needs.ts'
import { MOSQUITTO } from '../oracles/needs.ts'
import { ROOT } from '../structure/repository.ts'
import {
  authorityDer,
  authorityKey,
  CENTRE,
  election,
  identity,
  messageSigner,
  type Office,
  signerOf,
} from './office.ts'

export const SECOND = 'collector-2.example'

/** A broker at work. */
export interface RunningBroker {
  readonly port: number
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>
}

/** What a broker does with what it must not let through, where the two differ. */
export interface BrokerUnderTest {
  readonly name: string
  readonly needs: readonly Need[]
  start(home: CentreHome, port: number): Promise<RunningBroker>
  readonly ways: {
    /** A message on a topic that its sender may not write. */
    readonly forbiddenTopic: 'hangs up' | 'acknowledges and drops'
    /** A subscription to what the subscriber may not read. */
    readonly forbiddenFilter: 'refuses' | 'grants and delivers nothing'
    /** A client id that is not the certificate's subject. */
    readonly otherName: 'refuses' | 'takes the subject instead'
    /** A certificate of this authority that is no device's nor the centre's. */
    readonly otherRole: 'refuses' | 'lets it write its own topics'
    readonly lastingSession: 'refuses' | 'keeps its own messages for it'
    /** Who connects and says too little. Nobody waits for the longer time in a test. */
    readonly stalled: 'hangs up after 10 s' | 'hangs up after 95 s'
  }
}

export const AEDES: BrokerUnderTest = {
  name: 'the embedded broker (aedes)',
  needs: [],
  ways: {
    forbiddenTopic: 'hangs up',
    forbiddenFilter: 'refuses',
    otherName: 'refuses',
    otherRole: 'refuses',
    lastingSession: 'refuses',
    stalled: 'hangs up after 10 s',
  },
  start: async ({ folder }, port) => {
    const broker = sandogh('centre', 'broker', '--home', folder, '--listen', `127.0.0.1:${port}`)
    await said(broker, 'broker of')
    return { port, kill: () => kill(broker) }
  },
}

export const MOSQUITTO_BROKER: BrokerUnderTest = {
  name: 'Mosquitto, with our configuration',
  needs: [MOSQUITTO],
  ways: {
    forbiddenTopic: 'acknowledges and drops',
    forbiddenFilter: 'grants and delivers nothing',
    otherName: 'takes the subject instead',
    otherRole: 'lets it write its own topics',
    lastingSession: 'keeps its own messages for it',
    stalled: 'hangs up after 95 s',
  },
  start: (home, port) => startMosquitto(home, port),
}

/** @param change what other files say instead of our configuration and our access list */
export async function startMosquitto(
  home: CentreHome,
  port: number,
  change: (text: string) => string = (same) => same,
): Promise<RunningBroker> {
  const folder = join(home.folder, 'mosquitto')
  const file = valueOrThrow(writeMosquitto(folder, home, { host: '127.0.0.1', port }))
  for (const each of [file, join(folder, 'access-list')]) {
    writeFileSync(each, change(readFileSync(each, 'utf8')))
  }
  if (process.getuid?.() === 0) giveToMosquitto(home.folder, folder)
  const broker = spawn('/usr/sbin/mosquitto', ['-c', file], { stdio: 'ignore' })
  while (!(await isListening(port))) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended with ${broker.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return { port, kill: () => kill(broker) }
}

/** Started by root it becomes its own user, who must come to its files through the folders above. */
function giveToMosquitto(above: string, folder: string): void {
  const id = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'mosquitto']).toString())
  const [user, group] = [id('-u'), id('-g')]
  for (const path of [
    join(above, '..'),
    above,
    folder,
    ...readdirSync(folder).map((name) => join(folder, name)),
  ])
    chownSync(path, user, group)
}

/** A home folder with the office's keys, for the centre and a second collector. */
export function writeHome(office: Office): CentreHome {
  const folder = join(office.folder, 'home')
  const seed = (label: string) => sha256(Buffer.from(label))
  const identityOf = (name: string) => ({
    certificate: identity(name, 'centre', { message: messageSigner }).der,
    seed: seed(`tls ${name}`),
  })
  writeCentreHome(folder, {
    name: CENTRE,
    authorityKey,
    authorityDer,
    packageText: signPackage(election.definition, signerOf('authority')),
    identities: { [CENTRE]: identityOf(CENTRE), [SECOND]: identityOf(SECOND) },
    witnessSeed: seed('witness'),
    messageSeed: seed('centre message'),
    groupSecret: seed('group'),
  })
  return valueOrThrow(readCentreHome(folder, Date.now()))
}

/** The one command, as a process of its own. */
export function sandogh(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'bin/sandogh.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Resolves when it has said so on its standard output; rejects with what it said if it ends before. */
export async function said(program: ChildProcess, words: string): Promise<void> {
  let text = ''
  program.stderr?.on('data', (bytes) => {
    text += bytes
  })
  await new Promise<void>((resolve, reject) => {
    program.stdout?.on('data', (bytes) => {
      text += bytes
      if (text.includes(words)) resolve()
    })
    program.once('exit', () => reject(new Error(text)))
  })
}

export async function kill(program: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const gone = once(program, 'exit')
  program.kill(signal)
  await gone
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
