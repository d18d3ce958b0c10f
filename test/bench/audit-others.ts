/**
 * The audit beside other people's append-only logs, each verifying the same number of records on one thread: hypercore reads blocks and Merkle tree
 * from its disk (`audit`), and takes them from another core with their proofs (`replicate`); ssb-validate checks a signature and the hash of
 * the message before, for each. They are no part of this project and are fetched for the run.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditCount } from '../../audit/count/audit-count.ts'
import { valueOrThrow } from '../../core/result.ts'
import { writeStations } from './audit-stations.ts'
import { machine, table } from './table.ts'

const FETCHED = ['hypercore@11.39.5', 'ssb-validate@4.1.4', 'ssb-keys@8.5.0']
const WISHES = { seed: 'bench audit others', stations: 4, devicesEach: 4, ballots: 500, entries: 1_500 }
const ROUNDS = 3

interface Hypercore {
  readonly key: Uint8Array
  readonly contiguousLength: number
  readonly core: {
    audit(options: {
      readonly dryRun: boolean
    }): Promise<{ readonly blocks: number; readonly corrupt: boolean }>
  }
  ready(): Promise<void>
  append(blocks: readonly Uint8Array[]): Promise<unknown>
  replicate(isInitiator: boolean): NodeJS.ReadWriteStream
  download(range: { readonly start: number; readonly end: number }): { done(): Promise<unknown> }
  close(): Promise<void>
}

interface SsbState {
  readonly error: Error | null
  readonly queue: readonly { readonly value: object }[]
}

interface SsbValidate {
  initial(): SsbState
  appendNew(state: SsbState, key: null, keys: object, content: object, timestamp: number): SsbState
  append(state: SsbState, key: null, message: object): SsbState
}

export async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'sandogh-bench-others-'))
  try {
    process.stdout.write(`${machine()}\n\n`)
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', scratch, ...FETCHED], {
      stdio: 'ignore',
    })
    const { country, stations } = await writeStations(WISHES, join(scratch))
    const journals = stations.flatMap(({ bundles }) => bundles).map(recordsOf)
    const records = journals.reduce((sum, journal) => sum + journal.length, 0)
    const fetched = async (name: string) =>
      (await import(join(scratch, 'node_modules', name, 'index.js'))).default
    const rows: [string, number][] = [
      [
        '`audit verify`: whole bundles, sealed ballots and certificates too',
        await best(() =>
          ours(
            country.authorityKey,
            stations.flatMap(({ folders }) => folders),
          ),
        ),
      ],
      ...(await hypercoreRows(await fetched('hypercore'), journals, join(scratch, 'cores'))),
      [
        'ssb-validate: a signature and a hash each',
        ssbSeconds(await fetched('ssb-validate'), await fetched('ssb-keys'), journals),
      ],
    ]
    const [[, first]] = rows as [[string, number]]
    const shown = rows.map(([name, seconds]) => [
      name,
      Math.round(records / seconds).toLocaleString('en'),
      (first / seconds).toFixed(3),
    ])
    process.stdout.write(
      table([`${records.toLocaleString('en')} records, one thread`, 'records a second', 'ratio'], shown),
    )
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** The entries of a journal as bytes. */
function recordsOf(bundle: string): readonly Uint8Array[] {
  const lines = readFileSync(join(bundle, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => Buffer.from(line))
}

async function best(measure: () => Promise<number>): Promise<number> {
  let seconds = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) seconds = Math.min(seconds, await measure())
  return seconds
}

async function ours(authorityKey: Uint8Array, paths: readonly string[]): Promise<number> {
  const order = {
    authorityKey,
    policy: undefined,
    programs: undefined,
    workers: 1,
    progress: { write: () => {} },
  }
  const begun = performance.now()
  const { findings } = valueOrThrow(await auditCount({ ...order, paths }))
  if (findings.length > 0) throw new Error(`it does not hold: ${findings[0]?.code}`)
  return (performance.now() - begun) / 1000
}

async function hypercoreRows(
  Core: new (storage: string, key?: Uint8Array) => Hypercore,
  journals: readonly (readonly Uint8Array[])[],
  folder: string,
): Promise<[string, number][]> {
  let [audited, replicated] = [0, 0]
  for (const [i, journal] of journals.entries()) {
    const source = new Core(join(folder, `${i}-source`))
    await source.ready()
    await source.append(journal)
    let begun = performance.now()
    const found = await source.core.audit({ dryRun: true })
    audited += performance.now() - begun
    if (found.corrupt || found.blocks !== journal.length) throw new Error('a core that does not hold')
    const copy = new Core(join(folder, `${i}-copy`), source.key)
    await copy.ready()
    begun = performance.now()
    const [here, there] = [source.replicate(true), copy.replicate(false)]
    here.pipe(there).pipe(here)
    await copy.download({ start: 0, end: journal.length }).done()
    replicated += performance.now() - begun
    if (copy.contiguousLength !== journal.length) throw new Error('a core that did not arrive')
    await copy.close()
    await source.close()
  }
  return [
    ['hypercore, `audit`: blocks and tree on its disk, no signature', audited / 1000],
    ['hypercore, `replicate`: each block with its proof, and written', replicated / 1000],
  ]
}

function ssbSeconds(
  validate: SsbValidate,
  { generate }: { generate(curve: string, seed: Uint8Array): object },
  journals: readonly (readonly Uint8Array[])[],
): number {
  let seconds = 0
  for (const [i, journal] of journals.entries()) {
    const keys = generate('ed25519', new Uint8Array(Buffer.alloc(32, i + 1)))
    let made = validate.initial()
    const messages = journal.map((record, at) => {
      made = validate.appendNew(
        made,
        null,
        keys,
        { ...JSON.parse(Buffer.from(record).toString()), type: 'entry' },
        at + 1,
      )
      return made.queue.at(-1)?.value ?? {}
    })
    const begun = performance.now()
    let state = validate.initial()
    for (const message of messages) {
      state = validate.append(state, null, message)
      if (state.error !== null && state.error !== undefined) throw state.error
    }
    seconds += (performance.now() - begun) / 1000
  }
  return seconds
}
