/** Statistics of paired comparisons between an unsteered and a steered model: rates, grids, perplexity. */
export { type AreaUnderCurve, areaUnderCurve } from './auc.ts'
export { benjaminiHochberg } from './benjamini-hochberg.ts'
export { incompleteBeta, logGamma } from './beta.ts'
export {
  acceleration,
  type Bootstrap,
  type BootstrapMethod,
  type BootstrapOptions,
  bcaInterval,
  type Pair,
  pairedBootstrap,
  percentileInterval,
} from './bootstrap.ts'
export { type ClusteredValue, type TwoWayMean, twoWayMean } from './clusters.ts'
export { fewFlippedPrompts, type GridChange, type GridFlip, gridChange, gridRate } from './grid.ts'
export { holm } from './holm.ts'
export { cohensKappa, type Kappa } from './kappa.ts'
export { mcnemar } from './mcnemar.ts'
export { type Estimated, newcombe, newcombePaired, squareAndAdd } from './newcombe.ts'
export { type NonInferiority, nonInferiority } from './non-inferiority.ts'
export { normalCdf, normalDensity, normalQuantile } from './normal.ts'
export { type DocumentScore, type PerplexityChange, perplexityChange } from './perplexity.ts'
export { gridBootstrap } from './pigeonhole.ts'
export {
  type DecisionPower,
  type Detectable,
  decisionPower,
  type ExpectedFlips,
  minimumDetectableChange,
  type PairedDesign,
  rowsForMargin,
} from './planning.ts'
export {
  type LabelledValue,
  type PredictionPowered,
  type PredictionSample,
  predictionPoweredMean,
} from './prediction-powered.ts'
export {
  type JudgedAnswer,
  type JudgedPair,
  judgedSample,
  type PredictionPoweredChange,
  predictionPoweredChange,
} from './prediction-powered-change.ts'
export { type JudgedSample, type PredictionPoweredRate, predictionPoweredRate } from './prediction-powered-rate.ts'
export { type Corrected, type JudgeError, roganGladen, roganGladenChange } from './rogan-gladen.ts'
export {
  type CanDecide,
  canDecide,
  minimumDetectable,
  moreRowsNeeded,
  moreUnitsNeeded,
} from './sample-size.ts'
export { tQuantile, tTail } from './student-t.ts'
export { tangoAbove, tangoInterval, tangoScore } from './tango.ts'
export type { Count, Interval, PairedCounts, PairedTable } from './types.ts'
export { wilson } from './wilson.ts'
