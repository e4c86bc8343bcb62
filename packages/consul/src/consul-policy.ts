import { assertKey } from '@eldest/core/adapter'

/** The rights that elections in a namespace need and no more, as a policy of Consul's ACLs. */
export function policy(namespace = ''): string {
  if (namespace !== '') assertKey(namespace, 'namespace')
  const prefix = namespace === '' ? '' : `${namespace}/`
  return `# Rules for \`consul acl policy create -name eldest -rules @FILE\`: the keys of ${namespace === '' ? 'elections' : `the namespace "${namespace}"`}, and sessions.
key_prefix "${prefix}" {
  policy = "write"
}
# Sessions belong to the agent's node: its name in place of the empty prefix is enough.
session_prefix "" {
  policy = "write"
}
`
}
