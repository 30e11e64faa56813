import type { StudyResult } from '../../../src/study/result.ts'

/** The words of a verdict, for whoever sees one for the first time. */
export function Words({ margins }: Pick<StudyResult, 'margins'>) {
  return (
    <details className="more words">
      <summary>What the words mean</summary>
      <dl className="facts">
        <div className="pair-of-facts">
          <dt>efficacy</dt>
          <dd>what the vector is for: that the wanted behaviour becomes more frequent</dd>
        </div>
        <div className="pair-of-facts">
          <dt>general</dt>
          <dd>abilities that have nothing to do with it: knowledge, plain text, answers that make sense</dd>
        </div>
        <div className="pair-of-facts">
          <dt>control</dt>
          <dd>the related behaviour that has to stay as it is</dd>
        </div>
        <div className="pair-of-facts">
          <dt>robustness</dt>
          <dd>the same behaviour when somebody tries to break it</dd>
        </div>
        <div className="pair-of-facts">
          <dt>the line</dt>
          <dd>
            the most that may be lost: {margins.rates} points of a rate, {margins.perplexity} % of perplexity,{' '}
            {margins.degenerate} points of answers that make sense
          </dd>
        </div>
        <div className="pair-of-facts">
          <dt>holds</dt>
          <dd>the whole interval of the change lies on this side of the line</dd>
        </div>
        <div className="pair-of-facts">
          <dt>broken</dt>
          <dd>the whole interval lies beyond the line</dd>
        </div>
        <div className="pair-of-facts">
          <dt>undecided</dt>
          <dd>the interval lies on both sides: more prompts would tell</dd>
        </div>
        <div className="pair-of-facts">
          <dt>over the line</dt>
          <dd>an axis is broken</dd>
        </div>
        <div className="pair-of-facts">
          <dt>within the line</dt>
          <dd>it works, and every other axis holds</dd>
        </div>
      </dl>
    </details>
  )
}
