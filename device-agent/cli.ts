/** `sandogh device`: the program of a device. */
import { parseArgs } from 'node:util'

export const usage = `sandogh device <verb> --home FOLDER

  setup   make the ballot database of a provisioned device, once
  run     run the device: polls, voters, closing; goes on until it is switched off

FOLDER holds config.json, package.json, certificate.der, centre.der and keys.json (see "sandogh provision").
`

/** @returns the exit code; refusals are thrown as {@link RefusalError} */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' } },
    allowPositionals: true,
  })
  const [verb, ...rest] = positionals
  const known = verb === 'setup' || verb === 'run'
  if (!known || rest.length > 0 || values.home === undefined) {
    process.stderr.write(usage)
    return 2
  }
  const { runDevice, setUpDevice } = await import('./ballot/main.ts')
  if (verb === 'setup') {
    setUpDevice(values.home)
    process.stdout.write(`${values.home}: the ballot database is made and the journal has begun\n`)
  } else {
    await runDevice(values.home, (bundle) => process.stdout.write(`the bundle is in ${bundle}\n`))
  }
  return 0
}
