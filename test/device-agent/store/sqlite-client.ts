/**
 * SQLite as anyone has it who holds a disk: not our connection, not our library where another is at hand. Debian's `sqlite3` if it is
 * there, else the one in Python, else a plain connection of our library.
 */
import { spawnSync } from 'node:child_process'
import Database from 'better-sqlite3'

const PYTHON = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.stdin.read())'

/** Runs statements on a database file. Throws if one fails. */
export function runSql(path: string, statements: string): void {
  for (const [command, args] of [
    ['sqlite3', ['-bail', path]],
    ['python3', ['-c', PYTHON, path]],
  ] as const) {
    const run = spawnSync(command, args, { input: statements, encoding: 'utf8' })
    if (run.error !== undefined) continue
    if (run.status !== 0) throw new Error(`${command}: ${run.stderr}`)
    return
  }
  const database = new Database(path)
  // As SQLite's own client is: without foreign keys, and not defensive.
  database.pragma('foreign_keys = OFF')
  database.unsafeMode(true)
  database.exec(statements)
  database.close()
}
