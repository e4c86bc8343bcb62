import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { main: 'src/main.ts', guardian: 'src/guarded/guardian.ts' },
  format: 'esm',
  target: 'node20',
  dts: false,
  clean: true,
  removeNodeProtocol: false,
})
