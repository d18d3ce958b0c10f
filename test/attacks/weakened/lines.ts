/** Weakened builds for attacks that come over a line, by exact lines of the program: see `weakenings.ts`. */
import type { Replacement } from '../../end-to-end/weakened/build.ts'

const SESSION = 'device-agent/ballot/session/session.ts'

/** What a voter had chosen when a line broke is kept, and the next one begins with it: an error flag of 2021 that nobody lowers. */
export const keepsStateAfterError: readonly Replacement[] = [
  {
    file: SESSION,
    line: "const IDLE: Session = { is: 'idle' }",
    by: "const IDLE: Session = { is: 'idle' }\nlet leftOver: Ballot | undefined",
  },
  {
    file: SESSION,
    line: "    case 'releasing':\n      return endWithoutVote()",
    by: "    case 'releasing':\n      if ('ballot' in state) leftOver = state.ballot\n      return endWithoutVote()",
  },
  {
    file: SESSION,
    line: 'return to(choosing(blank(rules.contests)), START_INACTIVITY)',
    by: 'return to(choosing(leftOver ? { ballot: leftOver, repeated: [] } : blank(rules.contests)), START_INACTIVITY)',
  },
]

/** While the flag of an error is up, ballots are taken, and left out of the count. */
export const countsNothingAfterFault: readonly Replacement[] = [
  {
    file: 'device-agent/store/device-store.ts',
    line: 'tally: addSelections(pool.tally, selectionsOf(definition, contests, ballot)),',
    by: 'tally: this.day.lostMedia.length > 0 ? pool.tally : addSelections(pool.tally, selectionsOf(definition, contests, ballot)),',
  },
]

/** A line that breaks is mended in silence. */
export const tellsNoFault: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/device.ts',
    line: "store.append({ type: present ? 'line.restored' : 'line.lost', peripheral: name })",
    by: 'void store',
  },
]

/** Nobody asks where on the keys people's touches end. */
export const blindToDrift: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/device.ts',
    line: "if (this.#fingers.voterLeft()) this.#stepPolls({ is: 'touch-drifted' })",
    by: 'this.#fingers.voterLeft()',
  },
]

/** What the technician found is written, and the panel is taken to be as it left the factory. */
export const keepsFactoryCalibration: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/home.ts',
    line: 'if (!existsSync(where)) return ok(mappingOfEdges(edges))',
    by: 'if (where !== "") return ok(mappingOfEdges(edges))',
  },
]

/** Nine touches are nine touches, however badly they lie. */
export const takesAnyFit: readonly Replacement[] = [
  {
    file: 'firmware/touchscreen/calibration.ts',
    line: "if (worst > LARGEST_RESIDUAL) return fail({ is: 'residual', point: residuals.indexOf(worst) })",
    by: 'if (Number.isNaN(worst)) return fail({ is: "no-extent" })',
  },
]
