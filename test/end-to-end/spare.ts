/** Makes a spare as a technician and the office do: by the commands, each a process of its own. Its `config.json` is there. */
import { join } from 'node:path'
import { STATION } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder } from '../../demo/provisioned.ts'
import { sandogh } from './command.ts'

/** @param id of a spare that the package lists */
export async function enrolSpare(out: string, id: string): Promise<void> {
  const home = deviceFolder(out, id)
  await sandogh('device', 'request', '--home', home)
  await sandogh('provision', 'enrol', home, '--station', STATION, '--office', join(out, 'office'))
}
