/**
 * Plimsoll as a library: open a model, fit a vector, steer, measure what else it changed.
 * @packageDocumentation
 */
export { defineAttack, type OwnAttack } from './attack/index.ts'
export type {
  Capture,
  CaptureOptions,
  GenerateOptions,
  Generation,
  Message,
  Model,
  ModelInfo,
  OpenOptions,
  Prompt,
  Request,
  Score,
  ScoreItem,
  Steering,
  SteeringVector,
  Token,
  Trace,
} from './engine/types.ts'
export { Where } from './engine/where.ts'
export { type ErrorCode, PlimsollError } from './errors.ts'
export { defineJudge, type OwnJudge } from './judge/own.ts'
export { defineSuite, type OwnRow, type OwnSuite } from './measure/suites/index.ts'
export { openModel } from './models/open.ts'
export type { Progress, RunOptions } from './progress.ts'
export { defineMethod, type FitSpec, fit, loadVector, type OwnMethod, saveVector, type Vector } from './steer/index.ts'
export { type StudySpec, study as runStudy } from './study/api.ts'
export { type CompareOptions, type Comparison, compare, type ResultAtHand } from './study/comparison/index.ts'
export { type Plan, planStudy } from './study/plan.ts'
export type { StudyResult } from './study/result.ts'
export { type Sweep, type SweepSpec, sweep } from './study/sweep/index.ts'
