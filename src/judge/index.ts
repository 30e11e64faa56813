/** Judges of answers. */
export { judgeFaithful } from './faithful/index.ts'
export { FITTED_ON, familiar } from './fitted-on.ts'
export { type LabelledAnswer, readLabelledAnswers } from './labelled.ts'
export { judgeNumber, type NumberJudgement } from './number.ts'
export { type JudgeOptions, judgeRefusal } from './refusal.ts'
export { type Act, RULES, type Rule } from './rules.ts'
export type { AnswerClass, FaithfulClass, Judgement, RefusalClass } from './types.ts'
export { JUDGING } from './version.ts'
