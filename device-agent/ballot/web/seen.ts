/** A screen that is painted, and under which number: what people see when they press. */
import type { Screen } from '../../../ui/screen.ts'

export interface Seen {
  readonly revision: number
  readonly screen: Screen
}
