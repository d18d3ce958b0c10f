/** Plans that are written by hand. */
import { valueOrThrow } from '../../core/result.ts'
import type { PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { parseFaultPlan } from '../../simulator/faults/plan.ts'
import { forEachPeripheral, type SessionPlan } from './hall.ts'

/** The plan that these lines of text say; nothing goes wrong on lines that are not named. */
export function planOf(texts: Partial<Record<PeripheralName, string>>): SessionPlan {
  return forEachPeripheral((name) => valueOrThrow(parseFaultPlan(texts[name] ?? 'none')))
}
