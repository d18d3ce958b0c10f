/**
 * Whether this computer knows a package's time zone. Whoever makes a package asks, and every device that will print times; the form of a
 * definition does not, so that a verdict on a bundle rests on no computer's database.
 */
import type { Definition } from '../election/definition.ts'
import { ok, type Result, refuse } from '../result.ts'

/** @returns a refusal `package.time-zone` */
export function checkTimeZone({ timeZone }: Definition, where: string): Result<void> {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return ok(undefined)
  } catch {
    return refuse(
      'package.time-zone',
      `${where} at timeZone`,
      `no time zone ${timeZone} is known`,
      'Write its name in the IANA database, such as Asia/Tehran, and sign the package again.',
    )
  }
}
