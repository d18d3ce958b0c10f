/** The national centre of the demonstration, with its home folder and its database in `<out>/centre`. */
import { join } from 'node:path'
import { certificatePem, ed25519PrivateKeyPem } from '../core/keys/certificate.ts'
import type { Clock, Logger } from '../core/ports.ts'
import { valueOrThrow } from '../core/result.ts'
import { type Centre, startCentre } from '../fleet/centre.ts'
import { writeCentreHome } from '../fleet/home.ts'
import { type CentreStore, openCentreStore } from '../fleet/store/store.ts'
import type { Provisioned } from './provisioned.ts'

interface CentreParts {
  readonly out: string
  readonly provisioned: Provisioned
  readonly clock: Clock
  readonly logger: Logger
}

/** Starts it on a free port of this machine. The caller closes the centre, then its store. */
export async function startVirtualCentre({
  out,
  provisioned,
  clock,
  logger,
}: CentreParts): Promise<{ readonly centre: Centre; readonly store: CentreStore }> {
  const folder = join(out, 'centre')
  writeCentreHome(folder, provisioned.centre.material)
  const store = valueOrThrow(await openCentreStore(join(folder, 'centre.db')))
  const centre = await startCentre({
    ...centreOf(provisioned),
    store,
    clock,
    logger,
    onAlarm: (alarm) => {
      logger.error({ alarm: alarm.kind, device: alarm.device }, 'alarm')
    },
  })
  return { centre, store }
}

/** The centre of an election that was provisioned, on a free port of this machine: all but its store, its clock and whom it tells. */
export function centreOf({ centre: identity, authority, authorityDer, electionPackage }: Provisioned) {
  return {
    host: '127.0.0.1',
    port: 0,
    tls: {
      key: ed25519PrivateKeyPem(identity.tlsSeed),
      cert: certificatePem(identity.certificate),
      ca: certificatePem(authorityDer),
    },
    name: identity.name,
    package: electionPackage,
    authorityKey: authority.publicKey,
    witness: identity.witness,
    messageSigner: identity.messageSigner,
  }
}
