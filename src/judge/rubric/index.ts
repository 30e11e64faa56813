/** Questions about answers that any model can be asked. */
export { type EndpointOptions, endpointGrader } from './endpoint.ts'
export { harmRubric } from './harm.ts'
export { modelGrader } from './model.ts'
export { refusalRubric } from './refusal.ts'
export type { Rubric } from './rubric.ts'
