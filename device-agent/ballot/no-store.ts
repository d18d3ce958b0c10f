/**
 * A start that was refused: there is no journal to write in and nothing to vote on, but people stand before the device. Its screen says what to
 * do until it is switched off; no key of the device and none of its other parts is needed for that.
 */
import type { Refusal } from '../../core/result.ts'
import { Supervisor } from '../../firmware/link/supervisor.ts'
import type { AgentParts } from './agent.ts'
import { connectDisplay, type Display } from './display.ts'
import { type NoStore, noStoreScreen } from './screens/no-store.ts'

/** No medium could be read, or none that was takes anything; every other refusal is of what was read. */
const WHY: ReadonlyMap<string, NoStore> = new Map([
  ...['store.missing', 'store.damaged', 'store.pragma'].map((code) => [code, 'lost'] as const),
  ...['store.full', 'store.read-only', 'store.io-error'].map((code) => [code, 'refuse'] as const),
  ['store.left-behind', 'left-behind'],
])

/** Shows it on every display that is connected, from now on. */
export function showNoStore(
  { home, lines, clock, random, logger }: Pick<AgentParts, 'home' | 'lines' | 'clock' | 'random' | 'logger'>,
  { code }: Refusal,
): { close(): void } {
  const { definition } = home.electionPackage
  const screen = noStoreScreen(WHY.get(code) ?? 'differ', definition, 'fa')
  const display = new Supervisor<Display>(
    'display',
    (open) => connectDisplay({ open, clock, inputs: definition.inputs }),
    { open: lines.display, clock, random, logger },
    (connected) => connected?.show(screen),
  )
  display.start()
  return display
}
