import { expect, test } from 'vitest'
import { main } from '../../device-agent/cli.ts'
import { newFolder } from './store/device.ts'

test("whatever a device's program writes is for its own user alone, also where files are open to everybody by default", async () => {
  const before = process.umask(0)
  try {
    await expect(main(['setup', '--home', newFolder()])).rejects.toThrow('config.json')
    expect(process.umask()).toBe(0o077)
  } finally {
    process.umask(before)
  }
})
