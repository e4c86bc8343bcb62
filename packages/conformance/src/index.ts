export type { Case, CaseContext } from './case.js'
export { cases } from './cases/index.js'
export type { Connection, Harness } from './harness.js'
export { conformance, type ConformanceOptions, runCase } from './suite.js'
