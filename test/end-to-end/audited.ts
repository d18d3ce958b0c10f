/** What the audit, a process of its own, says of one device's bundle. */
import { join } from 'node:path'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Provisioned } from '../../demo/provisioned.ts'
import { sandoghOfPart } from './command.ts'

/** Three of the five trustees. */
const THRESHOLD = 3

/** Of `audit verify --json` and `audit open --json`, as far as it is looked at. */
export interface Audited {
  /** Whether both hold. */
  readonly holds: boolean
  readonly ballots: number
  readonly voidSlips: number
  readonly receipt: string | null
  readonly blank: number
  /** Votes by code. */
  readonly votes: ReadonlyMap<string, number>
}

interface Verified {
  readonly verdict: string
  readonly stations: readonly {
    readonly devices: readonly {
      readonly ballots: number
      readonly voidSlips: number
      readonly receipt: string | null
    }[]
  }[]
}

interface Opened {
  readonly verdict: string
  readonly contests: readonly {
    readonly blank: number
    readonly candidates: readonly { readonly code: string; readonly votes: number }[]
  }[]
}

/**
 * Verifies the bundle, opens its ballots with the trustees' shares and recounts them; the station's other devices, which have no part in these
 * tests, are declared lost. Throws where the audit does not hold.
 * @param place of a spare: in whose it votes
 */
export async function auditDevice(
  out: string,
  device: string,
  provisioned: Provisioned,
  place = device,
): Promise<Audited> {
  const bundle = join(out, 'bundles', device)
  const given = [bundle, '--authority', toBase64(provisioned.authority.publicKey), '--json']
  const shares = provisioned.shareFiles.slice(-THRESHOLD).flatMap((file) => ['--share', file])
  const verified: Verified = JSON.parse(await sandoghOfPart('audit', 'verify', ...given))
  const others = provisioned.electionPackage.definition.stations
    .flatMap(({ devices }) => devices)
    .filter((id) => id !== place)
  const lost = others.flatMap((id) => ['--lost', id])
  const opened: Opened = JSON.parse(await sandoghOfPart('audit', 'open', ...shares, ...lost, ...given))
  const found = verified.stations[0]?.devices[0]
  const contest = opened.contests[0]
  if (found === undefined || contest === undefined) throw new Error('the audit saw no device or no contest')
  const { ballots, voidSlips, receipt } = found
  return {
    holds: [verified, opened].every(({ verdict }) => verdict === 'holds for what was given'),
    ballots,
    voidSlips,
    receipt,
    blank: contest.blank,
    votes: new Map(contest.candidates.map(({ code, votes }) => [code, votes])),
  }
}
