/** The published vectors of whole stations, each tried on the command line as anybody would. */
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { makeStation } from '../audit/fixtures.ts'
import { run } from '../audit/run.ts'
import { bendsOfLarge, bendsOfSmall } from './bent-stations.ts'
import { FAULTS, faultyStation } from './faulty-station.ts'
import { published } from './published.ts'
import { writtenFile, writtenFolder } from './vector-folders.ts'
import { LANGUAGES, vectorStation } from './vectors-of-ballots.ts'
import { type StationVector, stationVector } from './vectors-of-bundles.ts'

const small = vectorStation()
const large = makeStation('vectors', { casts: [33], languages: [...LANGUAGES] })
const STATIONS: readonly (readonly [name: string, vector: StationVector])[] = [
  ['station-small', stationVector(small, bendsOfSmall(small))],
  ['station-large', stationVector(large, bendsOfLarge(large))],
]

/** Code and place of what the auditor finds, the place below the folder of all bundles. */
async function found(vector: StationVector, files: StationVector['files']): Promise<string> {
  const folder = writtenFolder({ ...vector.files, ...files })
  const { exitCode, out, err } = await run(
    main,
    'verify',
    folder,
    '--json',
    '--authority',
    vector.authorityKey,
  )
  if (exitCode === 2)
    return `${/\(([a-z.-]+)\)/.exec(err)?.[1]} ${err.split(':')[0]}`.replace(`${folder}/`, '')
  const { findings } = JSON.parse(out) as { findings: { code: string; where: string }[] }
  const [first] = findings
  return first === undefined ? 'holds' : `${first.code} ${first.where.replace(`${folder}/`, '')}`
}

const faulty = faultyStation()
const FAULTY = {
  ...stationVector(faulty, []),
  findings: FAULTS.map(([code, place]) => ({ code, place })),
}

describe('the published vector station-faulty', () => {
  test('is what is published, holds without a secret, and has every fault when opened', async () => {
    const { authorityKey, shares, files, findings } = await published<typeof FAULTY>('station-faulty', FAULTY)
    const folder = writtenFolder(files)
    const paths = shares.map((share, i) => writtenFile(`share-${i + 1}.json`, share))
    const given = ['--authority', authorityKey, '--json', folder]
    expect((await run(main, 'verify', ...given)).exitCode).toBe(0)
    const { exitCode, out } = await run(main, 'open', ...paths.flatMap((path) => ['--share', path]), ...given)
    expect(exitCode).toBe(1)
    const report = JSON.parse(out) as { findings: { code: string; where: string }[] }
    const said = report.findings.map(({ code, where }) => ({ code, place: where.replace(`${folder}/`, '') }))
    const byText = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)
    expect(said.toSorted(byText)).toEqual(findings.toSorted(byText))
    expect(said.slice(-2)).toEqual(findings.slice(-2))
  })
})

describe.each(STATIONS)('the published vector %s', (name, made) => {
  test('is what is published, and holds', async () => {
    const vector = await published<StationVector>(name, made)
    expect(await found(vector, {})).toBe('holds')
  })

  test.each(made.bends.map((bend) => [bend.why, bend] as const))(
    'bent: %s',
    async (_, { code, place, files }) => {
      const said = await found(made, files)
      // What stands behind a place is for people.
      expect(said.replace(/(?: \(| at ).*$/, '')).toBe(`${code} ${place}`)
    },
  )
})
