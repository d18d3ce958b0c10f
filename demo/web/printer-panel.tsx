/** The printer on the bench: the slip behind its glass, the box below, and what hands do to it. */
import type { ReactNode } from 'react'
import type { Act } from './acts.ts'
import type { PrinterVerb, SeenPrinter } from './messages.ts'
import { Do, Panel, Paper } from './parts.tsx'
import { REPORT_WORDS } from './words.ts'

export function PrinterPanel({
  printer,
  act,
}: {
  readonly printer: SeenPrinter
  readonly act: (act: Act) => void
}): ReactNode {
  return (
    <Panel title="Printer">
      <p className="aside">{printerInWords(printer)}</p>
      <div className="hanging">
        {printer.hanging === undefined ? (
          <p className="aside">Nothing hangs behind the glass.</p>
        ) : (
          <Paper picture={printer.hanging} name="The slip behind the glass" />
        )}
      </div>
      <div className="row">
        {verbsOf(printer).map(([verb, words]) => (
          <Do key={verb} onClick={() => act({ do: 'printer', verb })}>
            {words}
          </Do>
        ))}
      </div>
      <h3>In the box</h3>
      <p className="aside">{inTheBox(printer.box.length)}</p>
      <div className="papers box">
        {counted(printer.box).map(([picture, number]) => (
          <Paper key={`${picture}-${number}`} picture={picture} name="A slip in the box" />
        ))}
      </div>
      {printer.reports.length > 0 && (
        <p className="aside">
          The officers have taken:{' '}
          {printer.reports.map(({ kind }) => REPORT_WORDS[kind].toLowerCase()).join(', ')}.
        </p>
      )}
    </Panel>
  )
}

/** Alike slips are pictures of one name. */
function counted(pictures: readonly string[]): readonly (readonly [string, number])[] {
  return pictures.map((picture, i) => [
    picture,
    pictures.slice(0, i).filter((other) => other === picture).length,
  ])
}

function inTheBox(slips: number): string {
  if (slips === 0) return 'The box is empty.'
  return `${slips === 1 ? '1 slip' : `${slips} slips`}, in no order.`
}

function printerInWords({ paper, isCoverOpen, isStuck, isInError }: SeenPrinter): string {
  const words = [
    { enough: 'Enough paper', low: 'The roll is near its end', out: 'No paper' }[paper],
    isCoverOpen ? 'the cover is open' : 'the cover is closed',
    ...(isStuck ? ['something is stuck'] : []),
    ...(isInError ? ['it has stopped in error'] : []),
  ]
  return `${words.join(', ')}.`
}

/** What hands can do now. */
function verbsOf({ paper, isCoverOpen, isStuck }: SeenPrinter): readonly (readonly [PrinterVerb, string])[] {
  return [
    isCoverOpen ? ['close-cover', 'Close the cover'] : ['open-cover', 'Open the cover'],
    ...(paper === 'out'
      ? ([['load-paper', 'New roll']] as const)
      : ([
          ['tear-paper', 'Tear the paper'],
          ['paper-out', 'Paper out'],
        ] as const)),
    ...(paper === 'enough' ? ([['near-end', 'Roll near its end']] as const) : []),
    ...(isStuck
      ? ([['clear-jam', 'Free what is stuck']] as const)
      : ([
          ['jam', 'Jam the paper'],
          ['cutter-jam', 'Jam the knife'],
        ] as const)),
  ]
}
