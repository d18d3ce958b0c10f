/**
 * A medium in a thread of its own, so that one that hangs costs the device a deadline and not the day. A step goes there as a message, and this
 * thread sleeps until it is answered: to the store it is as synchronous as the medium beside it, and the order of steps is the order of calls.
 *
 * ```
 * signal[0]   answers given so far; what this thread sleeps on
 * signal[1]   1 once nobody waits for this medium any more
 * ```
 * After a step that was not answered in time no other is ever asked for. The one under way may still be done, however late: it was decided
 * before, and what it writes is the beginning of what the other medium holds.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { leaveHanging } from '../hung-threads.ts'
import type { StoreMedium } from './media.ts'
import { SILENT } from './storage-fault.ts'

/** Every step there is. */
export type MediumStep =
  | Exclude<keyof StoreMedium, 'folder' | 'slots' | 'space' | 'distrust' | 'leftBehind'>
  | `slots.${keyof StoreMedium['slots']}`
  | `space.${keyof StoreMedium['space']}`
  | `distrust.${keyof StoreMedium['distrust']}`
  | `leftBehind.${keyof StoreMedium['leftBehind']}`

/** What a thread is asked to do. */
export interface StepOrder {
  readonly step: MediumStep
  readonly args: readonly unknown[]
}

/** What became of it. */
export type StepAnswer =
  | { readonly value: unknown }
  | { readonly error: { readonly message: string; readonly code: string | undefined } }

/** What a thread is started with. */
export interface MediumThread {
  readonly folder: string
  readonly port: MessagePort
  readonly signal: Int32Array
}

/** How long this thread sleeps at most. */
export interface Deadlines {
  /** Until the medium is opened: every page of its database is looked at. */
  readonly openMs: number
  readonly stepMs: number
}

/** Much longer than a card takes that moves its blocks about; shorter than a voter waits before asking somebody. */
export const DEADLINES: Deadlines = { openMs: 30_000, stepMs: 10_000 }

/** Guards one thing: that a medium that was silent once is never asked again. */
export class WorkerMedium implements StoreMedium {
  readonly folder: string
  readonly #thread: Worker
  readonly #port: MessagePort
  readonly #signal = new Int32Array(new SharedArrayBuffer(8))
  readonly #stepMs: number
  #deadlineMs: number
  #isGone = false

  /** Opens a medium that was set up before. Whether it could be opened is told by {@link records}. */
  constructor(
    folder: string,
    deadlines: Deadlines,
    program = new URL('./medium-worker.ts', import.meta.url),
  ) {
    this.folder = folder
    this.#deadlineMs = deadlines.openMs
    this.#stepMs = deadlines.stepMs
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const workerData: MediumThread = { folder, port: port2, signal: this.#signal }
    this.#thread = new Worker(program, { workerData, transferList: [port2] })
    this.#thread.on('error', () => this.#leave())
    this.#thread.unref()
  }

  readonly slots: StoreMedium['slots'] = {
    writeNext: (key) => this.#ask('slots.writeNext', key),
    destroyPrevious: () => this.#ask('slots.destroyPrevious'),
    destroyAll: () => this.#ask('slots.destroyAll'),
    keys: () => this.#ask('slots.keys'),
    keep: (place) => this.#ask('slots.keep', place),
  }

  readonly space: StoreMedium['space'] = {
    disk: () => this.#ask('space.disk'),
    ballotsLeft: (ballot, free) => this.#ask('space.ballotsLeft', ballot, free),
    reserve: (ballot) => this.#ask('space.reserve', ballot),
    renew: (ballot) => this.#ask('space.renew', ballot),
    makeRoom: (ballot, free) => this.#ask('space.makeRoom', ballot, free),
    giveBack: () => this.#ask('space.giveBack'),
  }

  readonly distrust: StoreMedium['distrust'] = {
    mark: (medium, boot) => this.#ask('distrust.mark', medium, boot),
    marked: (boot) => this.#ask('distrust.marked', boot),
  }

  readonly leftBehind: StoreMedium['leftBehind'] = {
    mark: (further) => this.#ask('leftBehind.mark', further),
    sizeOf: (origin) => this.#ask('leftBehind.sizeOf', origin),
  }

  records: StoreMedium['records'] = () => this.#ask('records')
  ballots: StoreMedium['ballots'] = () => this.#ask('ballots')
  adopted: StoreMedium['adopted'] = () => this.#ask('adopted')
  commit: StoreMedium['commit'] = (change) => this.#ask('commit', change)
  pool: StoreMedium['pool'] = () => this.#ask('pool')
  slip: StoreMedium['slip'] = () => this.#ask('slip')
  totals: StoreMedium['totals'] = () => this.#ask('totals')
  settleSheet: StoreMedium['settleSheet'] = (sheet) => this.#ask('settleSheet', sheet)
  markTallyAnswered: StoreMedium['markTallyAnswered'] = () => this.#ask('markTallyAnswered')
  receipt: StoreMedium['receipt'] = () => this.#ask('receipt')
  storeReceipt: StoreMedium['storeReceipt'] = (size, line) => this.#ask('storeReceipt', size, line)
  storeHeads: StoreMedium['storeHeads'] = (heads) => this.#ask('storeHeads', heads)

  close(): void {
    if (this.#isGone) return
    this.#ask('close')
    this.#leave()
  }

  /** Has a step done and sleeps until it is. Its type is that of the medium's own method of that name. */
  #ask<T>(step: MediumStep, ...args: readonly unknown[]): T {
    if (this.#isGone) throw this.#silent()
    const before = Atomics.load(this.#signal, 0)
    const order: StepOrder = { step, args }
    this.#port.postMessage(order)
    const until = performance.now() + this.#deadlineMs
    // The notice of the answer before may come as late as this: only the count tells that there is another.
    while (Atomics.load(this.#signal, 0) === before) {
      if (Atomics.wait(this.#signal, 0, before, Math.max(0, until - performance.now())) !== 'timed-out')
        continue
      this.#leave()
      leaveHanging(this.#thread)
      throw this.#silent()
    }
    this.#deadlineMs = this.#stepMs
    const answer: StepAnswer | undefined = receiveMessageOnPort(this.#port)?.message
    if (answer === undefined) throw new Error('a signal without an answer')
    if ('value' in answer) return answer.value as T
    const { message, code } = answer.error
    // The thread answers, but one of its own hangs.
    if (code === SILENT) leaveHanging(this.#thread)
    throw Object.assign(new Error(message), code === undefined ? {} : { code })
  }

  #leave(): void {
    this.#isGone = true
    Atomics.store(this.#signal, 1, 1)
    this.#port.close()
  }

  #silent(): Error {
    return Object.assign(new Error(`${this.folder}: no answer in time`), { code: SILENT })
  }
}
