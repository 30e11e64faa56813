import type { StudyResult } from '../../../src/study/result.ts'
import { meaningsOf } from './meanings.ts'

/** The words of a verdict, for whoever sees one for the first time. */
export function Words({ margins }: Pick<StudyResult, 'margins'>) {
  return (
    <details className="more words">
      <summary>What the words mean</summary>
      <dl className="facts">
        {meaningsOf(margins).map(([word, meaning]) => (
          <div key={word} className="pair-of-facts">
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
