/** Suites of the faithfulness study. */
export { articleOf, type Distractors, distractorsFor } from './distractors.ts'
export { conflictPrompt, probePrompt } from './prompts.ts'
export { conflictProperty, type Given } from './properties.ts'
export { type By, type ConflictSuiteSpec, conflictSuite, IRRELEVANT, questionOf } from './suite.ts'
