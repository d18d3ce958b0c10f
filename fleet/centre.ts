/** The national centre as one program: store, broker and collector. */
import type { ElectionPackage } from '../core/package/package.ts'
import type { Clock, Logger, Signer } from '../core/ports.ts'
import { valueOrThrow } from '../core/result.ts'
import { type Broker, startBroker, type TlsIdentity } from './broker/broker.ts'
import type { Alarm } from './collector/alarm.ts'
import { type Collector, type Counts, startCollector } from './collector/collector.ts'
import type { CentreStore } from './store/store.ts'

export interface CentreOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** The centre's own key and certificate, which its broker shows and its collector too. */
  readonly tls: TlsIdentity
  /** Subject of that certificate. */
  readonly name: string
  readonly package: ElectionPackage
  readonly authorityKey: Uint8Array
  /** Open; the caller closes it after the centre. */
  readonly store: CentreStore
  readonly witness: { readonly name: string; readonly signer: Signer }
  readonly messageSigner: Signer
  readonly clock: Clock
  readonly logger: Logger
  readonly onAlarm: (alarm: Alarm) => void
}

export interface Centre {
  /** Where devices connect. */
  readonly port: number
  counts(): Counts
  /** Resolves when no connection is open and the port is free. */
  close(): Promise<void>
}

/** Starts the centre; resolves when devices may send. */
export async function startCentre(options: CentreOptions): Promise<Centre> {
  const { host, tls, name, authorityKey, clock, logger } = options
  const electionId = options.package.definition.election
  const broker: Broker = await startBroker({
    host,
    port: options.port,
    tls,
    electionId,
    authorityKey,
    clock,
    logger,
  })
  const url = `mqtts://${host}:${broker.port}`
  const started = await startCollector({ ...options, broker: { url, tls, servername: name, clientId: name } })
  if (!started.ok) await broker.close()
  const collector: Collector = valueOrThrow(started)
  return {
    port: broker.port,
    counts: collector.counts,
    close: async () => {
      await collector.close()
      await broker.close()
    },
  }
}
