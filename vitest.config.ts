import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/browser/build.ts'],
    // Child processes and native handles (serial lines, databases) stay apart from one test file to the next.
    pool: 'forks',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
