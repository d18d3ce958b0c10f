/**
 * A station on whose day a device dies: real stores, a spare that takes over from a copy of the dead medium, bundles as the devices write them.
 * What the dead device did after that copy, and a second spare with the same medium, are there for whoever wants them.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { takeOver } from '../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium } from '../../device-agent/store/dead-media.ts'
import { readDeadMedium } from '../../device-agent/store/dead-medium.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { exportBundle } from '../device-agent/ballot/on-stick.ts'
import type { TakeoverBuild } from '../device-agent/store/dead-device.ts'
import { openHome, writeHome } from '../device-agent/store/home.ts'
import { checks, firstSpare, people, secondSpare } from '../device-agent/store/spare.ts'
import { clock, dayKey, officers, openPolls, station, Voters } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import type { TestDevice } from './fixtures.ts'
import { issuedText } from './left-behind.ts'

/** What is left in the evening. */
export interface TakenOverStation {
  /** Bundles of the spare and of the other device, and the check-in's count. */
  readonly bundles: string
  /** Bundles of the dead device, which went on, and of a second spare; each in a folder of its own. */
  readonly wentOn: string
  readonly secondSpare: string
  readonly shares: readonly string[]
  /** By contest: blank, valid, then each option, over the whole station. */
  readonly meant: readonly (readonly number[])[]
  readonly ballots: number
}

/** @param ballots how many were cast on the device before it died, on the spare, and on the other device */
export function takenOverStation(
  folder: string,
  [before, after, beside]: readonly [number, number, number],
  build: TakeoverBuild = { readDeadMedium, chooseMedium, takeOver },
): TakenOverStation {
  const [first, second] = station.devices as readonly [TestDevice, TestDevice]
  const bundles = join(folder, 'bundles')
  const homeOf = (device: TestDevice, out: string) => {
    const home = join(folder, `home of ${device.id} for ${out.split('/').at(-1)}`)
    mkdirSync(home)
    writeHome(home, device, out)
    return openHome(home)
  }
  const begin = (device: TestDevice, out: string) => {
    const home = homeOf(device, out)
    const store = valueOrThrow(setUpStore(home, clock, seededRandom(`${folder} ${device.id}`), PROGRAM))
    return { home, store }
  }
  const close = ({ home, store }: ReturnType<typeof begin>) => {
    store.closePolls(officers)
    exportBundle(home, store)
    store.close()
  }
  const voteOn = (store: DeviceStore, seed: string, count: number) => {
    const voters = new Voters(seed)
    for (let i = 0; i < count; i += 1) voters.vote(store)
    return voters.shadow
  }
  const wentOn = join(folder, 'went-on')
  const dying = begin(first, wentOn)
  openPolls(dying.store)
  const early = voteOn(dying.store, 'early', before)
  const medium = join(folder, 'medium')
  cpSync(join(dying.home.folder, 'medium-a'), medium, { recursive: true })
  voteOn(dying.store, 'after its death', 3)
  close(dying)

  const replace = (spare: TestDevice, out: string, seed: string) => {
    const home = homeOf(spare, out)
    const dead = valueOrThrow(
      build.readDeadMedium(medium, join(home.folder, 'takeover.part'), { ...checks, spare: spare.id }),
    )
    const tools = { clock, random: seededRandom(`${folder} ${seed}`), program: PROGRAM }
    const store = valueOrThrow(
      build.takeOver(home, valueOrThrow(build.chooseMedium([dead])), dayKey(), people, tools),
    )
    const shadow = voteOn(store, seed, after)
    close({ home, store })
    return shadow
  }
  const late = replace(firstSpare, bundles, 'late')
  const other = join(folder, 'second-spare')
  replace(secondSpare, other, 'late elsewhere')

  const neighbour = begin(second, bundles)
  openPolls(neighbour.store)
  const aside = voteOn(neighbour.store, 'beside', beside)
  close(neighbour)

  const ballots = before + after + beside
  mkdirSync(join(bundles, 'check-in'))
  writeFileSync(
    join(bundles, 'check-in', ISSUED_FILE),
    issuedText(station, { issued: ballots + 2, returned: 2 }),
  )
  const shares = station.shares.map((share, i) => {
    const path = join(folder, `share-${i + 1}.json`)
    writeFileSync(path, shareFile(share, station.electionPackage))
    return path
  })
  const meant = early.map((contest, c) =>
    contest.map((count, i) => count + (late[c]?.[i] ?? 0) + (aside[c]?.[i] ?? 0)),
  )
  return { bundles, wentOn, secondSpare: other, shares, meant, ballots }
}
