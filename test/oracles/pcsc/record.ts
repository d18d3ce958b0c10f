/**
 * Records for docs/evidence/pcscd.md what pcscd, libccid and OpenSC say to the virtual reader and its cards: the versions, all commands on
 * each kind of contacts, a card pulled in the middle, and the frames of one T=1 session as libccid logs them.
 * ```
 * node test/oracles/pcsc/record.ts
 * ```
 * As root: pcscd listens under /run. Ends with 0 if every card answered.
 */
import { execFileSync } from 'node:child_process'
import { T0Contacts } from '../../../simulator/cards/t0-contacts.ts'
import { Pcscd, type Said } from './pcscd.ts'
import { securedSession } from './secured.ts'
import { answersIn, askAll, COMMANDS, CONTACTS, officerCard, sends } from './session.ts'

const PACKAGES = ['pcscd', 'libccid', 'opensc']
const FRAME = /^(->|<-) [0-9A-F]+ ((?:[0-9A-F]{2} )+)$/
/** Power on, parameters, transfer: what concerns the card. */
const ABOUT_CARD = /^-> 03 06 (62|61|6F) /
const EXCHANGES = 8

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What the tool said, without the lines that are the same each time; a line that comes again and again is told once. */
function tell(args: string, { code, text }: Said): void {
  say(`$ opensc-tool ${args}`)
  const lines = text.split('\n').filter((line) => !line.startsWith('Using reader'))
  for (const [i, line] of lines.entries()) {
    if (line === lines[i - 1]) continue
    const next = lines.findIndex((other, at) => at > i && other !== line)
    const times = (next === -1 ? lines.length : next) - i
    say(times === 1 ? line.trimEnd() : `${line.trimEnd()}   (${times} times)`)
  }
  say(`(exit code ${code})`)
}

/** The first exchanges about the card in libccid's log: what went out, and what came, the echo first, on one line each. */
function exchangesIn(log: string): readonly string[] {
  const lines: string[] = []
  for (const line of log.split('\n')) {
    const [, way, bytes] = FRAME.exec(line) ?? []
    if (way === '->') lines.push(`-> ${bytes?.trimEnd()}`, '<-')
    if (way === '<-' && lines.length > 0) lines.push(`${lines.pop()} ${bytes?.trimEnd()}`)
  }
  const about = lines.flatMap((line, i) => (ABOUT_CARD.test(line) ? [line, lines[i + 1] ?? ''] : []))
  return about.slice(0, 2 * EXCHANGES)
}

async function main(): Promise<number> {
  say(execFileSync('dpkg-query', ['--show', ...PACKAGES], { encoding: 'utf8' }).trimEnd())
  const pcscd = await Pcscd.start()
  let refused = 0
  try {
    say(pcscd.log.match(/Firmware: .*/)?.[0] ?? 'no firmware')
    tell('--list-readers', await pcscd.tool('--list-readers'))
    for (const { name, make } of CONTACTS) {
      say(`\n== ${name}`)
      const before = pcscd.log.length
      await pcscd.insert(make(officerCard()))
      const { atr, answers } = await askAll(pcscd)
      tell('--atr', atr)
      tell('--card-driver default --send-apdu ..', answers)
      refused += answersIn(answers).filter(({ status }) => status !== '9000' && status !== '63C4').length
      if (answersIn(answers).length !== Object.keys(COMMANDS).length) refused += 1
      say('\n-- under a secure channel')
      await pcscd.pull()
      await pcscd.insert(make(officerCard()))
      const { commands } = securedSession()
      const secured = await pcscd.tool('--card-driver', 'default', ...sends(commands))
      tell('--card-driver default --send-apdu ..', secured)
      const taken = answersIn(secured).filter(({ status }) => status === '9000').length
      refused += commands.length - taken
      await pcscd.pull()
      tell('--atr', await pcscd.tool('--atr'))
      if (name === 'T=1') {
        say(
          '\n-- the first exchanges of that, as libccid logged them: each command, then its echo and answer',
        )
        for (const line of exchangesIn(pcscd.log.slice(before))) say(line)
      }
    }
    say('\n== T=0, pulled when 300 bytes have passed between card and reader')
    await pcscd.insert(new T0Contacts(officerCard()))
    pcscd.reader.pullAtByte(300)
    tell(
      '--card-driver default --send-apdu ..',
      await pcscd.tool('--card-driver', 'default', ...sends(Object.values(COMMANDS))),
    )
  } finally {
    await pcscd.stop()
  }
  say(
    `\n${refused === 0 ? 'Every card answered.' : `${refused} commands were not answered as they should be.`}`,
  )
  return refused === 0 ? 0 : 1
}

process.exitCode = await main()
