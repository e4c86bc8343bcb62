import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import type * as Simulator from '../../src/index.js'
import type { ProfileName, PromiseName } from '../../src/index.js'

/** A snippet of a source file, found there exactly once, and what stands in its place. */
export interface Edit {
  /** Beneath `packages`. */
  file: string
  find: string
  put: string
}

/** One deliberate fault in the election, in the session or in what a store does for them. */
export interface Mutant {
  name: string
  /** The promise that it breaks: what must catch it. */
  breaks: PromiseName
  /** The store on which it shows. Default: all of them in turn. */
  profile?: ProfileName
  edits: Edit[]
}

const packages = resolve(import.meta.dirname, '../../..')

/** Builds a program of the workspace and the core beneath it with the edits. */
export async function buildMutant(
  { name, edits }: Pick<Mutant, 'name' | 'edits'>,
  options: { entry: string; outfile: string } & Pick<esbuild.BuildOptions, 'packages'>,
): Promise<void> {
  const applied = new Set<Edit>()
  const plugin: esbuild.Plugin = {
    name: 'mutant',
    setup(build) {
      build.onLoad({ filter: /packages[\\/]\w+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        for (const edit of edits) {
          if (resolve(packages, edit.file) !== path) continue
          const pieces = contents.split(edit.find)
          if (pieces.length !== 2) {
            throw new Error(
              `mutant "${name}": ${edit.file} has ${pieces.length - 1} times in place of once: ${edit.find}`,
            )
          }
          contents = pieces.join(edit.put)
          applied.add(edit)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
  const { entry, ...rest } = options
  await esbuild.build({
    ...rest,
    entryPoints: [join(packages, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    alias: {
      '@eldest/core': join(packages, 'core/src/index.ts'),
      '@eldest/core/adapter': join(packages, 'core/src/adapter.ts'),
    },
    plugins: [plugin],
  })
  const missing = edits.find((edit) => !applied.has(edit))
  if (missing) throw new Error(`mutant "${name}": ${missing.file} is not part of what is built`)
}

/** Builds the simulator with the edits, and loads it. */
export async function loadMutant(mutant: Pick<Mutant, 'name' | 'edits'>): Promise<typeof Simulator> {
  const folder = mkdtempSync(join(tmpdir(), 'eldest-mutant-'))
  try {
    const outfile = join(folder, 'simulator.mjs')
    await buildMutant(mutant, { entry: 'simulator/src/index.ts', outfile })
    return (await import(pathToFileURL(outfile).href)) as typeof Simulator
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The simulator as it is, with the core as it is: built, since what runs TypeScript as it stands runs it slower. */
export function loadSimulator(): Promise<typeof Simulator> {
  return loadMutant({ name: 'none', edits: [] })
}

/** How a mutant was caught: how many seeds that took, and by what. `undefined`: it was not. */
export interface Catch {
  seeds: number
  profile: string
  what: string
}

/** Runs seeds on a mutant until its promise is broken. */
export async function hunt(mutant: Mutant, maxSeeds: number): Promise<Catch | undefined> {
  const { planOf, simulate } = await loadMutant(mutant)
  for (let seed = 0; seed < maxSeeds; seed++) {
    const { broken, plan } = await simulate(planOf(seed, mutant.profile))
    const violation = broken.find(({ promise }) => promise === mutant.breaks)
    if (violation) return { seeds: seed + 1, profile: plan.profile, what: violation.what }
  }
  return undefined
}
