/** `sandogh simulate country` as it is installed, or from the folder of a weakened build. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { ROOT } from '../../structure/repository.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A folder for a run; with a country in it that another made. */
export function runFolder(country?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-country-test-'))
  folders.push(folder)
  if (country !== undefined)
    for (const name of ['country.db', '.sandogh-country']) cpSync(join(country, name), join(folder, name))
  return folder
}

/** Runs the command to its end. */
export async function simulateCountry(
  args: readonly string[],
  root = ROOT,
): Promise<{ readonly status: number; readonly said: string }> {
  const child = spawn(process.execPath, [join(root, 'bin/sandogh.js'), 'simulate', 'country', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const [status] = await once(child, 'close')
  return { status, said }
}
