import { readFileSync } from 'node:fs'
import type { StoreUrl } from './store-url.js'

/** TLS as an adapter's options take it; each part is PEM. */
export interface TlsOptions {
  /** The authorities to trust. Default: those of Node. */
  ca?: string | Buffer
  /** The client's certificate, with `key`, where the server asks for one. */
  cert?: string | Buffer
  key?: string | Buffer
}

/** The query parameters that {@link tlsParameters} reads: paths of PEM files. */
export const TLS_PARAMETERS = ['ca', 'cert', 'key'] as const

/** A whole number among the query parameters, or `undefined`. Errors: `RangeError` naming the value and the bounds. */
export function integerParameter(
  { parameters }: StoreUrl,
  name: string,
  { min, max }: { min: number; max: number },
): number | undefined {
  const text = parameters.get(name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new RangeError(
    `parameter "${name}" of the store URL is ${JSON.stringify(text)}: it must be a whole number from ${min} to ${max}`,
  )
}

/** The content of the file that a query parameter names, or `undefined`. Errors: `RangeError` naming the file. */
export function fileParameter({ parameters }: StoreUrl, name: string): Buffer | undefined {
  const path = parameters.get(name)
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new RangeError(
      `parameter "${name}" of the store URL names ${JSON.stringify(path)}, which cannot be read (${code})`,
      {
        cause: error,
      },
    )
  }
}

/** The TLS options among the query parameters. Errors: `RangeError` where a file cannot be read or one half is missing. */
export function tlsParameters(url: StoreUrl): TlsOptions {
  const options: TlsOptions = {}
  for (const name of TLS_PARAMETERS) {
    const content = fileParameter(url, name)
    if (content === undefined) continue
    if (!content.includes('-----BEGIN ')) {
      throw new RangeError(
        `parameter "${name}" of the store URL names ${url.parameters.get(name)}, which is no PEM file`,
      )
    }
    options[name] = content
  }
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new RangeError('a client certificate needs both parameters of the store URL, "cert" and "key"')
  }
  return options
}

/** The credentials of the environment, for URLs that carry none: ELDEST_USER, ELDEST_PASSWORD, ELDEST_TOKEN. */
export function environmentCredentials(env: NodeJS.ProcessEnv = process.env): {
  user?: string
  password?: string
  token?: string
} {
  const { ELDEST_USER: user, ELDEST_PASSWORD: password, ELDEST_TOKEN: token } = env
  return { ...(user && { user }), ...(password && { password }), ...(token && { token }) }
}
