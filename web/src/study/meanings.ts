import type { StudyResult } from '../../../src/study/result.ts'

/** What the words of a verdict mean, in the order in which a page says them. */
export function meaningsOf({ rates, perplexity, degenerate }: StudyResult['margins']) {
  return [
    ['efficacy', 'what the vector is for: that the wanted behaviour becomes more frequent'],
    ['general', 'abilities that have nothing to do with it: knowledge, plain text, answers that make sense'],
    ['control', 'the related behaviour that has to stay as it is'],
    ['robustness', 'the same behaviour when somebody tries to break it'],
    [
      'the line',
      `the most that may be lost: ${rates} points of a rate, ${perplexity} % of perplexity, ${degenerate} points of answers that make sense`,
    ],
    [
      'lost / gained',
      'prompts whose answer had the property and has it no longer, and those where it is the other way round',
    ],
    ['works', 'the wanted behaviour becomes more frequent for certain, and more than under any reference'],
    ['no effect', `the wanted behaviour becomes more frequent by less than ${rates} points, for certain`],
    ['holds', 'the whole interval of the change lies on this side of the line'],
    ['broken', 'the whole interval lies beyond the line'],
    ['undecided', 'the interval lies on both sides: more prompts would tell'],
    [
      'cannot be told',
      'there is nothing to see a change in: too few answers could be scored, or the model shows too little of it, or already all of it, without steering',
    ],
    ['over the line', 'an axis is broken'],
    ['within the line', 'it works, and every other axis holds'],
  ] as const
}
