/** Whoever kills `report` or `open --out`, at whatever moment, leaves the whole result under its name, or nothing. */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../structure/repository.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { weakenedFolder } from './weakened/weaken.ts'

const { bundles, shares } = writeStation(makeStation('killed', { casts: [40, 40] }))
const key = join(testFolder(), 'key.pem')
writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))

/** What each verb is called with; the report without a browser, which ends it with a refusal when all but the PDF is there. */
const VERBS = {
  report: [`'${bundles}', '--sign', '${key}'`, `, '/nowhere/chromium'`],
  open: [
    `${shares
      .slice(0, 3)
      .map((share) => `'--share', '${share}', `)
      .join('')}'${bundles}', '--sign', '${key}'`,
    '',
  ],
} as const
type Verb = keyof typeof VERBS

/** Runs a verb of the program in that folder, in a process that is killed before its nth change of the disk. */
function killed(verb: Verb, program: string, out: string, at: number | undefined) {
  const [args, more] = VERBS[verb]
  const module = JSON.stringify(join(program, 'audit/commands', `${verb}.ts`))
  const script = `const { ${verb} } = await import(${module}); await ${verb}([${args}, '--out', '${out}']${more})`
  const preload = join(import.meta.dirname, 'killed/kill-at.ts')
  return spawnSync(process.execPath, ['--import', preload, '--input-type=module', '-e', script], {
    env: { ...process.env, SANDOGH_KILL_AT: String(at ?? '') },
    encoding: 'utf8',
  })
}

/** Names and bytes of a file or folder; undefined if it is not there. */
function contentOf(path: string): ReadonlyMap<string, string> | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  const files = found.isFile() ? [''] : readdirSync(path).sort()
  return new Map(files.map((name) => [name, readFileSync(join(path, name)).toString('base64')]))
}

/** Kills a verb at every moment, a weakened one until something is found. @returns the moments at which something unfinished stood under its name, and all that there are */
function halfResults(
  verb: Verb,
  program: string,
): { readonly half: readonly number[]; readonly all: number } {
  const reference = join(testFolder(), 'result')
  killed(verb, ROOT, reference, undefined)
  const whole = contentOf(reference)
  expect(whole?.size).toBe(verb === 'report' ? 3 : 1)
  const half: number[] = []
  for (let at = 1; ; at += 1) {
    const out = join(mkdtempSync(join(testFolder(), 'killed-')), 'result')
    const { signal } = killed(verb, program, out, at)
    const left = contentOf(out)
    if (signal !== 'SIGKILL') {
      expect(left).toEqual(whole)
      return { half, all: at - 1 }
    }
    const isHalf = left !== undefined && JSON.stringify([...left]) !== JSON.stringify([...(whole ?? [])])
    if (isHalf) half.push(at)
    if (isHalf && program !== ROOT) return { half, all: at }
  }
}

test.each(['report', 'open'] as const)('%s leaves no half result, whenever it is killed', (verb) => {
  const { half, all } = halfResults(verb, ROOT)
  expect(half).toEqual([])
  expect(all).toBeGreaterThanOrEqual(5)
})

test.each(['report', 'open'] as const)('%s would, did it write under its own name', (verb) => {
  const weak = weakenedFolder([
    { file: 'audit/finished-output.ts', line: 'const part = nameBeside(place)', by: 'const part = place' },
    {
      file: 'audit/finished-output.ts',
      line: '        checkFree(place)\n        renameSync',
      by: '        renameSync',
    },
  ])
  expect(halfResults(verb, weak).half).not.toEqual([])
})

test.each([
  ['report', /calls: mkdirSync(, writeFileSync, fsyncSync){3}, fsyncSync, renameSync, fsyncSync\n/],
  ['open', /calls: writeFileSync, writeFileSync, fsyncSync, fsyncSync, renameSync, fsyncSync\n/],
] as const)('%s is on the disk before it has its name, and its name when it ends', (verb, order) => {
  expect(killed(verb, ROOT, join(testFolder(), 'result'), undefined).stderr).toMatch(order)
})
