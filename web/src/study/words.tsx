import type { StudyResult } from '../../../src/study/result.ts'

/** The words of a verdict, for whoever sees one for the first time. */
export function Words({ margins }: Pick<StudyResult, 'margins'>) {
  return (
    <details className="more words">
      <summary>What the words mean</summary>
      <dl className="facts">
        {meanings(margins).map(([word, meaning]) => (
          <div key={word} className="pair-of-facts">
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function meanings({ rates, perplexity, degenerate }: StudyResult['margins']) {
  return [
    ['efficacy', 'what the vector is for: that the wanted behaviour becomes more frequent'],
    ['general', 'abilities that have nothing to do with it: knowledge, plain text, answers that make sense'],
    ['control', 'the related behaviour that has to stay as it is'],
    ['robustness', 'the same behaviour when somebody tries to break it'],
    [
      'the line',
      `the most that may be lost: ${rates} points of a rate, ${perplexity} % of perplexity, ${degenerate} points of answers that make sense`,
    ],
    ['holds', 'the whole interval of the change lies on this side of the line'],
    ['broken', 'the whole interval lies beyond the line'],
    ['undecided', 'the interval lies on both sides: more prompts would tell'],
    ['over the line', 'an axis is broken'],
    ['within the line', 'it works, and every other axis holds'],
  ] as const
}
