/** A broker or a collector of the simulated centre as a process of its own, so that it can be killed. */
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import type { Logger } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { systemClock } from '../../device-agent/system.ts'
import { startBroker } from '../../fleet/broker/broker.ts'
import { startCollector } from '../../fleet/collector/collector.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import { underParent } from './children.ts'
import { CountryFile } from './country-file.ts'
import { officeOf, openCountryPackage } from './election.ts'

/** What a process of the centre is told. */
export type CentreOrders =
  | {
      readonly be: 'broker'
      readonly seed: string
      readonly file: string
      readonly host: string
      readonly port: number
    }
  | {
      readonly be: 'collector'
      readonly seed: string
      readonly file: string
      /** `mqtts://host:port`. */
      readonly broker: string
      readonly store: string
    }

/** What it tells. */
export type FromCentre =
  | { readonly is: 'ready'; readonly port: number }
  /** Of a collector: what it raised an alarm about. */
  | { readonly is: 'alarm'; readonly device: string; readonly kind: string }

const logger: Logger = {
  info: () => {},
  warn: () => {},
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
}

const tell: (message: FromCentre) => void = underParent<CentreOrders, FromCentre>(async (orders) => {
  const { authority, authorityDer, centre } = officeOf(orders.seed)
  const file = CountryFile.open(orders.file)
  const electionPackage = openCountryPackage(orders.seed, file.packageText)
  file.close()
  const tls = {
    key: ed25519PrivateKeyPem(centre.tlsSeed),
    cert: certificatePem(centre.certificate),
    ca: certificatePem(authorityDer),
  }
  const authorityKey = authority.publicKey
  if (orders.be === 'broker') {
    const { host, port } = orders
    const electionId = electionPackage.definition.election
    const broker = await startBroker({
      host,
      port,
      tls,
      electionId,
      authorityKey,
      clock: systemClock,
      logger,
    })
    tell({ is: 'ready', port: broker.port })
    return
  }
  await startCollector({
    package: electionPackage,
    authorityKey,
    store: valueOrThrow(openCentreStore(orders.store)),
    witness: centre.witness,
    messageSigner: centre.messageSigner,
    clock: systemClock,
    broker: { url: orders.broker, tls, servername: centre.name, clientId: centre.name },
    logger,
    onAlarm: ({ device, kind }) => tell({ is: 'alarm', device, kind }),
  })
  tell({ is: 'ready', port: 0 })
})
