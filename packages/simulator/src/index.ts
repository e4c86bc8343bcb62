export {
  type Program,
  SimulatedCluster,
  type SimulatedNode,
  type Surroundings,
} from './application/simulated-cluster.js'
export {
  type CandidateRecord,
  type DriverRecord,
  type HistoryRecord,
  readHistory,
  writeHistory,
} from './judge/history.js'
export { judge, type Judgement } from './judge/judgement.js'
export type { PromiseName, Promises, Violation } from './judge/story.js'
export { type Fault, FAULTS, type FaultKind, type Plan, planOf } from './simulation/plan.js'
export { keepOnly, shrink, type Shrunk } from './simulation/shrink.js'
export { type Outcome, simulate } from './simulation/simulation.js'
export { type Profile, type ProfileName, profiles } from './store/profile.js'
