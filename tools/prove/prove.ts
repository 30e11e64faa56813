import { openModel } from '../../src/engine/open.ts'
import { wilson } from '../../src/measure/statistics/index.ts'
import type { Verdict } from '../../src/measure/types.ts'
import { openStore } from '../../src/store/index.ts'
import { planStudy, runStudy } from '../../src/study/index.ts'
import type { Organism } from './organisms.ts'

export interface Proof {
  readonly organism: string
  readonly seed: number
  readonly truth: Verdict
  readonly verdict: Verdict
  readonly sentence: string
  readonly seconds: number
}

export interface ProveOptions {
  /** Most rows of any suite; null for all that the demonstration asks. */
  readonly limit: number | null
  /** Where answers are kept, so that a proof that was stopped goes on; `:memory:` keeps none. */
  readonly store: string
}

/** One study on one organism: the demonstration without what has no part in a verdict. */
export async function prove(organism: Organism, seed: number, { limit, store: file }: ProveOptions): Promise<Proof> {
  const began = performance.now()
  await using model = await openModel(organism.file, { name: organism.name, engines: 'processors' })
  await using store = await openStore(file)
  const plan = await planStudy({
    study: 'demo',
    name: organism.name,
    model: organism.file,
    seed,
    limit,
    // Where the organisms hold their score, by construction.
    select: { layers: { from: 4, to: 6 }, explore: false },
    references: { randomKl: 0, permuted: 0 },
    expectPositiveControl: organism.canBeBroken ? 'broken' : 'none',
  })
  const { result } = await runStudy(plan, { model, store })
  const method = result.conditions.find(({ role }) => role === 'method')
  if (method === undefined) throw new Error('The study has no method')
  const { verdict, sentence } = method
  const seconds = (performance.now() - began) / 1000
  return { organism: organism.name, seed, truth: organism.truth, verdict, sentence, seconds }
}

export interface Judged {
  /** Verdicts that say something and are not the truth; undecided says nothing. */
  readonly wrong: number
  /** *Within* where that is not the truth: what must not be. */
  readonly wronglyWithin: number
  readonly undecided: number
  readonly of: number
  /** 95 %, Wilson, of wrongly *within*. */
  readonly interval: readonly [number, number]
  readonly holds: boolean
}

/** At most so many of the verdicts may be a wrong *within*. */
const mostWithin = 0.05

export function judgeProof(proofs: readonly Proof[]): Judged {
  const saysNothing: readonly Verdict[] = ['undecided', 'cannot-tell']
  const wrong = proofs.filter(({ truth, verdict }) => verdict !== truth && !saysNothing.includes(verdict)).length
  const wronglyWithin = proofs.filter(({ truth, verdict }) => verdict === 'within' && truth !== 'within').length
  const undecided = proofs.filter(({ verdict }) => saysNothing.includes(verdict)).length
  const of = proofs.length
  return {
    wrong,
    wronglyWithin,
    undecided,
    of,
    interval: wilson(wronglyWithin / of, of),
    holds: wrong === wronglyWithin && wronglyWithin <= mostWithin * of && undecided === 0,
  }
}

export function proofTable(
  proofs: readonly Proof[],
  { wrong, wronglyWithin, undecided, of, interval }: Judged,
): string {
  const verdicts = [...new Set(proofs.map(({ verdict }) => verdict))].sort()
  const groups = Map.groupBy(proofs, ({ organism }) => organism)
  const percent = (share: number) => (100 * share).toFixed(1)
  return [
    `| organism | truth | seeds | ${verdicts.join(' | ')} |`,
    `|---|---|--:|${verdicts.map(() => '--:').join('|')}|`,
    ...[...groups].map(([organism, own]) => {
      const counts = verdicts.map(verdict => own.filter(proof => proof.verdict === verdict).length)
      return `| ${organism} | ${own[0]?.truth} | ${own.length} | ${counts.join(' | ')} |`
    }),
    '',
    `Of ${of} verdicts ${wrong} are wrong, ${undecided} say nothing, and ${wronglyWithin} are *within* where that is not the truth (${percent(wronglyWithin / of)} %, 95 % ${percent(interval[0])} to ${percent(interval[1])}).`,
  ].join('\n')
}
