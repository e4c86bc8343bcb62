import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Harness, type HarnessModule, memoryHarness } from '@eldest/conformance'
import { EXIT_USAGE, Failure } from '../failure.js'

/** The harness for a store: from the given module, or else from where the adapter of the URL's scheme has it. */
export async function openHarness(url: string, moduleName?: string): Promise<Harness> {
  const scheme = /^([a-z][a-z0-9]*):/.exec(url)?.[1]
  if (scheme === undefined) {
    throw new RangeError('store URL has no scheme: write for example local:./election or memory: before it')
  }
  const module = await (moduleName === undefined ? loadForScheme(scheme) : loadNamed(moduleName))
  return module.createHarness(url)
}

const memoryModule: HarnessModule = {
  async createHarness(url) {
    if (url !== 'memory:') throw new RangeError('the memory store takes no address: write memory:')
    return memoryHarness()
  },
}

/** As `connect` finds the adapter: `@eldest/<scheme>`, or the same less a final "s", which asks for TLS. */
async function loadForScheme(scheme: string): Promise<HarnessModule> {
  if (scheme === 'memory') return memoryModule
  const names = [scheme, scheme.replace(/s$/, '')].map((name) => `@eldest/${name}/harness`)
  for (const name of new Set(names)) {
    const path = resolvePackage(name)
    if (path !== undefined) return load(name, pathToFileURL(path).href)
  }
  throw new RangeError(
    `no harness for the scheme "${scheme}:": install an adapter that exports ${names[0]}, or write a module that exports ` +
      `createHarness(url) and name it with --harness ./harness.js (docs/writing-an-adapter.md shows one)`,
  )
}

function loadNamed(name: string): Promise<HarnessModule> {
  const isPath = /^\.{1,2}([/\\]|$)/.test(name) || isAbsolute(name) || existsSync(name)
  const path = isPath ? resolve(name) : resolvePackage(name)
  if (path === undefined || !existsSync(path)) {
    throw new RangeError(`--harness ${name}: there is no such file, and no such package is installed here`)
  }
  return load(`--harness ${name}`, pathToFileURL(path).href)
}

/** From where this command is installed, or else from where it runs; `undefined` if it is in neither place. */
function resolvePackage(name: string): string | undefined {
  for (const base of [import.meta.url, pathToFileURL(join(process.cwd(), 'noop.js')).href]) {
    try {
      return createRequire(base).resolve(name)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  return undefined
}

async function load(what: string, href: string): Promise<HarnessModule> {
  let module: Partial<HarnessModule>
  try {
    module = (await import(href)) as Partial<HarnessModule>
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'this Node loads JavaScript only: name the built file'
        : message.split('\n', 1)[0]
    throw new Failure(`${what} cannot be loaded: ${why}`, EXIT_USAGE)
  }
  if (typeof module.createHarness !== 'function') {
    throw new RangeError(`${what} exports no function createHarness(url)`)
  }
  return module as HarnessModule
}
