import { randomUUID } from 'node:crypto'
import type { ElectionLayout } from '@eldest/core'
import { assertKey } from '@eldest/core/adapter'

/** What Curator looks for in a name; the number behind it is the server's. */
const LATCH = /-latch-\d{10}$/

/**
 * The layout of Curator's `LeaderLatch`: ephemeral sequential nodes `<name>/_c_<uuid>-latch-<number>`, whose data is
 * the participant's id as text. The number is the server's and rises with the creation, so that both sides agree who
 * is the eldest.
 *
 * A candidate's id is that text. Ours writes its `value` if that is a string, and else its id.
 *
 * Not guaranteed: that a latch of theirs stops before the next one leads. A latch hears of its loss by a listener,
 * when its connection is suspended or lost.
 *
 * Source: Curator `LeaderLatch.java` (`LOCK_NAME`, `checkLeadership`), `StandardLockInternalsDriver.java`,
 * `ProtectedUtils.java`.
 */
export const leaderLatch: ElectionLayout = {
  prefix(name) {
    assertKey(name, 'election name')
    return name
  },
  keyName: () => `_c_${randomUUID()}-latch-`,
  numbered: true,
  oneSessionEach: true,
  read(entry) {
    if (!LATCH.test(entry.key)) return undefined
    return {
      id: new TextDecoder().decode(entry.value),
      fencingToken: entry.createRevision,
      value: undefined,
      since: undefined,
      ttlMs: undefined,
      evicting: false,
      entry,
    }
  },
  write: ({ id, value }) => new TextEncoder().encode(typeof value === 'string' ? value : id),
}
