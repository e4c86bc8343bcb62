import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hrtime } from 'node:process'
import { Failure } from '../failure.js'
import { type NodeEvent, NodeProcess } from './node-process.js'
import { Timeline } from './timeline.js'

const TTL_MS = 2000
/** What a take-over may cost beyond the TTL on an ordinary machine. */
const TAKEOVER_SLACK_MS = 250
/** No step of the story takes longer, even on a busy machine. */
const PATIENCE_MS = 20_000
/** Between the acts, so that the timeline can be read as it grows. */
const READING_MS = 700

/** Tells the story with real processes and resolves to the exit code. */
export async function runDemo({ json, signal }: { json: boolean; signal: AbortSignal }): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'eldest-demo-'))
  const timeline = new Timeline(json)
  const nodes: NodeProcess[] = []
  const start = (id: string) => {
    const args = ['demo', '--store', `local:${join(folder, 'store.lmdb')}`, '--ttl', `${TTL_MS}ms`]
    const node = new NodeProcess(id, args, (event) => timeline.event(event))
    nodes.push(node)
    timeline.say(`starting ${id}`)
    return node
  }
  try {
    return await tell(timeline, start, signal)
  } catch (error) {
    if (signal.aborted) return 130
    throw error
  } finally {
    for (const node of nodes) if (node.running) node.kill('SIGKILL')
    await Promise.all(nodes.map((node) => node.exited))
    await rm(folder, { recursive: true, force: true })
  }
}

async function tell(timeline: Timeline, start: (id: string) => NodeProcess, signal: AbortSignal): Promise<number> {
  const event = (node: NodeProcess, kind: string) => waitFor(node, kind, signal)

  timeline.say(`three processes, one local store, TTL ${TTL_MS} ms`)
  const ada = start('ada')
  const first = await event(ada, 'elected')
  const ben = start('ben')
  const second = await event(ben, 'standby')
  const cleo = start('cleo')
  const third = await event(cleo, 'standby')

  await pause(READING_MS)
  timeline.say('killing ada, the leader (SIGKILL)')
  const killedMs = nowMs()
  ada.kill('SIGKILL')
  const takeover = await event(ben, 'elected')
  const takeoverMs = takeover.atMs - killedMs

  const ada2 = start('ada')
  const back = await event(ada2, 'standby')

  await pause(READING_MS)
  timeline.say('stopping ben, the leader, gracefully (SIGTERM)')
  ben.kill('SIGTERM')
  const handover = await event(cleo, 'elected')
  const resigned = await event(ben, 'resigned')
  const handoverMs = handover.atMs - resigned.atMs

  await pause(READING_MS)
  timeline.say('stopping cleo, then ada')
  cleo.kill('SIGTERM')
  const last = await event(ada2, 'elected')
  ada2.kill('SIGTERM')
  await event(ada2, 'resigned')

  const tokens = [first, takeover, handover, last].map(({ fencingToken }) => BigInt(fencingToken))
  const kept = [
    timeline.check(
      `crash: ben, the next eldest, led ${takeoverMs.toFixed(0)} ms after the kill (TTL ${TTL_MS} ms + ${TAKEOVER_SLACK_MS})`,
      takeoverMs <= TTL_MS + TAKEOVER_SLACK_MS,
      { takeoverMs },
    ),
    timeline.check(
      `restart: ada stood at the back of the line, token ${back.fencingToken} after ${third.fencingToken}`,
      BigInt(back.fencingToken) > BigInt(third.fencingToken) &&
        BigInt(third.fencingToken) > BigInt(second.fencingToken),
      { tokens: [second, third, back].map(({ fencingToken }) => fencingToken) },
    ),
    timeline.check(
      `graceful stop: cleo led ${handoverMs.toFixed(1)} ms after ben resigned, and not before`,
      handoverMs >= 0,
      { handoverMs },
    ),
    timeline.check(
      `fencing tokens rose with each leader: ${tokens.join(' < ')}`,
      tokens.every((token, i) => i === 0 || token > tokens[i - 1]!),
      { tokens: tokens.map(String) },
    ),
  ]
  return kept.every(Boolean) ? 0 : 1
}

/** The node's next event of a kind that has not been waited for yet. */
async function waitFor(node: NodeProcess, kind: string, signal: AbortSignal): Promise<NodeEvent> {
  const untilMs = nowMs() + PATIENCE_MS
  for (;;) {
    signal.throwIfAborted()
    const found = node.events.find((event) => event.event === kind)
    if (found) return found
    if (!node.running && kind !== 'resigned')
      throw new Failure(`${node.id} ended early: ${node.complaint || 'no message'}`)
    if (nowMs() > untilMs) throw new Failure(`${node.id} was not ${kind} within ${PATIENCE_MS} ms: ${node.complaint}`)
    await pause(5)
  }
}

function nowMs(): number {
  return Number(hrtime.bigint() / 1000n) / 1000
}
