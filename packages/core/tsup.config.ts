import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', adapter: 'src/adapter.ts', 'memory/index': 'src/memory/index.ts' },
  format: 'esm',
  target: 'node20',
  dts: true,
  clean: true,
  removeNodeProtocol: false,
})
