import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A browser paints, and a station's programs wait, in real time: neighbours that never wait would make them late. */
const REAL_TIME = [
  'test/attacks/13-kiosk-escape.test.ts',
  'test/browser/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/device-agent/ballot/page/**/*.test.ts',
  'test/end-to-end/**/*.test.ts',
  'test/oracles/pcscd.test.ts',
]

/** A minute or more each: last, they would leave a processor idle at the end. */
const LONG = [
  'end-to-end/station-day',
  'end-to-end/kill.',
  'demo/ten-actions',
  'demo/station/live-station',
  'end-to-end/killed-at-calls',
  'end-to-end/conditions',
  'adversary/whole-day',
  'device-agent/store/changed-rows',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((part) => moduleId.includes(`test/${part}`))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    globalSetup: ['test/browser/build.ts'],
    // A day starts many programs: each but the first finds its modules compiled, at half the processor's time.
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') },
    // Child processes and native handles (serial lines, databases) stay apart from one test file to the next.
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/**/*.test.ts'],
          exclude: REAL_TIME,
          // One more than there are processors: some wait for a child or a disk.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'in real time',
          include: REAL_TIME,
          // They mostly wait: for a printer's paper, a voter's time-out, a reader.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
