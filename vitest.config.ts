// Where install scripts are switched off npm runs no `pretest` either, so the version is checked here too.
import './bin/require-node.cjs'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'tools/**/*.test.ts'],
    // Native engines are child processes of their own: more test workers than processors only adds noise.
    maxWorkers: 2,
    // Threads of one engine spin while they wait for each other, which two test workers on two processors cannot afford.
    env: { PLIMSOLL_THREADS: '1' },
    // Nobody waits so long; a machine that does other work does not decide a test.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
