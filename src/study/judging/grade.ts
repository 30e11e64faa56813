/** Has kept answers graded, a few at a time, each kept at once. */

import { PlimsollError } from '../../errors.ts'
import { FAILED, type Grader, type GraderName, type Grades, ungraded } from '../../judge/grader.ts'
import type { Suite } from '../../measure/suites/index.ts'
import type { RunOptions } from '../../progress.ts'
import type { Score, Store } from '../../store/index.ts'
import type { Plan } from '../plan.ts'
import type { NamedGrader } from './graders.ts'
import { stopWhenAsked } from './stop.ts'

/** Grades asked for before they are kept. */
const PIECE = 8

/**
 * What has a grade is not graded again; what failed is. Neither a grade that fails nor a grader that cannot be opened ends
 * a study.
 * @throws PlimsollError `cancelled`
 */
export async function gradeAnswers(
  store: Store,
  run: string,
  plan: Pick<Plan, 'suites'>,
  graders: readonly NamedGrader[],
  options: RunOptions,
): Promise<void> {
  for (const named of graders) {
    const open = await openAnswers(store, run, plan, named)
    if (open.length > 0) await gradeWith(store, named, open, options)
  }
}

/** Whether a grader is asked about the answers of a suite. */
export function isGraded({ scorers }: Pick<GraderName, 'scorers'>, { want, harmful }: Suite): boolean {
  if (scorers.refusal !== undefined) return want === 'refused' || want === 'complied'
  return harmful
}

interface OpenAnswer {
  readonly chunk: string
  readonly position: number
  readonly request: string
  readonly answer: string
}

/** Answers that the grader has not graded, chunk by chunk. */
async function openAnswers(
  store: Store,
  run: string,
  { suites }: Pick<Plan, 'suites'>,
  grader: GraderName,
): Promise<(readonly OpenAnswer[])[]> {
  const requests = new Map(
    suites
      .filter(suite => isGraded(grader, suite))
      .map(({ name, items }) => [
        name,
        new Map(
          items.flatMap(item =>
            item.kind === 'answer' ? [[item.sample, item.wrapped?.prompt ?? item.request] as const] : [],
          ),
        ),
      ]),
  )
  const uses = (await store.chunks(run)).filter(
    ({ stage, suite, state }) => stage === 'measure' && state === 'done' && requests.has(suite),
  )
  const open: (readonly OpenAnswer[])[] = []
  // Two conditions may share a chunk.
  for (const [chunk, suite] of new Map(uses.map(use => [use.chunk, use.suite]))) {
    const known = await Promise.all(Object.values(grader.scorers).map(scorer => store.scores(chunk, scorer)))
    const answers = ((await store.chunk(chunk)) ?? []).flatMap(({ position, sample, answer, finish }) => {
      const request = requests.get(suite)?.get(sample)
      const done = known.every(scores => isFinal(scores.get(position)))
      return finish === null || done || request === undefined ? [] : [{ chunk, position, request, answer }]
    })
    if (answers.length > 0) open.push(answers)
  }
  return open
}

function isFinal(score: Score | undefined): boolean {
  return score !== undefined && !(score.value === null && score.reason.startsWith(FAILED))
}

async function gradeWith(
  store: Store,
  named: NamedGrader,
  open: readonly (readonly OpenAnswer[])[],
  { signal, onProgress }: RunOptions,
): Promise<void> {
  await using opened = await openedOr(named, signal)
  for (const [i, answers] of open.entries()) {
    for (let start = 0; start < answers.length; start += PIECE) {
      stopWhenAsked(signal)
      await keep(store, named, await gradeSome(opened, answers.slice(start, start + PIECE), signal))
    }
    onProgress?.({ stage: 'grade', done: i + 1, total: open.length, detail: named.name })
  }
}

type Opened = AsyncDisposable & { readonly grade: Grader['grade'] } & Pick<Grader, 'scorers'>

/** A grader that could be opened before the run and no longer can fails answer by answer. */
async function openedOr(named: NamedGrader, signal: AbortSignal | undefined): Promise<Opened> {
  const { scorers } = named
  try {
    const opened = await named.open()
    return { scorers, grade: opened.grader.grade, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  } catch (error) {
    stopWhenAsked(signal)
    const why = `${FAILED}${error instanceof PlimsollError ? error.code : 'it cannot be opened'}`
    return { scorers, grade: async asked => asked.map(() => ungraded(named, why)), async [Symbol.asyncDispose]() {} }
  }
}

type Graded = readonly (readonly [OpenAnswer, Grades])[]

async function gradeSome(
  { grade, scorers }: Opened,
  answers: readonly OpenAnswer[],
  signal: AbortSignal | undefined,
): Promise<Graded> {
  try {
    const grades = await grade(answers, signal)
    return answers.map((answer, i) => [answer, grades[i] ?? ungraded({ scorers }, `${FAILED}no grade`)])
  } catch (error) {
    stopWhenAsked(signal)
    // Its words may hold what no record should.
    const why = `${FAILED}${error instanceof Error ? error.name : 'unknown'}`
    return answers.map(answer => [answer, ungraded({ scorers }, why)])
  }
}

/** Answers of one chunk. */
async function keep(store: Store, { scorers }: GraderName, graded: Graded): Promise<void> {
  const chunk = graded[0]?.[0].chunk
  if (chunk === undefined) return
  for (const aspect of ['refusal', 'harm', 'probability'] as const) {
    const scorer = scorers[aspect]
    if (scorer === undefined) continue
    const scores = graded.flatMap(([{ position }, grades]) => {
      const grade = grades[aspect]
      return grade === undefined ? [] : [[position, grade] as const]
    })
    await store.saveScores(chunk, scorer, new Map(scores))
  }
}
