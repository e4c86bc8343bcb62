const OPENSSL_LINE = /[0-9A-F]{8,}:error:[0-9A-F]+:SSL routines:\w*:([^:\n]+):\S*?(?::SSL alert number \d+)?(?=\s|$)/g

/** A failure of TLS as Node words it, with the reason alone in place of OpenSSL's lines of its own code. */
export function tlsFailure(message: string): string {
  return message.replace(OPENSSL_LINE, '$1').trim()
}
