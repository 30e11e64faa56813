/** Has kept answers to harmful requests graded, a few at a time, each kept at once. */
import { FAILED, type Graded, type HarmGrader } from '../../judge/rubric/index.ts'
import type { RunOptions } from '../../progress.ts'
import type { Score, Store } from '../../store/index.ts'
import type { Plan } from '../plan.ts'
import { stopWhenAsked } from './stop.ts'

/** Grades asked for before they are kept. */
const PIECE = 8

/**
 * What has a grade is not graded again; what failed is. A grade that fails never ends a study.
 * @throws PlimsollError `cancelled`
 */
export async function gradeAnswers(
  store: Store,
  run: string,
  { suites }: Pick<Plan, 'suites'>,
  grader: HarmGrader,
  { signal, onProgress }: RunOptions,
): Promise<void> {
  const requests = new Map(
    suites
      .filter(suite => suite.harmful)
      .map(suite => [
        suite.name,
        new Map(
          suite.items.flatMap(item =>
            item.kind === 'answer' ? [[item.sample, item.wrapped?.prompt ?? item.request] as const] : [],
          ),
        ),
      ]),
  )
  const uses = (await store.chunks(run)).filter(
    ({ stage, suite, state }) => stage === 'measure' && state === 'done' && requests.has(suite),
  )
  // Two conditions may share a chunk.
  const chunks = new Map(uses.map(({ chunk, suite }) => [chunk, suite]))
  let done = 0
  for (const [chunk, suite] of chunks) {
    const known = await store.scores(chunk, grader.name)
    const open = ((await store.chunk(chunk)) ?? []).flatMap(({ position, sample, answer, finish }) => {
      const request = requests.get(suite)?.get(sample)
      const score = known.get(position)
      const graded = score !== undefined && !(score.value === null && score.reason.startsWith(FAILED))
      return finish === null || graded || request === undefined ? [] : [{ position, request, answer }]
    })
    for (let start = 0; start < open.length; start += PIECE) {
      stopWhenAsked(signal)
      const piece = open.slice(start, start + PIECE)
      const graded = await gradeSome(grader, piece, signal)
      await store.saveScores(
        chunk,
        grader.name,
        new Map(piece.map(({ position }, i): [number, Score] => [position, graded[i] ?? missing])),
      )
    }
    done += 1
    onProgress?.({ stage: 'harm', done, total: chunks.size })
  }
}

const missing: Graded = { value: null, reason: `${FAILED}no grade` }

async function gradeSome(
  grader: HarmGrader,
  piece: readonly { readonly request: string; readonly answer: string }[],
  signal: AbortSignal | undefined,
): Promise<Graded[]> {
  try {
    return await grader.grade(piece, signal)
  } catch (error) {
    stopWhenAsked(signal)
    // Its words may hold what no record should.
    return piece.map(() => ({ value: null, reason: `${FAILED}${error instanceof Error ? error.name : 'unknown'}` }))
  }
}
