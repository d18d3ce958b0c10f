/** An election office that orders devices about: two officials, and a collector that carries what they signed. */
import { readFileSync } from 'node:fs'
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import { parseOfficial } from '../../core/messages/official-file.ts'
import { type Command, countersignOrder, draftOrder, readOrder } from '../../core/messages/order.ts'
import type { OrderAnswer } from '../../core/messages/order-answer.ts'
import type { Clock, Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { utcText } from '../../core/text/utc-second.ts'
import { makeOfficials } from '../../demo/officials.ts'
import type { Provisioned } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { sendOrder } from '../../fleet/orders/send-order.ts'
import { silent } from './station.ts'

const COLLECTOR = 'collector-2.sandogh.example'
const GOOD_FOR_MS = 600_000

/** Sends again every three seconds: below what a device looks at. */
const clock: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / 10, callback) }

/** Gives orders, each with the next number. */
export class OrderOffice {
  readonly #provisioned: Provisioned
  readonly #port: number
  readonly #officials: readonly [string, string]
  #number = 0

  constructor(out: string, provisioned: Provisioned, brokerPort: number, random: Random) {
    this.#provisioned = provisioned
    this.#port = brokerPort
    this.#officials = makeOfficials(out, provisioned, random)
  }

  /** Has a device ordered that. @returns what it answered, once it has */
  async order(device: string, order: Command): Promise<OrderAnswer['result'] | undefined> {
    const { electionPackage, authority, authorityDer, centre } = this.#provisioned
    const { election } = electionPackage.definition
    const [one, other] = this.#officials.map((path) =>
      valueOrThrow(parseOfficial(readFileSync(path, 'utf8'), path)),
    )
    const carrier = centre.material.identities[COLLECTOR]
    if (one === undefined || other === undefined || carrier === undefined) throw new Error('an office of one')
    this.#number += 1
    const now = systemClock.now()
    const times = { issued: utcText(now), expires: utcText(now + GOOD_FOR_MS) }
    const draft = draftOrder({ election, to: { device }, number: this.#number, ...times, order }, one)
    const payload = valueOrThrow(countersignOrder(valueOrThrow(readOrder(draft, 'draft')), other, 'draft'))
    let said: OrderAnswer['result'] | undefined
    const silentOnes = await sendOrder({
      brokers: [
        {
          url: `mqtts://127.0.0.1:${this.#port}`,
          tls: {
            key: ed25519PrivateKeyPem(carrier.seed),
            cert: certificatePem(carrier.certificate),
            ca: certificatePem(authorityDer),
          },
          servername: centre.name,
          clientId: COLLECTOR,
        },
      ],
      election,
      authority: authority.publicKey,
      certificatesAt: now,
      payload,
      devices: [device],
      until: now + GOOD_FOR_MS,
      clock,
      logger: silent,
      answered: ({ result }) => {
        said = result
      },
      end: new Promise(() => {}),
    })
    valueOrThrow(silentOnes)
    return said
  }
}
