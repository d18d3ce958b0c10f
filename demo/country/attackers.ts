/** The process of whoever means ill: it connects with a device's own certificate, in the device's place, and says what it has made. */
import { connect, type MqttClient } from 'mqtt'
import { certificatePem, ed25519PrivateKeyPem } from '../../core/keys/certificate.ts'
import { topicOf } from '../../core/messages/topic.ts'
import type { Attack } from './attacks.ts'
import { cloned, flooding, forged, lied } from './attacks.ts'
import { underParent } from './children.ts'
import { CountryFile } from './country-file.ts'
import { officeOf, openCountryPackage } from './election.ts'
import type { Clone, Forgery } from './fault-plan.ts'

/** One attack in the name of a device. */
export type AttackOrder = { readonly number: number; readonly broker: string } & (
  | { readonly as: 'forger'; readonly forgery: Forgery; readonly other: number }
  | { readonly as: 'clone'; readonly clone: Clone }
  | { readonly as: 'liar' }
  | { readonly as: 'flooder' }
)

/** What the process is told. */
export interface ToAttackers {
  readonly seed: string
  readonly file: string
  readonly orders: readonly AttackOrder[]
}

/** What it tells: every message was handed over, or its connection ended. */
export interface FromAttackers {
  readonly is: 'attacked'
}

/** Attacks at a time. */
const WINDOW = 16
const FLOOD = 2_000
/** A broker that does not answer is left alone; the parent sees who was not named. */
const PATIENCE_MS = 5_000

const tell: (message: FromAttackers) => void = underParent<ToAttackers, FromAttackers>(
  async ({ seed, file: path, orders }) => {
    const file = CountryFile.open(path)
    const electionPackage = openCountryPackage(seed, file.packageText)
    const { centreName: servername, tls } = officeOf(seed)
    const { ca } = tls
    const { election } = electionPackage.definition
    const perform = async (order: AttackOrder) => {
      const [device, other] = file.devices([order.number, order.as === 'forger' ? order.other : order.number])
      if (device === undefined || other === undefined) throw new Error(`no device ${order.number}`)
      const victim = { device, entries: file.entries(order.number) }
      const attack =
        order.as === 'forger'
          ? forged(order.forgery, victim, other, seed, electionPackage)
          : order.as === 'clone'
            ? cloned(order.clone, victim, electionPackage)
            : order.as === 'liar'
              ? lied(victim)
              : flooding()
      const client = connect(order.broker, {
        key: ed25519PrivateKeyPem(device.tlsSeed),
        cert: certificatePem(device.certificate),
        ca,
        servername,
        clientId: device.id,
        protocolVersion: 4,
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: PATIENCE_MS,
      })
      const topic = topicOf(election, device.id, 'up', attack.kind)
      await said(client, topic, attack, order.as === 'flooder' ? FLOOD : 1)
    }
    const waiting = [...orders]
    await Promise.all(
      Array.from({ length: WINDOW }, async () => {
        for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) await perform(order)
      }),
    )
    file.close()
    tell({ is: 'attacked' })
  },
)

/** Publishes so many times once connected; resolves when the last was taken, or nothing more will be. */
function said(client: MqttClient, topic: string, { payload }: Attack, times: number): Promise<void> {
  return new Promise((resolve) => {
    const tooLong = setTimeout(() => client.end(true), PATIENCE_MS)
    client.on('error', () => client.end(true))
    client.once('close', () => {
      clearTimeout(tooLong)
      client.end(true)
      resolve()
    })
    client.once('connect', () => {
      let taken = 0
      for (let i = 0; i < times; i += 1) {
        client.publish(topic, Buffer.from(payload), { qos: 1 }, () => {
          taken += 1
          if (taken === times) client.end(true)
        })
      }
    })
  })
}
