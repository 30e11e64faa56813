/** Statistics of paired comparisons between an unsteered and a steered model: rates, grids, perplexity. */
export { incompleteBeta, logGamma } from './beta.ts'
export { type ClusteredValue, type TwoWayMean, twoWayMean } from './clusters.ts'
export { fewFlippedPrompts, type GridChange, type GridFlip, gridChange, gridRate } from './grid.ts'
export { holm } from './holm.ts'
export { mcnemar } from './mcnemar.ts'
export { normalCdf, normalDensity, normalQuantile } from './normal.ts'
export { type DocumentScore, type PerplexityChange, perplexityChange } from './perplexity.ts'
export {
  type CanDecide,
  canDecide,
  minimumDetectable,
  moreRowsNeeded,
  moreUnitsNeeded,
} from './sample-size.ts'
export { tQuantile, tTail } from './student-t.ts'
export { tangoAbove, tangoInterval, tangoScore } from './tango.ts'
export type { Interval, PairedCounts } from './types.ts'
export { wilson } from './wilson.ts'
