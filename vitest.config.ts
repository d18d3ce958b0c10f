import { defineConfig } from 'vitest/config'

/** A browser paints in real time: one beside it would make it late. */
const BROWSER = [
  'test/attacks/13-kiosk-escape.test.ts',
  'test/browser/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/device-agent/ballot/page/**/*.test.ts',
]
/** A station's programs, and those of others, wait in real time for lines of real speed; they leave a processor to the browser. */
const PROGRAMS = ['test/end-to-end/**/*.test.ts', 'test/oracles/pcscd.test.ts']

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
          exclude: [...BROWSER, ...PROGRAMS],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      ...[
        { name: 'in a browser', include: BROWSER },
        { name: 'in real time', include: PROGRAMS },
      ].map((each) => ({
        extends: true as const,
        test: { ...each, maxWorkers: 1, sequence: { groupOrder: 1 } },
      })),
    ],
  },
})
