/** Read and edit the hidden states of any GGUF model: useful without the rest of Plimsoll. */
export { type ErrorCode, PlimsollError } from '../errors.ts'
export { openModel } from './open.ts'
export { positionsOf } from './positions.ts'
export { type QuantiseOptions, quantiseModel } from './quantise/index.ts'
export type { WeightType } from './quantise/job.ts'
export {
  EMBEDDING,
  selectedPositions,
  selectLayers,
  selectTokens,
  type TokenLayout,
  type TokenSelection,
} from './select.ts'
export type * from './types.ts'
export { type Part, parseWhere, parts, type Site, sites, Tokens, Where, type WhereInput } from './where.ts'
