/**
 * T=1 as the host speaks it (ISO 7816-3, section 11.6), as data: what to send next, for what came.
 *
 * A bad block is answered three times (R-block, or the request anew), then the two sides resynchronise. Resynchronised, a card has
 * forgotten what it was sent, but not what it did. So a command is sent again from its beginning only if its last block had not gone out
 * yet; otherwise it ends in `unknown`: a card that counts wrong PINs is not asked twice. Where not even that helps the card is `dead`
 * and must be powered off.
 */
import { type Bit, type Block, encodeBlock, LONGEST_FIELD, type NoBlock, parseBlock } from './t1-block.ts'

/** What holds between commands. */
export interface T1Link {
  /** Number of the next I-block from here, and of the next one from the card. */
  readonly ours: Bit
  readonly cards: Bit
  /** Longest information field that the card takes. */
  readonly ifsc: number
  /** For so many of its waiting times in all may the card make one command last. */
  readonly patience: number
}

/** What came to a block that was sent: bytes, or the card said nothing (or nothing whole). */
export type T1Input = { readonly is: 'bytes'; readonly bytes: Uint8Array } | { readonly is: 'silence' }

/** What is to be done next. */
export type T1Step =
  | {
      readonly is: 'send'
      readonly bytes: Uint8Array
      /** The card may now be silent for so many of its waiting times. */
      readonly patience: number
      readonly state: T1State
    }
  /** The card's whole answer. */
  | { readonly is: 'done'; readonly answer: Uint8Array; readonly link: T1Link }
  /** No answer, but the card is in step again. Nobody knows whether it did what it was asked. */
  | { readonly is: 'unknown'; readonly link: T1Link }
  | { readonly is: 'dead' }

type Information = Extract<Block, { is: 'I' }>

/** In the middle of a command, or of agreeing on the size. */
export interface T1State {
  readonly link: T1Link
  readonly phase: 'asking-size' | 'sending' | 'receiving' | 'resynchronising' | 'giving-up'
  readonly command: Uint8Array
  /** How much of it the card has confirmed, and the piece that it is to confirm next. */
  readonly confirmed: number
  readonly piece: Information
  /** Its last block has gone out: the card may have carried it out. */
  readonly complete: boolean
  readonly answer: readonly Uint8Array[]
  readonly last: Block
  readonly tries: number
  readonly resynchronisations: number
  /** Waiting times that the card has asked for so far; any other request counts as one. */
  readonly waited: number
}

/** Bad blocks in a row (rule 7.4). */
const TRIES = 3
/** Requests to resynchronise (rule 6.4). */
const RESYNCHRONISATIONS = 3
/** A card answers a short command with 256 bytes and a status at most. */
const LONGEST_ANSWER = 258

/** The link after power-on. */
export function newLink(ifsc: number, patience: number): T1Link {
  return { ours: 0, cards: 0, ifsc, patience }
}

/** Tells the card how long its blocks may be: the first block of a card session. Ends in `done` without bytes. */
export function askSize(link: T1Link): T1Step {
  const last: Block = { is: 'S', about: 'size', answers: false, value: LONGEST_FIELD }
  return send({ ...begin(link, new Uint8Array(0)), phase: 'asking-size' }, last)
}

/** Sends a command. */
export function sendCommand(link: T1Link, command: Uint8Array): T1Step {
  return sendPiece(begin(link, command))
}

/** What follows from what came. */
export function stepT1(state: T1State, input: T1Input): T1Step {
  const block: Block | NoBlock = input.is === 'bytes' ? parseBlock(input.bytes) : { is: 'damaged' }
  if (block.is === 'damaged' || block.is === 'meaningless') return onBad(state, block)
  const next = onBlock(state, block)
  return next ?? onBad(state, { is: 'meaningless' })
}

function begin(link: T1Link, command: Uint8Array): T1State {
  return {
    link,
    phase: 'sending',
    command,
    confirmed: 0,
    piece: pieceOf(link, command, 0),
    complete: false,
    answer: [],
    last: { is: 'R', number: link.cards, error: 'none' },
    tries: TRIES,
    resynchronisations: RESYNCHRONISATIONS,
    waited: 0,
  }
}

/** What a good block brings; undefined if it has no place here. */
function onBlock(state: T1State, block: Block): T1Step | undefined {
  const { phase, last } = state
  if (phase === 'resynchronising' || phase === 'giving-up') {
    return isAnswerTo(last, block) ? onResynchronised(state) : undefined
  }
  if (phase === 'asking-size') {
    if (!isAnswerTo(last, block)) return undefined
    return { is: 'done', answer: new Uint8Array(0), link: state.link }
  }
  if (block.is === 'S') return block.answers ? undefined : onRequest(state, block)
  return block.is === 'I' ? onInformation(state, block) : onReady(state, block)
}

function isAnswerTo(asked: Block, block: Block): boolean {
  if (asked.is !== 'S' || asked.answers || block.is !== 'S') return false
  return block.answers && block.about === asked.about && block.value === asked.value
}

/** The card sends its answer, or a piece of it; the first one confirms our last block (rule 2.2). */
function onInformation(state: T1State, block: Information): T1Step | undefined {
  const { link, phase, complete } = state
  // An empty piece brings nothing forward and could be followed by another for ever.
  if (!complete || block.number !== link.cards || (block.more && block.data.length === 0)) return undefined
  const answer = [...state.answer, block.data]
  if (answer.reduce((sum, piece) => sum + piece.length, 0) > LONGEST_ANSWER) return giveUp(state)
  const ours = phase === 'sending' ? other(link.ours) : link.ours
  const after = { ...link, ours, cards: other(link.cards) }
  if (!block.more) return { is: 'done', answer: joined(answer), link: after }
  const received = { ...fresh(state), link: after, phase: 'receiving' as const, answer }
  return send(received, { is: 'R', number: after.cards, error: 'none' })
}

/** The card wants the next piece, or the last one again; or it did not understand our own R-block. */
function onReady(state: T1State, block: Extract<Block, { is: 'R' }>): T1Step | undefined {
  const { phase, last, complete, piece, command } = state
  if (phase === 'receiving') return again(state, last)
  if (block.number === piece.number) return again(state, piece)
  if (complete) return last.is === 'I' ? undefined : again(state, last)
  const link = { ...state.link, ours: other(piece.number) }
  const confirmed = state.confirmed + piece.data.length
  return sendPiece({ ...fresh(state), link, confirmed, piece: pieceOf(link, command, confirmed) })
}

/** The card asks for something itself. */
function onRequest(state: T1State, block: Extract<Block, { is: 'S' }>): T1Step | undefined {
  const { link } = state
  // Only the host may resynchronise (rule 6).
  if (block.about === 'resynchronise') return undefined
  const patience = block.about === 'more-time' ? Math.max(block.value ?? 1, 1) : 1
  const waited = state.waited + patience
  if (waited > link.patience) return giveUp(state)
  const answer: Block = { ...block, answers: true }
  const asked = { ...fresh(state), waited }
  // Behind an aborted command the two resynchronise: what the card says next does not matter.
  if (block.about === 'abort') return send({ ...asked, phase: 'giving-up' }, answer)
  if (block.about === 'more-time') return send(asked, answer, patience)
  return send({ ...asked, link: { ...link, ifsc: block.value ?? link.ifsc } }, answer)
}

function onBad(state: T1State, { is }: NoBlock): T1Step {
  const { phase, last, link } = state
  const left = { ...state, tries: state.tries - 1 }
  if (phase === 'resynchronising' || phase === 'giving-up') return resynchronise(state, phase)
  if (left.tries === 0)
    return phase === 'asking-size' ? { is: 'dead' } : resynchronise(state, 'resynchronising')
  // An R-block or a request is sent again (rules 7.2 and 7.3); an I-block and our answer to a request are asked about (7.1).
  if (last.is === 'R' || (last.is === 'S' && !last.answers)) return send(left, last)
  return send(left, { is: 'R', number: link.cards, error: is === 'damaged' ? 'check' : 'other' })
}

/** A card that would go on for ever is brought into step and asked no more. */
function giveUp(state: T1State): T1Step {
  return resynchronise(state, 'giving-up')
}

function resynchronise(state: T1State, phase: 'resynchronising' | 'giving-up'): T1Step {
  if (state.resynchronisations === 0) return { is: 'dead' }
  const left = { ...state, phase, resynchronisations: state.resynchronisations - 1 }
  return send(left, { is: 'S', about: 'resynchronise', answers: false, value: undefined })
}

function onResynchronised(state: T1State): T1Step {
  const link = { ...state.link, ours: 0 as const, cards: 0 as const }
  if (state.complete || state.phase === 'giving-up') return { is: 'unknown', link }
  // What was asked for so far counts on: a card cannot make a command last for ever.
  const { resynchronisations, waited } = state
  return sendPiece({ ...begin(link, state.command), resynchronisations, waited })
}

function pieceOf(link: T1Link, command: Uint8Array, from: number): Information {
  const end = Math.min(from + link.ifsc, command.length)
  return { is: 'I', number: link.ours, more: end < command.length, data: command.slice(from, end) }
}

function sendPiece(state: T1State): T1Step {
  return send({ ...state, complete: state.complete || !state.piece.more }, state.piece)
}

/** What was sent before, once more, as long as tries are left. */
function again(state: T1State, block: Block): T1Step {
  if (state.tries === 1) return resynchronise(state, 'resynchronising')
  return send({ ...state, tries: state.tries - 1 }, block)
}

function send(state: T1State, block: Block, patience = 1): T1Step {
  return { is: 'send', bytes: encodeBlock(block), patience, state: { ...state, last: block } }
}

/** A good block: whatever went wrong before is over. */
function fresh(state: T1State): T1State {
  return { ...state, tries: TRIES }
}

function other(bit: Bit): Bit {
  return bit === 0 ? 1 : 0
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}
