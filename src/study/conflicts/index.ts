/** What a study of faithfulness adds: questions with two answers. Whether the model knows them is told in `knowledge.ts`. */
export { askedOf, KNOWLEDGE_TOKENS, type Knowledge, questionsOf } from './asked.ts'
export { loadConflictSplits } from './splits.ts'
export { loadConflicts } from './suites.ts'
