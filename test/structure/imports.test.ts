import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { referencesOf } from './references.ts'
import { ROOT, repositoryTexts } from './repository.ts'
import { findViolations, npmPackagesOf } from './rules.ts'

const files = repositoryTexts()
const references = referencesOf(files)

describe('this repository', () => {
  test('keeps the rules on who may import whom', () => {
    expect(findViolations(files, references)).toEqual([])
  })

  test('loads in the ballot program only the packages that the README lists', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const [, section = ''] = readme.split("\n## The ballot program's own dependencies\n")
    const items = section.split('\n## ')[0]?.match(/^- .*$/gm) ?? []
    const listed = items.flatMap((item) => [...item.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
    expect(npmPackagesOf('device-agent/ballot/main.ts', references)).toEqual(listed.toSorted())
  })

  test('asks npm for the packages that its code imports, and for no other', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, object>
    const imported = (inTests: boolean) =>
      references
        .filter(({ from }) => (from.startsWith('test/') || from === 'vitest.config.ts') === inTests)
        .flatMap(({ to }) => (to.is === 'npm' ? [to.name] : []))
    const dependencies = Object.keys(manifest['dependencies'] ?? {})
    const all = [...dependencies, ...Object.keys(manifest['devDependencies'] ?? {})]
    expect(dependencies.filter((name) => !imported(false).includes(name))).toEqual([])
    expect(imported(false).filter((name) => !dependencies.includes(name))).toEqual([])
    expect(imported(true).filter((name) => !all.includes(name))).toEqual([])
  })
})

/** A small house in which every rule is kept. */
const HOUSE: Readonly<Record<string, string>> = {
  'bin/sandogh.js': '',
  'command.ts':
    "import { ok } from './core/result.ts'\nconst areas = { demo: () => import('./demo/cli.ts') }",
  'core/result.ts': 'export const ok = 1',
  'core/keys/hash.ts': "import { hash } from 'node:crypto'\nexport const sha256 = hash",
  'core/election/tally.ts':
    "import { ok } from '../result.ts'\nimport { canonicalJson } from '../text/json.ts'",
  'core/text/json.ts': "import { z } from 'zod'\nexport const canonicalJson = z",
  'ui/screen.ts': "export type Screen = import('../core/result.ts').Result",
  'ui/fonts.ts':
    "import { createRequire } from 'node:module'\nconst { resolve } = createRequire(import.meta.url)\nresolve('vazirmatn/package.json')",
  'ui/paper/slip.ts': "import { fonts } from '../fonts.ts'",
  'firmware/link/framer.ts': "import type { Clock } from '../../core/result.ts'",
  'simulator/seeded-random.ts': "import { ok } from '../core/result.ts'",
  'simulator/printer.ts': "import { ok } from '../core/result.ts'",
  'device-agent/cli.ts': "export const run = () => import('./ballot/main.ts')",
  'device-agent/ballot/main.ts':
    "import 'mqtt'\nimport type { X } from 'zod'\nimport '../store/store.ts'\nimport '../../firmware/link/framer.ts'\nnew URL('../../dist/web/ballot', import.meta.url)",
  'device-agent/check-in/main.ts': "import '../store/store.ts'",
  'device-agent/store/store.ts': "import 'better-sqlite3/lib/x.js'\nimport '../../core/keys/hash.ts'",
  'audit/cli.ts': "import '../ui/screen.ts'",
  'fleet/web/main.tsx':
    "import '../../ui/screen.ts'\nimport '../../core/election/tally.ts'\nconst p = <p>b</p>",
  'demo/cli.ts': "import '../simulator/seeded-random.ts'\nimport '../firmware/link/framer.ts'",
  'demo/build.ts': "if (import.meta.main) await import('vite')",
  'demo/data.csv': '',
  'demo/data.ts':
    "const data = new URL('data.csv', import.meta.url)\nconst bin = new URL('../bin/sandogh.js', import.meta.url)",
  'test/any.test.ts': "const file = '../demo/cli.ts'\nawait import(file)",
}

const withPlanted = (planted: Readonly<Record<string, string>>) =>
  new Map(Object.entries({ ...HOUSE, ...planted }))

function violationsIn(planted: Readonly<Record<string, string>>): readonly string[] {
  const house = withPlanted(planted)
  return findViolations(house, referencesOf(house))
}

describe('the rules', () => {
  test('find nothing in a house that keeps them', () => {
    expect(violationsIn({})).toEqual([])
  })

  test('tell what a program loads from npm: itself and through others, not types', () => {
    const packagesWith = (planted: Readonly<Record<string, string>>) =>
      npmPackagesOf('device-agent/ballot/main.ts', referencesOf(withPlanted(planted)))
    expect(packagesWith({})).toEqual(['better-sqlite3', 'mqtt'])
    const grown = { 'core/keys/hash.ts': "export { x } from '@noble/hashes/blake2.js'" }
    expect(packagesWith(grown)).toContain('@noble/hashes')
  })

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['core knows ui', { 'core/a.ts': "\nimport '../ui/screen.ts'" }, 'core/a.ts:2: refers to ui/screen.ts'],
    ['core knows a type of ui', { 'core/a.ts': "import type { S } from '../ui/screen.ts'" }, 'core/a.ts:1'],
    ['core re-exports ui', { 'core/a.ts': "export * from '../ui/screen.ts'" }, 'core/a.ts:1'],
    [
      'core re-exports a type of ui',
      { 'core/a.ts': "export type { S } from '../ui/screen.ts'" },
      'core/a.ts:1',
    ],
    [
      'core names a type of ui in place',
      { 'core/a.ts': "let s: import('../ui/screen.ts').S" },
      'core/a.ts:1',
    ],
    [
      'core loads ui when running',
      { 'core/a.ts': "const s = await import('../ui/screen.ts')" },
      'core/a.ts:1',
    ],
    ['core loads by a template', { 'core/a.ts': 'await import(`../ui/screen.ts`)' }, 'core/a.ts:1'],
    ['core declares into ui', { 'core/a.ts': "declare module '../ui/screen.ts' {}" }, 'core/a.ts:1'],
    ['core references ui', { 'core/a.ts': "/// <reference path='../ui/screen.ts' />" }, 'core/a.ts:1'],
    ['ui knows firmware', { 'ui/a.ts': "import '../firmware/link/framer.ts'" }, 'ui/a.ts:1'],
    ['firmware knows ui', { 'firmware/a.ts': "import '../ui/screen.ts'" }, 'firmware/a.ts:1'],
    [
      'firmware knows the device',
      { 'firmware/a.ts': "import '../device-agent/store/store.ts'" },
      'firmware/a.ts:1',
    ],
    [
      'the simulator knows firmware',
      { 'simulator/a.ts': "import { f } from '../firmware/link/framer.ts'" },
      'simulator/a.ts:1: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator requires firmware',
      {
        'simulator/a.ts':
          "import { createRequire } from 'node:module'\nconst load = createRequire(import.meta.url)\nload('../firmware/link/framer.ts')",
      },
      'simulator/a.ts:3: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator requires firmware at once',
      {
        'simulator/a.ts':
          "import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('../firmware/link/framer.ts')",
      },
      'simulator/a.ts:2: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator resolves firmware',
      { 'simulator/a.ts': "import(import.meta.resolve('../firmware/link/framer.ts'))" },
      'simulator/a.ts:1: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator resolves firmware for a require of its own',
      {
        'simulator/a.ts':
          "import { createRequire } from 'node:module'\nconst r = createRequire(import.meta.url)\nr.resolve('../firmware/link/framer.ts')",
      },
      'simulator/a.ts:3: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator starts firmware as a worker',
      { 'simulator/a.ts': "new Worker(new URL('../firmware/link/framer.ts', import.meta.url))" },
      'simulator/a.ts:1: refers to firmware/link/framer.ts',
    ],
    [
      'the simulator opens the folder that holds firmware',
      { 'simulator/a.ts': "new URL('..', import.meta.url)" },
      'simulator/a.ts:1: refers to .',
    ],
    [
      'a computed import',
      { 'audit/a.ts': 'export const f = (x: string) => import(x)' },
      'audit/a.ts:1: refers to a computed',
    ],
    [
      'a computed piece of an import',
      { 'audit/a.ts': "const x = 'y.ts'\nimport('../fleet/' + x)" },
      'audit/a.ts:2',
    ],
    [
      'a computed URL',
      { 'audit/a.ts': 'new URL(name, import.meta.url)' },
      'audit/a.ts:1: refers to a computed',
    ],
    [
      'a computed address',
      { 'audit/a.ts': "join(import.meta.dirname, '..')" },
      'audit/a.ts:1: refers to the address',
    ],
    [
      'a require under another name',
      { 'audit/a.ts': "import { createRequire as load } from 'node:module'\nload(import.meta.url)('x')" },
      'audit/a.ts:1: refers to createRequire is handed on',
    ],
    [
      'a require that is handed on',
      {
        'audit/a.ts':
          "import { createRequire } from 'node:module'\nconst r = createRequire(import.meta.url)\nconst q = r",
      },
      'audit/a.ts:3: refers to r is handed on',
    ],
    [
      'an import of what is not there',
      { 'audit/a.ts': "import './b.ts'" },
      'audit/a.ts:1: refers to ./b.ts, which is not',
    ],
    ['an import without its ending', { 'audit/a.ts': "import '../core/result'" }, 'audit/a.ts:1'],
    [
      'an import by an absolute path',
      { 'audit/a.ts': "import '/etc/x.ts'" },
      'audit/a.ts:1: refers to /etc/x.ts',
    ],
    [
      'the device knows the audit',
      { 'device-agent/a.ts': "import '../audit/cli.ts'" },
      'device-agent/a.ts:1',
    ],
    [
      'the device knows the simulator',
      { 'device-agent/a.ts': "import '../simulator/printer.ts'" },
      'device-agent/a.ts:1',
    ],
    [
      'the audit reads built pages',
      { 'audit/a.ts': "new URL('../dist/web/ballot', import.meta.url)" },
      'audit/a.ts:1: refers to dist/web/ballot',
    ],
    ['the audit knows firmware', { 'audit/a.ts': "import '../firmware/link/framer.ts'" }, 'audit/a.ts:1'],
    [
      'what reads trustees’ cards knows another driver',
      { 'audit/open/share-cards.ts': "import '../../firmware/printer/driver.ts'" },
      'audit/open/share-cards.ts:1',
    ],
    [
      'the audit knows the device',
      { 'audit/a.ts': "import '../device-agent/store/store.ts'" },
      'audit/a.ts:1',
    ],
    [
      'provisioning knows the demonstration',
      { 'provisioning/a.ts': "import '../demo/data.ts'" },
      'provisioning/a.ts:1',
    ],
    [
      'fleet knows provisioning',
      { 'provisioning/b.ts': '', 'fleet/a.ts': "import '../provisioning/b.ts'" },
      'fleet/a.ts:1',
    ],
    [
      'registration knows fleet',
      { 'fleet/b.ts': '', 'registration/a.ts': "import '../fleet/b.ts'" },
      'registration/a.ts:1',
    ],
    ['the audit knows a test', { 'audit/a.ts': "import '../test/any.test.ts'" }, 'audit/a.ts:1'],
    [
      'the audit reads data of the demonstration',
      { 'audit/a.ts': "new URL('../demo/data.csv', import.meta.url)" },
      'audit/a.ts:1',
    ],
    ['an area knows the command', { 'audit/a.ts': "import '../command.ts'" }, 'audit/a.ts:1'],
    [
      'the command loads an area at once',
      { 'command.ts': "import './audit/cli.ts'" },
      'command.ts:1: refers to audit/cli.ts',
    ],
    [
      'the command loads more than a cli',
      { 'command.ts': "import('./device-agent/ballot/main.ts')" },
      'command.ts:1',
    ],
    [
      'ballot knows check-in',
      { 'device-agent/ballot/a.ts': "import type { X } from '../check-in/main.ts'" },
      'device-agent/ballot/a.ts reaches device-agent/check-in/main.ts',
    ],
    [
      'check-in knows ballot through the store',
      { 'device-agent/store/store.ts': "import('../ballot/main.ts')" },
      'device-agent/check-in/main.ts reaches device-agent/ballot/main.ts',
    ],
    [
      'the election needs Node',
      { 'core/election/a.ts': "import 'node:fs'" },
      'core/election/a.ts:1: uses node:fs',
    ],
    [
      'the election needs Node unprefixed',
      { 'core/election/a.ts': "import 'fs'" },
      'core/election/a.ts:1: uses node:fs',
    ],
    [
      'the election asks the process for Node',
      { 'core/election/a.ts': "process.getBuiltinModule('fs')" },
      'core/election/a.ts:1: uses node:fs',
    ],
    [
      'text needs Node through another',
      { 'core/text/a.ts': "import '../keys/hash.ts'" },
      'core/text/a.ts reaches core/keys/hash.ts, which needs Node',
    ],
    ['the screen needs Node', { 'ui/a.ts': "import 'node:fs'" }, 'ui/a.ts:1: uses node:fs'],
    [
      'the screen needs paper',
      { 'ui/a.ts': "import './paper/slip.ts'" },
      'ui/a.ts reaches ui/fonts.ts, which needs Node',
    ],
    ['a page knows keys', { 'fleet/web/a.ts': "import '../../core/keys/hash.ts'" }, 'fleet/web/a.ts:1'],
    [
      'a page knows its server',
      { 'fleet/a.ts': '', 'fleet/web/a.ts': "import '../a.ts'" },
      'fleet/web/a.ts:1',
    ],
    [
      'a page draws on paper',
      { 'fleet/web/a.ts': "import '../../ui/fonts.ts'" },
      'fleet/web/a.ts reaches ui/fonts.ts',
    ],
    [
      'a device can be seeded',
      { 'device-agent/ballot/main.ts': "import('../../simulator/seeded-random.ts')" },
      'device-agent/cli.ts reaches simulator/seeded-random.ts',
    ],
    [
      'a device can be seeded through others',
      {
        'device-agent/store/store.ts': "import './b.ts'",
        'device-agent/store/b.ts': "import '../../demo/cli.ts'",
      },
      'device-agent/ballot/main.ts reaches simulator/seeded-random.ts',
    ],
    [
      'a peripheral is seeded by itself',
      { 'simulator/printer.ts': "import './seeded-random.ts'" },
      'simulator/printer.ts reaches simulator/seeded-random.ts',
    ],
    ['a folder of utils', { 'core/utils/bytes.ts': '' }, 'core/utils/bytes.ts: a name that says nothing'],
    ['a file of helpers', { 'test/helpers.ts': '' }, 'test/helpers.ts: a name that says nothing'],
    ['a common page', { 'docs/common.md': '' }, 'docs/common.md: a name that says nothing'],
    ['an area that the house does not know', { 'library/a.ts': '' }, 'library/a.ts: this folder is no area'],
    ['code at the top', { 'start.ts': '' }, 'start.ts: this folder is no area'],
  ])('refuse it when %s', (_, planted, expected) => {
    const found = violationsIn(planted)
    expect(
      found.some((violation) => violation.startsWith(expected)),
      found.join('\n'),
    ).toBe(true)
  })
})
