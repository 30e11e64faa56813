/** An OpenAI-compatible server that steers each request. */
export { type RunningServer, type ServeOptions, startServer } from './start.ts'
export { Strength, VectorName } from './vectors/names.ts'
export type { NamedVector } from './vectors/shelf.ts'
export { type Standing, standingOf } from './vectors/warning.ts'
