import { type HistoryRecord, judge, type Judgement } from '@eldest/simulator'
import { CandidateProcess } from './candidate-process.js'
import type { Seed } from './seed.js'
import { monotonicMs, pause, until } from './waiting.js'

/** What kind of weather. */
export interface StormOptions {
  store: string
  seed: Seed
  ttlMs: number
  /** A leader exists again this long after the last fault. */
  recoveryMs: number
  durationMs: number
  candidates: number
}

/** How it went. */
export interface StormReport extends Judgement {
  history: HistoryRecord[]
  faults: Record<string, number>
  stderr: string
}

/** Kills, stops and restarts real candidates at random, then lets them be, and judges what they printed. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { store, seed, ttlMs, recoveryMs, durationMs, candidates } = options
  const history: HistoryRecord[] = []
  const faults: Record<string, number> = { killed: 0, stopped: 0 }
  const all: CandidateProcess[] = []
  const places = Array.from({ length: candidates }, (_, i) => `n${i + 1}`)
  const start = (place: string) => {
    const name = `${place}#${all.filter((each) => each.name.startsWith(`${place}#`)).length + 1}`
    const args = ['storm', '--store', store, '--ttl', `${ttlMs}ms`, '--id', place]
    all.push(new CandidateProcess(name, args, history))
  }
  const living = () => all.filter((each) => each.running)
  const pending = new Set<Promise<void>>()
  const later = (delayMs: number, work: () => void) => {
    const done: Promise<void> = pause(delayMs)
      .then(work, undefined)
      .finally(() => pending.delete(done))
    pending.add(done)
  }
  try {
    for (const place of places) start(place)
    await until('all candidates stand', () => new Set(history.map((each) => each.process)).size === candidates)
    const untilMs = monotonicMs() + durationMs
    while (monotonicMs() < untilMs) {
      await pause(seed.between(0.2, 3) * ttlMs)
      const victims = living().filter((each) => !each.stopped)
      if (victims.length === 0) continue
      const leader = victims.find((each) => each.name === history.findLast(({ event }) => event === 'elected')?.process)
      const victim = leader && seed.next() < 0.5 ? leader : seed.pick(victims)
      if (seed.next() < 0.5) {
        victim.kill()
        faults['killed']!++
        later(seed.between(0.1, 1.5) * ttlMs, () => start(victim.name.split('#')[0]!))
      } else {
        victim.stop()
        faults['stopped']!++
        later(2 * ttlMs, () => victim.continue())
      }
    }
    await Promise.all(pending)
    await pause(recoveryMs) // calm: a leader must exist at the end of it
    const judgement = judge(history, { recoveryMs, endMs: monotonicMs() })
    return { ...judgement, history, faults, stderr: all.map((each) => each.stderr).join('') }
  } finally {
    for (const each of living()) each.kill()
    await Promise.all(all.map((each) => each.exited))
  }
}
