import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const core = new URL('../../../packages/core/', import.meta.url)

/** The core with all its entry points in one file, minified: bytes once compressed, and what it needs beside Node. */
export async function coreSize(): Promise<{ gzipBytes: number; dependencies: string[] }> {
  const manifest = JSON.parse(await readFile(new URL('package.json', core), 'utf8')) as {
    exports: Record<string, { default: string } | string>
    dependencies?: Record<string, string>
    peerDependencies?: Record<string, string>
  }
  const entries = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]))
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from '${entry}'`).join('\n'),
      resolveDir: fileURLToPath(core),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  const foreign = imported.filter((path) => !path.startsWith('node:'))
  const named = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  return {
    gzipBytes: gzipSync(outputFiles[0]!.contents, { level: 9 }).length,
    dependencies: [...new Set([...named, ...foreign])],
  }
}
