import { execFile } from 'node:child_process'
import { copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../../../packages/', import.meta.url))

/** Packages in a folder of their own, as a user would have them. */
export class Installation {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Packs these of our packages, and installs them, or others from the registry. */
  static async of(wanted: { ours?: string[]; others?: string[] }): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'eldest-start-'))
    const tarballs: string[] = []
    for (const name of wanted.ours ?? []) {
      const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(packages, name) })
      const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
      tarballs.push(join(folder, filename))
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'start', private: true, type: 'module' }))
    const install = ['install', '--no-fund', '--no-audit', '--prefer-offline', ...tarballs, ...(wanted.others ?? [])]
    if (install.length > 4) await run('npm', install, { cwd: folder })
    else await mkdir(join(folder, 'node_modules'))
    return new Installation(folder)
  }

  /** Where a program of ours lies now, beside the packages that it imports. */
  async place(program: string): Promise<string> {
    const path = join(this.#folder, program)
    await copyFile(new URL(`programs/${program}`, import.meta.url), path)
    return path
  }

  /** What lies in `node_modules`: the files' lengths, and how many packages they are. */
  async size(): Promise<{ kB: number; packages: number }> {
    const modules = join(this.#folder, 'node_modules')
    let bytes = 0
    for (const name of await readdir(modules, { recursive: true })) {
      const stat = await lstat(join(modules, name))
      if (stat.isFile()) bytes += stat.size
    }
    const lock = await readFile(join(modules, '.package-lock.json'), 'utf8').catch(() => '{"packages":{}}')
    return { kB: bytes / 1000, packages: Object.keys((JSON.parse(lock) as { packages: object }).packages).length }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
