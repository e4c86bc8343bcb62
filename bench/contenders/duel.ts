import type { Candidate, Contender } from './contender.js'
import type { Ground } from './ground.js'

/** A leader and the one who stands behind it: two processes of one contender. */
export interface Duel {
  contender: Contender
  leader: Candidate
  successor: Candidate
  election: string
  ttlMs: number
  end(): Promise<void>
}

/** What a duel is like. */
export interface DuelOptions {
  ttlMs: number
  /** How the leader reaches the store, if not as the successor does. */
  leaderAddress?: string
}

/** Starts both, and has the first elected; the successor does not stand yet. */
export async function openDuel(ground: Ground, contender: Contender, options: DuelOptions): Promise<Duel> {
  const election = ground.election()
  const { ttlMs, leaderAddress } = options
  const address = ground.address(contender, election)
  const leader = await ground.start(contender, { address: leaderAddress ?? address, election, id: 'a', ttlMs })
  const successor = await ground.start(contender, { address, election, id: 'b', ttlMs })
  await leader.campaign()
  await leader.elected()
  const end = async () => {
    await Promise.all([leader.end(), successor.end()])
  }
  return { contender, leader, successor, election, ttlMs, end }
}
