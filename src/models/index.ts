/** Models by name: what there is, where it lies, how it gets there. */
export { type CachedModel, listCached, modelFile, removeCached } from './cache.ts'
export { languageOf } from './language.ts'
export { openModel } from './open.ts'
export { describeSource, type FailedSource, type PulledModel, type PullOptions, pullModel } from './pull.ts'
export {
  DEFAULT_MODEL,
  findEntry,
  type HubSource,
  type ModelEntry,
  type PackagedSource,
  type PypiPart,
  type PypiSource,
  REGISTRY,
  type Source,
} from './registry.ts'
export { type ResolvedModel, resolveModel } from './resolve.ts'
