/** A PostgreSQL server of a run's or a test's own: Debian's program on a folder of its own, on this computer alone, ended with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

const PROGRAMS = '/usr/lib/postgresql'
const PASSWORD = 'for a test'

/** The folder of the newest version's programs; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(PROGRAMS) ? readdirSync(PROGRAMS).map(Number).filter(Number.isInteger) : []
  const newest = versions.sort((a, b) => b - a)[0]
  return newest === undefined ? undefined : `${PROGRAMS}/${newest}/bin`
}

export class PostgresServer {
  readonly #folder: string
  readonly #port: number
  #process: ChildProcess | undefined
  #databases = 0

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  /** @param parent where its folder is made */
  static async start(settings: readonly string[] = [], parent = tmpdir()): Promise<PostgresServer> {
    const folder = mkdtempSync(join(parent, 'sandogh-postgres-'))
    const password = join(folder, 'password')
    writeFileSync(password, PASSWORD)
    for (const path of [folder, password]) giveAway(path)
    const made = runAsPostgres('initdb', [
      `--pgdata=${folder}/data`,
      '--username=sandogh',
      '--auth=scram-sha-256',
      `--pwfile=${password}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ])
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
    const server = new PostgresServer(folder, await freePort())
    await server.run(settings)
    return server
  }

  /** Of the server; its backends are its children. */
  get pid(): number | undefined {
    const child = this.#process
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined
  }

  url(database = 'postgres'): string {
    return `postgres://sandogh:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}/${database}`
  }

  /** Starts the program, again after it was killed; resolves when it lets in. */
  async run(settings: readonly string[] = []): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const options = [
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        'recovery_init_sync_method=syncfs',
        ...settings,
      ]
      const child = spawnAsPostgres('postgres', [
        '-D',
        join(this.#folder, 'data'),
        '-p',
        String(this.#port),
        ...options.flatMap((option) => ['-c', option]),
      ])
      this.#process = child
      while (child.exitCode === null && child.signalCode === null) {
        if (await this.#letsIn()) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      // Processes of one that was killed end a little later than it, and hold its memory until then.
      if (tries > 100) throw new Error(readFileSync(join(this.#folder, 'log'), 'utf8'))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** An empty database. */
  async database(): Promise<string> {
    this.#databases += 1
    const name = `test_${this.#databases}`
    await this.ask(`CREATE DATABASE ${name}`)
    return this.url(name)
  }

  async ask(sql: string, url = this.url()): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  /** `kill -9` of the server. Its children end when they see it, and one may serve a client once more until then: they are waited for. */
  async kill(): Promise<void> {
    const pid = this.#process?.pid
    const children = pid === undefined ? [] : childrenOf(pid)
    await this.#end('SIGKILL')
    while (children.some((child) => existsSync(`/proc/${child}`)))
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async close(): Promise<void> {
    await this.#end('SIGINT')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  async #letsIn(): Promise<boolean> {
    return this.ask('SELECT 1').then(
      () => true,
      () => false,
    )
  }
}

function childrenOf(pid: number): readonly string[] {
  const list = `/proc/${pid}/task/${pid}/children`
  const listed = existsSync(list) ? readFileSync(list, 'utf8') : ''
  return listed.split(' ').filter((child) => child !== '')
}

/** PostgreSQL does not run as root. */
function asPostgres(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  const path = join(postgresPrograms() ?? '', program)
  if (process.getuid?.() !== 0) return [path, args]
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', path, ...args]]
}

function runAsPostgres(program: string, args: readonly string[]) {
  const [command, words] = asPostgres(program, args)
  return spawnSync(command, words, { encoding: 'utf8', cwd: '/' })
}

function spawnAsPostgres(program: string, args: readonly string[]): ChildProcess {
  const [command, words] = asPostgres(program, args)
  return spawn(command, words, { stdio: 'ignore', cwd: '/' })
}

function giveAway(path: string): void {
  if (process.getuid?.() !== 0) return
  const [, , user, group] = (
    spawnSync('getent', ['passwd', 'postgres'], { encoding: 'utf8' }).stdout ?? ''
  ).split(':')
  chownSync(path, Number(user), Number(group))
}

/** A port on which nobody listens. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
