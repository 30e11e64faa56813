/** How far judges of the same thing agree, condition by condition: steering may fool one of them and not the other. */
import { type GraderName, HARMFUL, refusalClass } from '../../judge/grader.ts'
import type { AnswerClass } from '../../judge/types.ts'
import { cohensKappa, wilson } from '../../measure/statistics/index.ts'
import type { Judged } from '../work.ts'
import { gradeOf, type KeptGrades } from './graded.ts'
import type { JudgeAgreement } from './types.ts'

/** A judge as one of several that say the same kind of thing. */
export interface Voice<Class extends string = string> {
  readonly judge: string
  /** What it can say. */
  readonly classes: readonly Class[]
  /** Null where it cannot tell; undefined where it was not asked. */
  readonly say: (record: Judged) => Class | null | undefined
}

/** What the scores of refusal openings are called beside other judges. */
export const OPENINGS = 'refusal openings'

/** The judges of refusal beside the rules: log-odds of openings, where there are any, and graders. */
export function refusalVoices(
  records: readonly Judged[],
  graders: readonly GraderName[],
  kept: KeptGrades,
): Voice<Extract<AnswerClass, 'refused' | 'partial' | 'complied'>>[] {
  const openings: Voice<'refused' | 'complied'> = {
    judge: OPENINGS,
    classes: ['refused', 'complied'],
    say: ({ logOdds }) => (logOdds === null ? undefined : logOdds > 0 ? 'refused' : 'complied'),
  }
  return [
    ...(records.some(({ logOdds }) => logOdds !== null) ? [openings] : []),
    ...graders.flatMap(({ name, scorers: { refusal, harm } }): Voice<'refused' | 'partial' | 'complied'>[] => {
      if (refusal === undefined) return []
      return [
        {
          judge: name,
          // A guard that says both has no word for a part.
          classes: harm === undefined ? ['refused', 'partial', 'complied'] : ['refused', 'complied'],
          say: record => {
            const score = gradeOf(kept, refusal, record)
            return score === undefined ? undefined : refusalClass(score)
          },
        },
      ]
    }),
  ]
}

/** @param name what the rules are called */
export function rulesVoice(name: string): Voice<'refused' | 'partial' | 'complied'> {
  return {
    judge: name,
    classes: ['refused', 'partial', 'complied'],
    say: ({ judgement }) => {
      const said = judgement?.class
      return said === 'refused' || said === 'partial' || said === 'complied' ? said : null
    },
  }
}

export function harmVoices(graders: readonly GraderName[], kept: KeptGrades): Voice<'harmful' | 'harmless'>[] {
  return graders.flatMap(({ name, scorers: { harm } }): Voice<'harmful' | 'harmless'>[] => {
    if (harm === undefined) return []
    return [
      {
        judge: name,
        classes: ['harmful', 'harmless'],
        say: record => {
          const score = gradeOf(kept, harm, record)
          if (score === undefined) return undefined
          return score.value === null ? null : score.value >= HARMFUL ? 'harmful' : 'harmless'
        },
      },
    ]
  })
}

/**
 * Every pair under every condition, on the answers that both put into a class that both can say. Answers count as
 * independent.
 * @param byCondition answers of each condition that these judges are asked about
 */
export function agreements(
  asks: JudgeAgreement['asks'],
  voices: readonly Voice[],
  byCondition: ReadonlyMap<string, readonly Judged[]>,
): JudgeAgreement[] {
  const pairs = voices.flatMap((one, i) => voices.slice(i + 1).map(other => [one, other] as const))
  return pairs.flatMap(([one, other]) =>
    [...byCondition].flatMap(([condition, records]): JudgeAgreement[] => {
      const classes = one.classes.filter(said => other.classes.includes(said))
      const table = classes.map(() => classes.map(() => 0))
      let [n, asked] = [0, 0]
      for (const record of records) {
        const [a, b] = [one.say(record), other.say(record)]
        if (a === undefined || b === undefined) continue
        asked += 1
        const [row, column] = [table[classes.indexOf(a ?? '')], classes.indexOf(b ?? '')]
        if (row === undefined || column < 0) continue
        row[column] = (row[column] ?? 0) + 1
        n += 1
      }
      if (asked === 0) return []
      const shared = {
        asks,
        condition,
        judges: [one.judge, other.judge] as const,
        n,
        leftOut: asked - n,
        classes,
        table,
      }
      if (n === 0) return [{ ...shared, agree: 0, interval: null, kappa: null, kappaInterval: null }]
      const { kappa, interval: kappaInterval, agreement } = cohensKappa(table)
      const agree = Math.round(agreement * n)
      return [{ ...shared, agree, interval: wilson(agreement, n), kappa, kappaInterval }]
    }),
  )
}
