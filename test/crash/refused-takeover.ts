/** Takeovers in which the spare's own second medium is full, read-only or broken: it goes on with the first and says so, or it says that its own storage refuses. */
import { existsSync } from 'node:fs'
import { mediaFolders } from '../../device-agent/ballot/home.ts'
import { findUnsound } from './judge-takeover.ts'
import { ANSWERS, type Answer, NEVER_DONE_WITHOUT, tellsLoss } from './refusing-disk.ts'
import { type FaultyTakeover, faultyTakeover, SECOND, type Taking } from './taking-over.ts'

/** What a second medium may answer: as in a day, and where it is made and named. */
export const TAKEOVER_ANSWERS: readonly Answer[] = [...ANSWERS, ['EROFS', 'mkdir', ''], ['EIO', 'rename', '']]

/** @returns what a takeover leaves broken whose second medium answers so to the n-th call of that name, judged as after a restart with a disk that works again */
export function refusedTakeover(dead: Taking, answer: Answer, n: number): string | undefined {
  const [fault, name, lasting] = answer
  const spare = faultyTakeover(dead, [fault, name, `${n}${lasting}`], SECOND)
  try {
    return findBroken(dead, answer, spare, `${fault} from ${name} ${n}${lasting} on the second medium`)
  } finally {
    spare.remove()
  }
}

function findBroken(
  dead: Taking,
  [, name]: Answer,
  { home, isDone, isMet, said }: FaultyTakeover,
  where: string,
): string | undefined {
  if (!isMet) return `${where}: it was not met, ended with ${said}`
  const [first, second] = mediaFolders(home)
  const isNamed = existsSync(first)
  switch (said) {
    case 'taken over':
      if (name === NEVER_DONE_WITHOUT && !tellsLoss(first)) return `${where}: nobody was told`
      break
    case 'takeover.storage':
      if (isNamed || existsSync(second)) return `${where}: it refused and took the place`
      break
    case 'takeover.interrupted':
      if (!isNamed) return `${where}: it says that it took the place, and did not`
      break
    default:
      return `${where}: it ended with ${said}`
  }
  const unsound = findUnsound({ dead, home, isDone })
  return unsound && `${where}: ${said}, ${unsound}`
}
