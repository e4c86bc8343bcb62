import { type Clock, ConsensusError } from '@eldest/core'
import { withDeadline } from '@eldest/core/adapter'
import { CLOCK_TOLERANCE_MS } from './host-boot.js'
import type { LocalClient, Snapshot } from './local-client.js'
import { Draft } from './local-draft.js'
import type { LocalFile } from './local-file.js'
import { LocalJudge, type Verdict } from './local-judge.js'
import { FORMAT, keys, type Meta, readMeta } from './local-layout.js'
import { LocalWriter } from './local-writer.js'

/** What a {@link LocalLedger} is made of. */
export interface LocalLedgerOptions {
  client: LocalClient
  file: LocalFile
  clock: Clock
  boot: string
  requestTimeoutMs: number
}

/** How one write is done. */
export interface LedgerWriteOptions {
  signal?: AbortSignal | undefined
  /** Before all other writes of this process that wait. */
  urgent?: boolean
  /** In a commit of its own. */
  alone?: boolean
}

/**
 * The file's single history: consistent reads and atomic writes, with every session whose deadline has passed ended
 * before either, by whoever comes first.
 */
export class LocalLedger {
  readonly #options: LocalLedgerOptions
  readonly #writer: LocalWriter
  readonly #judge: LocalJudge
  readonly #failed = new AbortController()
  #opened = false
  /** Called after each commit of this process. */
  onCommit: () => void = () => {}

  constructor(options: LocalLedgerOptions) {
    this.#options = options
    const { client, clock } = options
    this.#judge = new LocalJudge(client.pulses)
    const begin = (snapshot: Snapshot) => this.#begin(snapshot)
    this.#writer = new LocalWriter({ client, clock, begin, onCommit: (draft) => this.#committed(draft) })
  }

  /** Fires when the file is not the one that was opened, or belongs to another boot: nothing works after that. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  /** Makes the file ours: writes what a new one lacks, ends what an earlier boot left. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.sweep(signal)
    this.#opened = true
    const isAlive = (id: string) => this.peek((snapshot) => snapshot.get(keys.session(id)) !== undefined)
    this.#options.client.pulses.tidy(isAlive)
  }

  async read<T>(look: (snapshot: Snapshot) => T, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (this.peek((snapshot) => this.verdict(snapshot)).over.length > 0) await this.sweep(signal)
    return this.peek(look)
  }

  /** Reads at once, ended sessions included. */
  peek<T>(look: (snapshot: Snapshot, meta: Meta) => T): T {
    this.assertUsable()
    return this.#options.client.read((snapshot) => look(snapshot, this.#meta(snapshot)))
  }

  verdict(snapshot: Snapshot): Verdict {
    return this.#judge.verdict(snapshot, this.#options.clock.now())
  }

  /** Ends every session whose deadline has passed. */
  sweep(signal?: AbortSignal): Promise<void> {
    return this.write(() => undefined, { signal, urgent: true })
  }

  write<T>(apply: (draft: Draft) => T, options: LedgerWriteOptions = {}): Promise<T> {
    const { signal, urgent = false, alone = false } = options
    const { clock, requestTimeoutMs: timeoutMs, file } = this.#options
    let edit: { sent: boolean } | undefined
    const onTimeout = () =>
      new ConsensusError(
        edit?.sent ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE',
        `the store ${file.path} did not write within ${timeoutMs} ms: its disk is slow, or a process that was stopped while writing holds its lock`,
      )
    const submit = (waiting: AbortSignal) =>
      new Promise<T>((resolve, reject) => {
        this.assertUsable()
        const submitted = {
          apply,
          resolve: (result: unknown) => resolve(result as T),
          reject,
          waiting,
          sent: false,
          alone,
        }
        edit = submitted
        this.#writer.submit(submitted, urgent)
      })
    return withDeadline({ clock, timeoutMs, signal, onTimeout }, submit)
  }

  /** Ends all use of the file. */
  async close(): Promise<void> {
    this.#fail('the store is closed')
    await this.#options.client.close()
  }

  #committed(draft: Draft): void {
    for (const id of draft.ended) this.#options.client.pulses.remove(id)
    this.onCommit()
  }

  #begin(snapshot: Snapshot): { draft: Draft; sweep: boolean } {
    this.assertUsable()
    const { clock, boot } = this.#options
    const nowMs = clock.now()
    const meta = this.#opened ? this.#meta(snapshot) : this.#firstMeta(snapshot)
    const sweep = new Draft(snapshot, meta, nowMs)
    if (!this.#isOurs(meta, nowMs)) sweep.adopt(boot)
    else for (const id of this.#judge.verdict(snapshot, nowMs).over) sweep.endSession(id)
    if (sweep.writes.length > 0) return { draft: sweep, sweep: true }
    return { draft: new Draft(snapshot, meta, nowMs), sweep: false }
  }

  #firstMeta(snapshot: Snapshot): Meta {
    const { path } = this.#options.file
    const meta = readMeta(snapshot)
    if (!meta && !snapshot.empty) {
      throw new ConsensusError('UNSUPPORTED', `${path} is the LMDB file of another program: name another path`)
    }
    if (meta && meta.format !== FORMAT) {
      const message = `the store ${path} has format ${meta.format}, and this version knows ${FORMAT}: use one version everywhere`
      throw new ConsensusError('UNSUPPORTED', message)
    }
    return meta ?? { format: FORMAT, boot: UNBORN, revision: 0, seenMs: 0 }
  }

  #meta(snapshot: Snapshot): Meta {
    const meta = readMeta(snapshot)
    const { clock, file } = this.#options
    if (meta && this.#isOurs(meta, clock.now())) return meta
    const why = meta ? 'was taken over by a process of another boot, machine or version' : 'was emptied'
    throw this.#fail(`the store ${file.path} ${why}: share it only within one running system`)
  }

  #isOurs({ format, boot, seenMs }: Meta, nowMs: number): boolean {
    return format === FORMAT && boot === this.#options.boot && nowMs + CLOCK_TOLERANCE_MS >= seenMs
  }

  /** Throws `STORE_CLOSED` once {@link failed} has fired, or must now. */
  assertUsable(): void {
    if (this.failed.aborted) throw this.failed.reason
    const change = this.#options.file.change()
    if (change === undefined) return
    throw this.#fail(`the store ${this.#options.file.path} ${change}: open it again`)
  }

  #fail(message: string): unknown {
    if (!this.failed.aborted) this.#failed.abort(new ConsensusError('STORE_CLOSED', message))
    return this.failed.reason
  }
}

/** No boot's name. */
const UNBORN = 'none'
