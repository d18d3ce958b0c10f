/** The tables of the centre's store as they lie in its database, read by nothing of the centre. */
import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'

/** A database, opened to be read. */
export interface Tables {
  rows<T>(sql: string): Promise<readonly T[]>
  /** The expression that gives all entries of a journal as one text, a line each. */
  readonly entriesText: string
  close(): Promise<void>
}

/** @param location a path of SQLite, or `postgres://…` */
export async function openTables(location: string): Promise<Tables> {
  if (location.startsWith('postgres://')) {
    const client = new pg.Client({ connectionString: location })
    await client.connect()
    return {
      rows: async (sql) => (await client.query(sql)).rows,
      entriesText: "string_agg(convert_from(bytes, 'UTF8'), chr(10) ORDER BY seq)",
      close: () => client.end(),
    }
  }
  const database = new SqliteDatabase(location, { readonly: true })
  return {
    rows: async <T>(sql: string) => database.prepare(sql).all() as T[],
    entriesText: 'group_concat(CAST(bytes AS TEXT), char(10) ORDER BY seq)',
    close: async () => {
      database.close()
    },
  }
}
