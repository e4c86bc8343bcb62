import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { concurrencyElection } from '@eldest/etcd'
import { ForeignCandidate } from './foreign-candidate.js'
import { type ForeignStand, type ForeignTool, partsOf } from './foreign-tool.js'

/** `etcdctl elect`, as the servers' image has it. Its lease is 60 s, which cannot be changed. */
export class Etcdctl implements ForeignTool {
  readonly layout = concurrencyElection
  readonly layoutName = 'concurrency'
  readonly lingers = true
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Takes it out of the container of a server. */
  static async open(container: string): Promise<Etcdctl> {
    const folder = await mkdtemp(join(tmpdir(), 'eldest-etcdctl-'))
    await promisify(execFile)('docker', ['cp', `${container}:/usr/bin/etcdctl`, join(folder, 'etcdctl')])
    return new Etcdctl(folder)
  }

  start({ url, election, id }: ForeignStand): ForeignCandidate {
    const { hosts, namespace } = partsOf(url)
    const args = [`--endpoints=${hosts}`, 'elect', `${namespace}/${election}`, id]
    // It prints its key, then its proposal, once it leads.
    return new ForeignCandidate(join(this.#folder, 'etcdctl'), args, (text) => text === id)
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }
}
