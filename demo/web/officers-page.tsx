/** The officers' page: how the polls stand, opening and closing, the desk, and the count. */
import type { ReactNode } from 'react'
import type { Act } from './acts.ts'
import type { SeenCount, StationView } from './messages.ts'
import { Cards, Do, Keys, Page, Panel, Paper } from './parts.tsx'
import { useStation } from './station.ts'
import { DUTY_WORDS, officersInWords, pollsInWords, REPORT_WORDS } from './words.ts'

interface PartProps {
  readonly view: StationView
  readonly act: (act: Act) => void
}

export function OfficersPage(): ReactNode {
  const station = useStation()
  return (
    <Page title="Officers" station={station}>
      {(view) => (
        <div className="officers">
          <Polls view={view} act={station.act} />
          <Desk view={view} act={station.act} />
          <ByHand view={view} act={station.act} />
          <Evening view={view} act={station.act} />
        </div>
      )}
    </Page>
  )
}

function Polls({ view, act }: PartProps): ReactNode {
  const { state, next, duty } = pollsInWords(view)
  const { officers } = view
  const isWorking = officers.is === 'working'
  return (
    <Panel title="The polls" className="wide">
      <p className="state" role="status">
        {state}
      </p>
      {next !== undefined && !isWorking && <p>{next}</p>}
      <div className="row">
        {duty !== undefined && !isWorking && (
          <Do isPrimary onClick={() => act({ do: 'officers', duty })}>
            {DUTY_WORDS[duty].order}
          </Do>
        )}
        {isWorking && <Do onClick={() => act({ do: 'dismiss' })}>Send the virtual officers away</Do>}
      </div>
      <p className="aside" role="status">
        {officersInWords(view)}
      </p>
    </Panel>
  )
}

function ByHand({ view, act }: PartProps): ReactNode {
  const officers = view.cards.filter(({ of }) => of !== 'voter')
  return (
    <Panel title="Keys and officers’ cards">
      <p className="aside">
        To open or close by yourself: both keys on; card in, its PIN on the voting device, card out; the same
        with the next; both keys off.
      </p>
      <Keys view={view} act={act} />
      <Cards cards={officers} all={view.cards} act={act} />
    </Panel>
  )
}

function Desk({ view, act }: PartProps): ReactNode {
  const voters = view.cards.filter(({ of }) => of === 'voter')
  return (
    <Panel title="Check-in desk">
      <p className="aside">A voter card holds the right to cast one ballot. It names nobody.</p>
      <div className="row">
        <Do isPrimary={view.lamp && voters.length === 0} onClick={() => act({ do: 'issue' })}>
          Issue a voter card
        </Do>
      </div>
      <Cards cards={voters} all={view.cards} act={act} />
    </Panel>
  )
}

function Evening({ view, act }: PartProps): ReactNode {
  const { count, printer } = view
  return (
    <Panel title="After closing" className="wide">
      <div className="row">
        <Do
          isPrimary={count.is === 'possible'}
          disabled={count.is === 'too-early' || count.is === 'running'}
          onClick={() => act({ do: 'count' })}
        >
          Count and audit
        </Do>
        <span className="aside">{COUNT_WORDS[count.is]}</span>
      </div>
      {count.is === 'done' && count.runs.map((run) => <Run key={run.command} run={run} />)}
      <div className="papers">
        {printer.reports.map(({ kind, picture }) => (
          <figure key={picture}>
            <Paper picture={picture} name={REPORT_WORDS[kind]} />
            <figcaption>{REPORT_WORDS[kind]}</figcaption>
          </figure>
        ))}
      </div>
    </Panel>
  )
}

const COUNT_WORDS: Readonly<Record<SeenCount['is'], string>> = {
  'too-early': 'Once the polls are closed the audit can verify everything, then open and count the ballots.',
  possible:
    'The audit runs as a process of its own: first without any secret, then with 3 of 5 trustees’ shares.',
  running: 'The audit is running …',
  done: 'What the audit printed. Nothing of it comes from the device’s own sums.',
}

/** Persian names among the audit's English, each by itself: else a bracket or a number beside one would change its side. */
function apart(text: string): readonly ReactNode[] {
  const pieces = text.split(/([\u0600-\u06ff\u200c]+(?: [\u0600-\u06ff\u200c]+)*)/)
  // Every second piece is what was found.
  // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
  return pieces.map((piece, i) => (i % 2 === 0 ? piece : <bdi key={i}>{piece}</bdi>))
}

function Run({ run }: { readonly run: (SeenCount & { is: 'done' })['runs'][number] }): ReactNode {
  const [first = '', ...rest] = run.text.split('\n')
  return (
    <div className="run">
      <p className={run.holds ? 'verdict' : 'verdict bad'}>{first}</p>
      <pre>{apart(rest.join('\n'))}</pre>
      <details>
        <summary>The command</summary>
        <code>{run.command}</code>
      </details>
    </div>
  )
}
