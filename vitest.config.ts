import { defineConfig } from 'vitest/config'

/** The adapters whose tests need a server; what lies in their test/offline needs none. */
const servers = ['etcd', 'consul', 'zookeeper']

/** Modes of servers (`cluster`, `secured`) that are not up: the tests in the folders of that name are left out. */
const absent = process.env['ELDEST_ABSENT']?.split(',').filter(Boolean) ?? []

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'packages',
          include: [
            `packages/!(${servers.join('|')})/test/**/*.test.ts`,
            'packages/*/test/offline/**/*.test.ts',
            'examples/*/test/**/*.test.ts',
            'bench/test/*.test.ts',
          ],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'test-e2e',
          include: ['test-e2e/test/**/*.test.ts'],
          exclude: [`test-e2e/test/{servers,clusters,${servers.join()}}/**`],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          // Real processes with real deadlines: one file at a time, or they starve each other.
          fileParallelism: false,
        },
      },
      ...servers.map((server) => ({
        test: {
          name: server,
          include: [
            `packages/${server}/test/**/*.test.ts`,
            `test-e2e/test/{any-store,servers,clusters,${server}}/**/*.test.ts`,
            'bench/test/servers/**/*.test.ts',
          ],
          exclude: [`packages/${server}/test/offline/**`, ...absent.map((mode) => `**/test/**/${mode}*/**`)],
          env: { ELDEST_BACKEND: server },
          pool: 'forks' as const,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // They pause and restart the one server they share.
          fileParallelism: false,
        },
      })),
    ],
  },
})
