/** The server of tests is that of the simulated country. */
import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { PostgresServer } from '../../demo/country/postgres-server.ts'

export { PostgresServer, postgresPrograms } from '../../demo/country/postgres-server.ts'

/** In memory where there is room: what is killed here are programs, never the power, and other tests keep the disk busy. */
export function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return PostgresServer.start(settings)
  const { bavail, bsize } = statfsSync(memory)
  return PostgresServer.start(settings, bavail * bsize > 2 ** 30 ? memory : tmpdir())
}
