/** What a run is held against: a server that shakes hands and does nothing else, and a subscriber that drops what it hears. */
import { createServer } from 'node:tls'
import { connect } from 'mqtt'
import { centreFilter } from '../../fleet/broker/access.ts'
import { underParent } from './children.ts'
import { CountryFile } from './country-file.ts'
import { officeOf, openCountryPackage } from './election.ts'

/** What a floor is told. */
export type ToFloor =
  | { readonly be: 'server'; readonly seed: string; readonly host: string; readonly awaited: number }
  | {
      readonly be: 'dropper'
      readonly seed: string
      readonly file: string
      readonly broker: string
      readonly awaited: number
    }

/** What it tells: `all` once as many handshakes or messages as awaited were there; milliseconds since 1970. */
export type FromFloor =
  | { readonly is: 'ready'; readonly port: number }
  | { readonly is: 'all'; readonly at: number }

let count = 0

const tell: (message: FromFloor) => void = underParent<ToFloor, FromFloor>(async (orders) => {
  const { centreName, tls } = officeOf(orders.seed)
  const counted = () => {
    count += 1
    if (count === orders.awaited) tell({ is: 'all', at: performance.timeOrigin + performance.now() })
  }
  if (orders.be === 'server') {
    const server = createServer(
      { ...tls, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
      (socket) => {
        // The client lets go without a word.
        socket.on('error', () => {})
        socket.write(Uint8Array.of(0))
        counted()
      },
    )
    server.listen(0, orders.host, () => {
      const address = server.address()
      tell({ is: 'ready', port: typeof address === 'object' && address !== null ? address.port : 0 })
    })
    return
  }
  const file = CountryFile.open(orders.file)
  const { election } = openCountryPackage(orders.seed, file.packageText).definition
  file.close()
  const client = connect(orders.broker, {
    ...tls,
    servername: centreName,
    clientId: centreName,
    protocolVersion: 4,
    clean: true,
  })
  client.on('message', counted)
  client.on('connect', () => {
    client.subscribe(centreFilter(election), { qos: 1 }, () => tell({ is: 'ready', port: 0 }))
  })
})
