/** A worker thread that audits stations: an order comes in, its outcome goes out. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type AuditSetup, StationAudit, type StationOrder } from './station-audit.ts'

function work(port: MessagePort, setup: AuditSetup): void {
  const audit = new StationAudit(setup)
  port.on('message', (order: StationOrder) => port.postMessage(audit.audit(order)))
}

// Whoever loads this module elsewhere has no parent to work for.
if (parentPort !== null) work(parentPort, workerData as AuditSetup)
