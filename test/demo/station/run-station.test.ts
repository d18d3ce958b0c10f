/** The command that opens a station, as a process: where it is, and that nothing of it is left however it ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { SANDOGH } from '../../end-to-end/command.ts'

const folders: string[] = []
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Opens a station; resolves once it has printed its addresses. */
async function open(port: number) {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-run-station-'))
  folders.push(out)
  const child = spawn(process.execPath, [SANDOGH, 'demo', '--out', out, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  let said = ''
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ctrl-C')) resolve()
    })
  })
  const ports = [...said.matchAll(/http:\/\/127\.0\.0\.1:(\d+)\/\?token=/g)].map(([, found]) => Number(found))
  return { child, out, said, ports }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

/** Waits until nobody answers there any more. */
async function silent(ports: readonly number[]): Promise<void> {
  for (const port of ports) await expect.poll(() => answers(port), { timeout: 20_000 }).toBe(false)
}

/** Below those that a computer gives to connections. */
const PORT = 27_300

test('three addresses one behind the other; Ctrl-C ends everything, and its folder may be used again', async () => {
  const { child, out, ports } = await open(PORT)
  expect(ports).toEqual([PORT, PORT + 1, PORT + 2])
  expect(readFileSync(join(out, '.sandogh-demo'), 'utf8')).toContain(`in use by process ${child.pid}`)
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  await silent(ports)
  expect(readFileSync(join(out, '.sandogh-demo'), 'utf8')).not.toContain('in use')
})

test('for a port that another program has a free one is used, and it is said', async () => {
  const other = createServer().listen(PORT + 11, '127.0.0.1')
  await once(other, 'listening')
  const { said, ports } = await open(PORT + 10)
  other.close()
  expect(said).toContain(`Port ${PORT + 11} cannot be had, another program has it: a free one is used.`)
  expect([ports[0], ports[2]]).toEqual([PORT + 10, PORT + 12])
  expect(ports[1]).not.toBe(PORT + 11)
})

test('a station that is killed leaves no device behind', async () => {
  const { child, ports } = await open(PORT + 20)
  expect(await answers(PORT + 20)).toBe(true)
  child.kill('SIGKILL')
  await silent(ports)
})
