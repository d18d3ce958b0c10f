/** A worker thread that examines messages: an order comes in, what was found goes out. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { ElectionPackage } from '../../core/package/package.ts'
import { examine, type Inbound } from './examine.ts'
import { Stations } from './stations.ts'

export interface ExamineSetup {
  readonly package: ElectionPackage
  readonly authorityKey: Uint8Array
}

export interface ExamineOrder {
  readonly messages: readonly Inbound[]
  /** Milliseconds since 1970. */
  readonly now: number
}

function work(port: MessagePort, setup: ExamineSetup): void {
  const ground = { ...setup, stations: new Stations(setup.package.definition) }
  port.on('message', ({ messages, now }: ExamineOrder) =>
    port.postMessage(messages.map((message) => examine(ground, message, now))),
  )
}

// Whoever loads this module elsewhere has no parent to work for.
if (parentPort !== null) work(parentPort, workerData as ExamineSetup)
