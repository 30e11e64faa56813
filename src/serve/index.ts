/** An OpenAI-compatible server that steers each request. */
export { type RunningServer, type ServeOptions, startServer } from './start.ts'
export { type NamedVector, parseNamedVector, VectorName } from './vectors/names.ts'
export { type Standing, standingOf } from './vectors/warning.ts'
