export { type ChoiceFormat, choiceSuite } from './choice.ts'
export {
  articleOf,
  type By,
  conflictPrompt,
  conflictSuite,
  distractorsFor,
  type Given,
  IRRELEVANT,
  questionOf,
} from './conflict/index.ts'
export { continuedChoiceSuite, type Examples } from './continued.ts'
export { drawnSuite } from './drawn.ts'
export { benignGridSuite, type GridRows, gridSuite, leftOutOf } from './grid.ts'
export { defineSuite, type OwnRow, type OwnSuite, ownSuite } from './own.ts'
export { isOwnAnswer, ownAnswersSuite, perplexitySuite } from './perplexity.ts'
export { problemsSuite } from './problems.ts'
export { promptsSuite } from './prompts.ts'
export type { AnswerItem, ChoiceItem, Item, ProblemItem, ProseItem, Question, Suite, WrappedRequest } from './types.ts'
