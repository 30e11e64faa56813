/** From the suites a study names to suites with rows. */
import { findAttack } from '../attack/index.ts'
import { PlimsollError } from '../errors.ts'
import {
  benignGridSuite,
  drawnSuite,
  gridSuite,
  leftOutOf,
  ownAnswersSuite,
  perplexitySuite,
  promptsSuite,
  type Suite,
} from '../measure/suites/index.ts'
import type { AxisName } from '../measure/types.ts'
import { attackName, loadWrappers } from './attacks.ts'
import { loadConflicts } from './conflicts/index.ts'
import { loadChoice, loadProblems, usualShots } from './general-suites.ts'
import { loadOwnSuite } from './own-suite.ts'
import { type Loader, nameOf } from './rows.ts'
import { type GridEntry, isOwnModule, type Ref, type Study, type SuiteEntry } from './schema.ts'

export const axisNames: readonly AxisName[] = ['efficacy', 'general', 'control', 'robustness']

/** Short names of sets whose file has another. */
const aliases: Readonly<Record<string, string>> = { perplexity: 'wikitext2' }

/** Renders every suite of a study, in the order of the axes. */
export async function loadSuites(study: Study, loader: Loader): Promise<Suite[]> {
  const suites: Suite[] = []
  for (const axis of axisNames)
    for (const entry of study.measure[axis]) suites.push(...(await loadSuite(entry, axis, study, loader)))
  const names = suites.map(suite => suite.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new PlimsollError('invalid-input', 'Two suites of the study have the same name', {
      found: twice,
      fix: 'Give one of them another with a line `name: …`.',
    })
  return suites
}

async function loadSuite(entry: SuiteEntry, axis: AxisName, study: Study, loader: Loader): Promise<Suite[]> {
  if (typeof entry === 'string' && isOwnModule(entry))
    return [await loadOwnSuite({ suite: entry }, axis, study, loader)]
  if (typeof entry === 'string') return loadSuite(byKind(entry, loader), axis, study, loader)
  const { seed } = study
  const cap = (own: number | undefined) => smaller(own, study.limit)
  checkBehaviour(entry, study)
  if ('suite' in entry) return [await loadOwnSuite(entry, axis, study, loader)]
  if ('conflict' in entry) return loadConflicts(entry, axis, study, loader)
  if ('attack' in entry) return loadGrid(entry, axis, study, loader)
  if ('choice' in entry) return [await loadChoice(entry, axis, cap(entry.limit), seed, loader)]
  if ('problems' in entry) return [await loadProblems(entry, axis, cap(entry.limit), seed, loader)]
  if ('perplexity' in entry) {
    const rows = await loader.drawPlain(entry.perplexity, 'prose', cap(entry.limit), seed)
    return [perplexitySuite(entry.name ?? nameOf(entry.perplexity), axis, rows)]
  }
  if ('ownAnswers' in entry) {
    const rows = await loader.draw(entry.ownAnswers, cap(entry.limit), seed)
    return [ownAnswersSuite(entry.name ?? `own answers to ${nameOf(entry.ownAnswers)}`, axis, rows)]
  }
  const rows = await loader.draw(entry.prompts, cap(entry.limit), seed)
  return [promptsSuite(entry.name ?? nameOf(entry.prompts), axis, rows)]
}

/** @throws PlimsollError `invalid-input` for a suite about another behaviour than the study's */
function checkBehaviour(entry: Exclude<SuiteEntry, string>, { behaviour }: Study): void {
  const asks = 'conflict' in entry ? 'faithfulness' : 'prompts' in entry ? 'refusal' : behaviour
  if (asks === behaviour) return
  throw new PlimsollError('invalid-input', `A suite asks about ${asks}, and the study is about ${behaviour}`, {
    found: 'conflict' in entry ? nameOf(entry.conflict) : 'prompts' in entry ? nameOf(entry.prompts) : '',
    expected:
      behaviour === 'faithfulness'
        ? 'questions with two answers: { conflict: SET }'
        : 'prompts that are answered or refused',
    fix: `Take the suite out, or write \`behaviour: ${asks}\` and what goes with it.`,
  })
}

function byKind(name: string, loader: Loader): SuiteEntry {
  if (findAttack(name) !== undefined) throw noSuite('An attack alone is no suite', name)
  const ref: Ref = aliases[name] ?? name
  const kind = loader.kindOf(ref)
  const shots = usualShots[name]
  if (kind === 'choices') return { choice: ref, ...(shots !== undefined && { shots }) }
  if (kind === 'problems') return { problems: ref, ...(shots !== undefined && { shots }) }
  if (kind === 'prose') return { perplexity: ref }
  if (kind === 'conflicts') return { conflict: ref, by: 'answer' }
  if (kind === 'templates' || kind === 'rewrites') throw noSuite(`A set of ${kind} alone is no suite`, name)
  return { prompts: ref }
}

function noSuite(message: string, name: string): PlimsollError {
  return new PlimsollError('invalid-input', message, {
    found: name,
    expected: 'what is asked, and the prompts to put into it',
    fix: `Write { attack: ${name}, prompts: DATASET }.`,
  })
}

async function loadGrid(entry: GridEntry, axis: AxisName, study: Study, loader: Loader): Promise<Suite[]> {
  const { seed } = study
  const wrappers = await loadWrappers(entry.attack, { templates: entry.templates ?? 25, seed, loader })
  const grid = async (name: string, ref: Ref, limit: number | undefined, sample: number | undefined) => {
    const rows = { wrappers, prompts: await loader.draw(ref, limit, seed), cells: smaller(sample, study.limit) }
    loader.tell(leftOutOf(name, rows))
    return { name, rows }
  }
  const called = attackName(entry.attack)
  const { prompts, limit, sample, samples, benign } = entry
  const own = await grid(entry.name ?? `${called} × ${nameOf(prompts)}`, prompts, limit, sample)
  const suite = gridSuite(own.name, axis, own.rows)
  if (suite.items.length === 0) throw noCell(own.name)
  if (samples !== undefined && suite.want !== 'refused')
    throw new PlimsollError('invalid-input', 'Samples are drawn where refusals are to be kept', {
      found: `samples: ${samples} under ${axis}`,
      expected: 'a suite under robustness or control',
      fix: 'Leave `samples` out.',
    })
  const suites = samples === undefined ? [suite] : [suite, drawnSuite(suite, samples, seed)]
  if (benign === undefined) return suites
  const harmless = await grid(`${called} × ${nameOf(benign.prompts)}`, benign.prompts, benign.limit, benign.sample)
  return [...suites, benignGridSuite(harmless.name, axis, harmless.rows)]
}

function noCell(name: string): PlimsollError {
  return new PlimsollError('invalid-input', 'No request of a suite can be asked in its way', {
    found: name,
    expected: 'rewritings of the very requests, by their ids or their words',
    fix: 'Check that the attack fits the prompts.',
  })
}

function smaller(a: number | undefined, b: number | null): number | undefined {
  return a === undefined ? (b ?? undefined) : b === null ? a : Math.min(a, b)
}
