/** A worker thread that audits stations: an order comes in, its outcome goes out. */
import { parentPort, workerData } from 'node:worker_threads'
import { type AuditSetup, StationAudit, type StationOrder } from './station-audit.ts'

const port = parentPort
if (port === null) throw new Error('this is started as a worker thread')
const audit = new StationAudit(workerData as AuditSetup)
port.on('message', (order: StationOrder) => port.postMessage(audit.audit(order)))
