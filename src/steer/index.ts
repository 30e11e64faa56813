export { directionAt, isShared } from '../engine/steering.ts'
export { principalComponents } from './algebra/principal.ts'
export { difference, dot, meanOf } from './algebra/vectors.ts'
export { cosines, orthogonalTo, sum, type Term } from './arithmetic.ts'
export { type AutoencoderRecord, saveAutoencoder } from './autoencoders/file.ts'
export { type AutoencoderSpec, type FittedAutoencoder, fitAutoencoder } from './autoencoders/fit.ts'
export { openAutoencoder } from './autoencoders/open.ts'
export { type FitSpec, fit, provenance, underSystem } from './fit.ts'
export { isControlVectorFile, isSteeredFile, openVector, writeVector } from './formats/any-file.ts'
export { loadControlVector, type Maker, saveControlVector } from './formats/control-vector.ts'
export { parseJson } from './formats/json.ts'
export { pack, unpack } from './formats/packed.ts'
export { saveSteeredFile } from './formats/steered-file.ts'
export { loadVector, parseVector, saveVector, vectorBytes } from './formats/vector-file.ts'
export { layersIn, layersOf } from './layers.ts'
export { ablatedFrom } from './methods/ablation.ts'
export { ANSWER_TOKENS } from './methods/answers.ts'
export type { FitModel, FitOptions, Sides } from './methods/contrast.ts'
export { type DiffmeanSpec, fitDiffmean } from './methods/diffmean.ts'
export {
  choosesLayers,
  closedForms,
  defaultsOf,
  type FitMethod,
  fitMethod,
  fitMethods,
  isFitMethod,
  isTrainedThrough,
  type MethodSpec,
  needsAutoencoder,
  needsControl,
  needsPairs,
  needsSeed,
  parameterNames,
  parametersOf,
} from './methods/fit-method.ts'
export { methods } from './methods/index.ts'
export { defineMethod, fitOwn, loadMethod, type OwnMethod, type OwnParameters } from './methods/own.ts'
export { randomLike } from './methods/random.ts'
export { needsAnswers, TokensSaid, tokensOf } from './methods/tokens.ts'
export type { MethodDescription } from './methods/types.ts'
export { narrowed } from './narrow.ts'
export {
  type SteeringTrace,
  type TracedLayer,
  type TracedToken,
  type TraceOptions,
  traceSteering,
} from './trace.ts'
export {
  checkModel,
  type DirectedVector,
  type FittedVector,
  isFitted,
  Provenance,
  toDirection,
  type Vector,
} from './vector.ts'
