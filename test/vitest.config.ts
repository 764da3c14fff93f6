import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Every stack under test is a process of its own with worker threads: two cores carry two files at once.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A test that was left focused or asserts nothing is no test.
    allowOnly: false,
    expect: { requireAssertions: true },
    restoreMocks: true,
    reporters: ['default', ['json', { outputFile: process.env.TEST_REPORT ?? 'test/output/report.json' }]],
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_REGION: 'us-east-1' },
  },
})
