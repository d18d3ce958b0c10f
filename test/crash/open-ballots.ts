/** What the sealed ballots on a device's media say: opened with the trustees' shares and counted one by one, without the tally that the device kept beside them. */
import { ballotOpener } from '../../core/ballot-box/sealed-ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import { station } from '../device-agent/store/voting.ts'

const { definition, hash: packageHash } = station.electionPackage
const { threshold } = definition.constituency.trustees
const secretKey = valueOrThrow(combineShares(station.shares.slice(0, threshold)))

/**
 * @returns by contest the blank ballots, the valid ones, then the votes of each option, as `Voters.shadow` has them. Throws for a ballot that does not
 *   open, or that is there twice
 */
export function countOpened(store: DeviceStore): readonly (readonly number[])[] {
  const openers = originsOf(store).map((origin) =>
    ballotOpener({ definition, packageHash, origin }, secretKey),
  )
  const ids = new Set<string>()
  const counts = definition.contests.map(({ candidates, lists }) =>
    new Array<number>(2 + candidates.length + lists.length).fill(0),
  )
  for (const sealed of [...store.batches().values()].flat()) {
    const opened = openers.map((open) => open(sealed)).find((each) => 'ballot' in each)
    if (opened === undefined) throw new Error('a ballot does not open')
    const id = toBase64(opened.id)
    if (ids.has(id)) throw new Error('a ballot is there twice')
    ids.add(id)
    for (const [i, contest] of (contestsOfStyle(definition, opened.style) ?? []).entries()) {
      const choice = opened.ballot[i] ?? []
      const count = counts[definition.contests.indexOf(contest)] ?? []
      for (const at of [choice.length === 0 ? 0 : 1, ...choice.map((option) => 2 + option)])
        count[at] = (count[at] ?? 0) + 1
    }
  }
  return counts
}

/** Its own journal's, and of a spare that of the device whose place it took. */
function originsOf(store: DeviceStore): readonly string[] {
  const [first] = store.adopted?.entries ?? []
  if (first === undefined) return [store.origin]
  const { origin } = JSON.parse(Buffer.from(first).toString('utf8')) as { origin: string }
  return [store.origin, origin]
}
