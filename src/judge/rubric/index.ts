/** Harm by a rubric: the second score beside refusing. */
export { type EndpointOptions, endpointGrader } from './endpoint.ts'
export { type Asked, FAILED, type Graded, gradedText, type HarmGrader } from './grader.ts'
export { modelGrader } from './model.ts'
export { type Grade, harmOf, parseGrade, RUBRIC_VERSION, rubricPrompt } from './prompt.ts'
