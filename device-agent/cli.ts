/** `sandogh device`: the program of a device. */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { RefusalError } from '../core/result.ts'

export const usage = `sandogh device: the program of a ballot device

  sandogh device request --home <folder>
      makes the keys of a new device, which never leave it, and writes enrolment.request and card-terminal.request: the
      office answers them with "sandogh provision enrol". The folder has a config.json, and nothing else yet
  sandogh device setup --home <folder>
      makes the ballot database of a provisioned device, once
  sandogh device run --home <folder>
      runs the device: polls, voters, closing; goes on until it is switched off. A spare first asks on its screen for the
      storage medium of the device that died, and takes its place
  sandogh device calibrate --home <folder>
      shows nine crosses on the device's own screen, fits its touchscreen to the touches on them and writes
      touch-calibration.json, signed by the device; while the device's program is not running
  sandogh device program
      prints the files of this program with their SHA-256, as sha256sum does: what a device's journal names it by is SHA-256
      of this list, and "sandogh audit verify --program" compares them

The folder holds config.json, which the technician writes, keys.json and card-key.json, which the device makes, and what
the office answers. "npm start -- --auto" makes three such folders, in out/devices/.

Exit code: 0 done, 2 the folder or the command was refused.
`

/** @returns the exit code; refusals are thrown as {@link RefusalError} */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' } },
    allowPositionals: true,
  })
  const [verb, ...rest] = positionals
  if (verb === undefined) throw misuse('say what to do: request, setup, run, calibrate or program')
  if (!['request', 'setup', 'run', 'calibrate', 'program'].includes(verb)) {
    throw misuse(`there is no verb ${JSON.stringify(verb)}, only request, setup, run, calibrate and program`)
  }
  if (verb === 'program') {
    if (rest.length > 0 || values.home !== undefined) throw misuse('program takes nothing behind it')
    const { programFiles } = await import('./program-files.ts')
    process.stdout.write(programFiles())
    return 0
  }
  if (rest.length > 0) throw misuse(`${verb} takes nothing but --home`)
  if (values.home === undefined) throw misuse("the device's folder is missing: --home <folder>")
  if (!existsSync(values.home)) {
    throw new RefusalError({
      code: 'home.missing',
      where: values.home,
      what: 'there is no such folder',
      next: 'Name the folder that provisioning made for this device.',
    })
  }
  // Whatever this process writes, SQLite's own files too, is for this device's user alone.
  process.umask(0o077)
  const { calibrateDevice, requestEnrolling, runDevice, setUpDevice } = await import('./ballot/main.ts')
  if (verb === 'request') {
    const files = requestEnrolling(values.home)
    process.stdout.write(
      `${files.join('\n')}\nBring them to the office: "sandogh provision enrol" answers them.\n`,
    )
  } else if (verb === 'setup') {
    setUpDevice(values.home)
    process.stdout.write(`${values.home}: the ballot database is made and the journal has begun\n`)
  } else if (verb === 'calibrate') {
    const file = await calibrateDevice(values.home)
    process.stdout.write(`the touchscreen is calibrated: ${file}\n`)
  } else {
    await runDevice(values.home, (bundle) =>
      process.stdout.write(
        bundle === undefined ? 'the bundle could not be written\n' : `the bundle is in ${bundle}\n`,
      ),
    )
  }
  return 0
}

function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh device',
    what,
    next: 'See "sandogh device --help".',
  })
}
