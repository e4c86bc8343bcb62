import type { ElectionLayout } from '@eldest/core'
import { assertKey } from '@eldest/core/adapter'

/**
 * The layout of Go's `concurrency.Election` and of `etcdctl elect`: keys `<name>/<lease id in hexadecimal>`, each held
 * by a lease of its own, whose value is the candidate's proposal as text. For a store without a namespace, or with the
 * one in which the others campaign.
 *
 * A candidate's id is its proposal. Ours proposes its `value` if that is a string, and else its id.
 *
 * Not guaranteed: that a candidate of theirs stops before the next one leads. Go's `Election` does not watch its own
 * key: its holder has to watch the session's `Done` channel, which closes after the lease has ended.
 *
 * Source: etcd `client/v3/concurrency/election.go` (`Campaign`, `Leader`).
 */
export const concurrencyElection: ElectionLayout = {
  prefix(name) {
    assertKey(name, 'election name')
    return name
  },
  keyName: (_, session) => session.id,
  oneSessionEach: true,
  // Everything beneath the prefix counts, as it does for them: they wait for whatever is older.
  read: (entry) => ({
    id: new TextDecoder().decode(entry.value),
    fencingToken: entry.createRevision,
    value: undefined,
    since: undefined,
    ttlMs: undefined,
    evicting: false,
    entry,
  }),
  write: ({ id, value }) => new TextEncoder().encode(typeof value === 'string' ? value : id),
}
