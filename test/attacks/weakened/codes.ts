/** Weakened builds in which what is shown, printed and recorded is not the same, by exact lines of the program: see `weakenings.ts`. */
import type { Replacement } from '../../end-to-end/weakened/build.ts'

/** Under a code stands the name of the option beside. */
export const showsNeighboursNames: Replacement = {
  file: 'ui/voter-screens/added.ts',
  line: 'const option = optionsOf(contest)[position]\n',
  by: `const known = optionsOf(contest)
  const [typed, beside] = [known[position], known[position ^ 1]]
  const option = typed && beside && { ...typed, name: beside.name }
`,
}

/** The page draws another name than stands in its document. */
export const drawsOtherNames: Replacement = {
  file: 'ui/web/screen-view.css',
  line: '.screen > .bold {',
  by: `.screen > [data-id^="added-name-"] {
  text-indent: -2000px;
}

.screen > [data-id^="added-name-"]::after {
  content: "مریم بیات";
  float: inline-start;
  text-indent: 0;
}

.screen > .bold {`,
}

/** What is added to the ballot is the option beside; the screen speaks of the one that was typed. */
export const choosesNeighbours: Replacement = {
  file: 'device-agent/ballot/session/choosing.ts',
  line: 'const wider = ballot.map((choice, i) => (i === index ? added.value : choice))',
  by: `const chosen = added.value.map((position) => (position === option.position ? position ^ 1 : position))
  const wider = ballot.map((choice, i) => (i === index ? chosen.sort((a, b) => a - b) : choice))`,
}

/** Another ballot is recorded than was shown and printed. */
export const recordsNeighbours: Replacement = {
  file: 'device-agent/ballot/session/session.ts',
  line: "{ do: 'record', ballot: state.ballot })",
  by: "{ do: 'record', ballot: state.ballot.map((choice) => choice.map((position) => position ^ 1)) })",
}

/** On paper stands the name of the option beside. */
export const printsNeighboursNames: Replacement = {
  file: 'ui/paper/slip.ts',
  line: 'const { code, name } = row.option\n',
  by: `const { code, position } = row.option
  const { name } = optionsOf(row.contest)[position ^ 1] ?? row.option
`,
}

/** The QR code names the option beside. */
export const encodesNeighbours: Replacement = {
  file: 'ui/paper/slip.ts',
  line: '.filter(({ position }) => ballot[index]?.includes(position))\n',
  by: '.filter(({ position }) => ballot[index]?.includes(position ^ 1))\n',
}
