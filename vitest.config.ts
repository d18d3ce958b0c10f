import { defineConfig } from 'vitest/config'

/** A browser paints, and a station's programs wait, in real time: neighbours that never wait would make them late. */
const REAL_TIME = [
  'test/attacks/13-kiosk-escape.test.ts',
  'test/browser/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/device-agent/ballot/page/**/*.test.ts',
  'test/end-to-end/**/*.test.ts',
  'test/oracles/pcscd.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: ['test/browser/build.ts'],
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
          maxWorkers: 2,
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
