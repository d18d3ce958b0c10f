#!/usr/bin/env node
// The one command. Plain JavaScript, so that an older Node can still read it and go on with the Node that npm brought.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REQUIRED_MAJOR = 24

function broughtNode() {
  try {
    const require = createRequire(import.meta.url)
    const folder = dirname(require.resolve(`node-linux-${process.arch}/package.json`))
    const path = join(folder, 'bin', 'node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) {
  const { main } = await import(new URL('../command.ts', import.meta.url).href)
  // Whatever a refused command left open (a broker, a line) must not keep the process; writes to a pipe are synchronous here.
  process.exit(await main(process.argv.slice(2)))
} else {
  const node = broughtNode()
  if (node === undefined) {
    process.stderr.write(
      `sandogh needs Node ${REQUIRED_MAJOR}, this is ${process.version}, and no newer one came with the dependencies.\n` +
        'Run "npm ci" in this folder first.\n',
    )
    process.exitCode = 2
  } else {
    const run = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
    // Whoever stops this process means the other; Ctrl-C reaches both by itself.
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal))
    process.on('SIGINT', () => {})
    run.on('exit', (code) => {
      process.exitCode = code ?? 1
    })
  }
}
