/**
 * The long run, for evidence: `npm run soak -- mutations [--count 10000] [--seed S] [--first 0] [--one]`. Both verifiers judge bundles that devices
 * of the demonstration left, and stations whose keys are known, each with something done to it; behind those from number 0 on come files of 64 MiB;
 * `--one` asks ours alone.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { signerOf } from '../../audit/verify/reference.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { type Original, readFolders } from './folders.ts'
import { heavyMutations } from './heavy.ts'
import { type Drawn, drawMutation, type Tried, tryMutation } from './mutations.ts'
import { fixtureOriginals } from './originals.ts'
import { firstVerifier, secondVerifier } from './verifiers.ts'

/** No file of 64 MiB is worth more. */
const MOST_MIB = 2500

/** @returns 0 if every verdict was right, else 1 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '10000' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
      first: { type: 'string', default: '0' },
      one: { type: 'boolean', default: false },
    },
  })
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`seed ${values.seed}`)
  const scratch = mkdtempSync(join(tmpdir(), 'sandogh-mutations-'))
  const verifiers = values.one ? [firstVerifier()] : [firstVerifier(), secondVerifier()]
  const codes = new Map<string, number>()
  const sums = { mutations: 0, harmless: 0, refused: 0, untold: 0, faults: 0 }
  try {
    const originals = [...fixtureOriginals(), demonstration(scratch)]
    const [first, count] = [Number(values.first), Number(values.count)]
    const judge = async (name: number | string, drawn: Drawn) => {
      const tried = await tryMutation(drawn, verifiers, scratch)
      sums.mutations += 1
      sums[kindOf(tried)] += 1
      const code = tried.finding.split(' ')[0] ?? ''
      codes.set(code, (codes.get(code) ?? 0) + 1)
      if (tried.faults.length > 0) {
        sums.faults += 1
        say(describe(name, tried))
      }
      if (sums.mutations % 500 === 0) say(JSON.stringify({ ...sums, ...Object.fromEntries(codes) }))
    }
    for (let number = first; number < first + count; number += 1)
      await judge(number, drawMutation(originals, values.seed, number))
    const tellMost = (of: string) => {
      for (const verifier of verifiers)
        say(
          `${verifier.name}${of}: ${Math.round(verifier.longestMs)} ms at most, ${verifier.peakMiB()} MiB at most`,
        )
    }
    tellMost('')
    const [large] = originals
    if (first === 0 && large !== undefined) {
      for (const mutated of heavyMutations(large))
        await judge('heavy', { original: large, mutated, isHarmless: false })
      tellMost(', with files of 64 MiB')
    }
    say(JSON.stringify(sums))
    for (const [code, times] of [...codes].sort(([, a], [, b]) => b - a))
      say(`${String(times).padStart(6)}  ${code || 'holds'}`)
    const isModest = verifiers.every((verifier) => verifier.peakMiB() < MOST_MIB)
    return sums.faults === 0 && isModest ? 0 : 1
  } finally {
    for (const verifier of verifiers) verifier.close()
    rmSync(scratch, { recursive: true })
  }
}

/** What came of it: `untold` is a lie that nobody can know. */
function kindOf({ isHarmless, finding }: Tried): 'harmless' | 'refused' | 'untold' {
  if (isHarmless) return 'harmless'
  return finding === '' ? 'untold' : 'refused'
}

function describe(name: number | string, { original, mutated, faults }: Tried): string {
  return [`${name} ${original.name}: ${mutated.what}`, ...faults.map((fault) => `    ${fault}`)].join('\n')
}

/** The bundles of a station that voted: the demonstration is run for them. */
function demonstration(scratch: string): Original {
  const out = join(scratch, 'demonstration')
  const command = fileURLToPath(new URL('../../bin/sandogh.js', import.meta.url))
  execFileSync(process.execPath, [command, 'demo', '--auto', '--seed', 'mutations', '--out', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const bundles = join(out, 'bundles')
  const [device = ''] = readdirSync(bundles).filter((name) => name !== 'check-in')
  const key = signerOf(readFileSync(join(bundles, device, 'package.json'), 'utf8'))
  if (key === undefined) throw new Error('the demonstration left no package')
  const folders = readFolders(bundles)
  // The same station, as if of another election: nothing of it is known to be earlier, and its keys are not kept to lie with.
  const foreign = fixtureOriginals()[0]?.foreign ?? new Map()
  return {
    name: 'demonstration',
    authorityKey: toBase64(key),
    folders,
    earlier: new Map(),
    foreign,
    lies: [],
  }
}
