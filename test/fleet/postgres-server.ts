/** The server of tests is that of the simulated country. */
export { PostgresServer, postgresPrograms } from '../../demo/country/postgres-server.ts'
