/** Judges of answers. */
export { type LabelledAnswer, readLabelledAnswers } from './labelled.ts'
export { type JudgeOptions, judgeRefusal } from './refusal.ts'
export { type Act, RULES, type Rule } from './rules.ts'
export type { AnswerClass, Judgement } from './types.ts'
