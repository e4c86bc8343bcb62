import { type Direction, type ProxyTarget, TcpProxy } from '@eldest/conformance'

/** The connections of one process to its servers, each through a proxy that can fail. */
export class CandidateNetwork {
  readonly #proxies: TcpProxy[]
  #flapping: NodeJS.Timeout | undefined

  private constructor(proxies: TcpProxy[]) {
    this.#proxies = proxies
  }

  static async open(hosts: readonly ProxyTarget[]): Promise<CandidateNetwork> {
    return new CandidateNetwork(await Promise.all(hosts.map((host) => TcpProxy.listen(host))))
  }

  /** The servers as the process is to know them. */
  get hosts(): string {
    return this.#proxies.map(({ port }) => `127.0.0.1:${port}`).join()
  }

  /** Everything is swallowed, or what goes one way; connections stay open. */
  silence(direction?: Direction): void {
    for (const proxy of this.#proxies) proxy.silence(direction)
  }

  /** Connections are reset. */
  cut(): void {
    for (const proxy of this.#proxies) proxy.refuse()
  }

  /** Everything arrives when it is healed, late. */
  hold(): void {
    for (const proxy of this.#proxies) proxy.hold()
  }

  slow(delayMs: number, lossRate: number): void {
    for (const proxy of this.#proxies) proxy.shape({ delayMs, lossRate })
  }

  /** Connections are reset again and again. */
  flap(everyMs: number): void {
    this.#flapping = setInterval(() => {
      for (const proxy of this.#proxies) proxy.reset()
    }, everyMs)
  }

  heal(): void {
    clearInterval(this.#flapping)
    for (const proxy of this.#proxies) {
      proxy.shape({})
      proxy.heal()
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#flapping)
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
  }
}
