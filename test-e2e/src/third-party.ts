import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder as somebody has it who installed the example adapter under the name by which `connect` looks for it. */
export class ThirdParty {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async install(): Promise<ThirdParty> {
    const folder = await mkdtemp(join(tmpdir(), 'eldest-third-party-'))
    const example = join(root, 'examples', 'file-store')
    const installed = join(folder, 'node_modules', '@eldest', 'file')
    await mkdir(installed, { recursive: true })
    for (const name of ['core', 'conformance']) {
      await symlink(join(root, 'packages', name), join(folder, 'node_modules', '@eldest', name))
    }
    await symlink(join(example, 'package.json'), join(installed, 'package.json'))
    await build({
      entry: ['index', 'harness'].map((name) => join(example, 'src', `${name}.ts`)),
      outDir: join(installed, 'dist'),
      format: 'esm',
      target: 'node20',
      config: false,
      silent: true,
      removeNodeProtocol: false,
    })
    return new ThirdParty(folder)
  }

  /** Writes a file there; returns its path. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, text)
    return path
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}
