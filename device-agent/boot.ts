/** Which start of the computer this is. */
import { existsSync, readFileSync } from 'node:fs'

/** random(4): drawn by the kernel when it starts. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** The same until the computer is started again; where no kernel says so, always the same: then it never was started again. */
export function bootId(): string {
  return existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : 'unknown'
}
