/**
 * A start that was refused: there is no journal to write in and nothing to vote on, or no package or keys to do it with, but people stand before
 * the device. Its screen says what to do until it is switched off; no key of the device and none of its other parts is needed for that.
 */
import type { Refusal } from '../../core/result.ts'
import { Supervisor } from '../../firmware/link/supervisor.ts'
import type { Screen } from '../../ui/screen.ts'
import type { AgentParts } from './agent.ts'
import { connectDisplay, type Display } from './display.ts'
import { type NoStore, noHomeScreen, noStoreScreen } from './screens/no-store.ts'

/** No medium could be read, or none that was takes anything; every other refusal is of what was read. */
const WHY: ReadonlyMap<string, NoStore> = new Map([
  ...['store.missing', 'store.damaged', 'store.pragma'].map((code) => [code, 'lost'] as const),
  ...['store.full', 'store.read-only', 'store.io-error'].map((code) => [code, 'refuse'] as const),
  ['store.left-behind', 'left-behind'],
])

/** What a screen is shown with. */
type ShowParts = Pick<AgentParts, 'clock' | 'random' | 'logger'> & {
  readonly lines: Pick<AgentParts['lines'], 'display'>
}

/** Shows that there is no store on every display that is connected, from now on. */
export function showNoStore(
  parts: ShowParts & Pick<AgentParts, 'home'>,
  { code }: Refusal,
): { close(): void } {
  return show(parts, noStoreScreen(WHY.get(code) ?? 'differ', parts.home.electionPackage.definition, 'fa'))
}

/** The same where the home folder was refused, so that nothing is known of the election. */
export function showNoHome(parts: ShowParts): { close(): void } {
  return show(parts, noHomeScreen('fa'))
}

function show({ lines, clock, random, logger }: ShowParts, screen: Screen): { close(): void } {
  // Nothing on it is pressed.
  const inputs = { pointer: false, keyboard: false }
  const display = new Supervisor<Display>(
    'display',
    (open) => connectDisplay({ open, clock, inputs }),
    { open: lines.display, clock, random, logger },
    (connected) => connected?.show(screen),
  )
  display.start()
  return display
}
