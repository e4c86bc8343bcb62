import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { leaderLatch } from '@eldest/zookeeper'
import { ForeignCandidate } from './foreign-candidate.js'
import { type ForeignStand, type ForeignTool, partsOf } from './foreign-tool.js'

const run = promisify(execFile)

/** A candidate in a container of its own, which can be killed without notice. */
class LatchCandidate extends ForeignCandidate {
  readonly #container: string

  constructor(image: string, container: string, args: string[]) {
    super(
      'docker',
      ['run', '--rm', '--network', 'host', '--name', container, image, ...args],
      (text) => text === 'elected',
    )
    this.#container = container
  }

  override kill(): void {
    run('docker', ['kill', this.#container]).catch(() => undefined) // it has ended by itself
  }
}

/** Curator's LeaderLatch, which needs a Java of its own. */
export class LeaderLatch implements ForeignTool {
  readonly layout = leaderLatch
  readonly layoutName = 'leader-latch'
  readonly lingers = false
  readonly #image: string
  readonly #containers: string[] = []

  private constructor(image: string) {
    this.#image = image
  }

  /** Builds the image where it is missing. */
  static async open(): Promise<LeaderLatch> {
    const script = fileURLToPath(new URL('../../../docker/peer-image', import.meta.url))
    return new LeaderLatch((await run('bash', [script, 'curator'])).stdout.trim())
  }

  start({ url, election, id, ttlMs }: ForeignStand): ForeignCandidate {
    const { hosts, namespace } = partsOf(url)
    const container = `eldest-latch-${randomBytes(6).toString('hex')}`
    this.#containers.push(container)
    return new LatchCandidate(this.#image, container, [hosts, `/${namespace}/${election}`, id, String(ttlMs)])
  }

  async close(): Promise<void> {
    for (const container of this.#containers) await run('docker', ['rm', '-f', container]).catch(() => undefined)
  }
}
