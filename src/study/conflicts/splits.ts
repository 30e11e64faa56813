/** The rows of a study of faithfulness to fit and to select on: the same questions in two forms, kept apart from what is tested. */
import {
  type ConflictRow,
  createRandom,
  normaliseText,
  type PromptRow,
  shuffle,
  withoutOverlap,
} from '../../data/index.ts'
import { PlimsollError } from '../../errors.ts'
import {
  articleOf,
  conflictPrompt,
  conflictSuite,
  distractorsFor,
  IRRELEVANT,
  type Question,
  questionOf,
  type Suite,
} from '../../measure/suites/index.ts'
import { type Loader, nameOf } from '../rows.ts'
import type { Ref, Study } from '../schema.ts'
import type { FitRows, SelectRows } from '../split-rows.ts'
import { drawConflicts } from './rows.ts'

interface Named {
  readonly set: string
  readonly row: ConflictRow
}

/**
 * What shares an article with a tested question, or asks nearly the same, is dropped. Pools are drawn from several sets;
 * select takes its share first.
 */
export async function loadConflictSplits(
  study: Study,
  suites: readonly Suite[],
  loader: Loader,
): Promise<{ fit: FitRows; select: SelectRows }> {
  for (const side of ['positive', 'negative'] as const)
    if (study.fit[side] !== undefined)
      throw new PlimsollError('invalid-input', 'Both sides of a study of faithfulness are made of the same questions', {
        found: `fit.${side}: ${nameOf(study.fit[side])}`,
        expected: 'questions under fit.pool: their passage’s answers are the positives, memory’s the negatives',
        fix: 'Name a set such as counterfact under fit.pool, and leave the sides out.',
      })
  const tested = await testedRows(study, suites, loader)
  const shown = passagesIn(suites)
  const pools = new Map<string, Readonly<Record<'fit' | 'select', readonly Named[]>>>()
  const { on, limit } = study.select
  const named = [study.fit.pool, on.target, on.control].flatMap(ref =>
    typeof ref === 'string' ? ref.split('/')[0] : [],
  )
  for (const [name, { from, fit = 0, select = 0 }] of Object.entries(study.pools)) {
    // Those of the built-in study that this one does not use need not be there.
    if (!named.includes(name)) continue
    const all: Named[] = []
    for (const ref of from) all.push(...(await apart(ref, study, { tested, shown }, loader)))
    const rows = byArticle(shuffle(all, createRandom(study.seed, `pool ${name}`)))
    const cut = Math.min(select, rows.length)
    const end = articleEnd(rows, cut)
    const split = { select: rows.slice(0, end), fit: rows.slice(end, end + fit) }
    loader.tellShort(name, { fit, select }, split)
    pools.set(name, split)
  }
  const load = async (ref: Ref | undefined, what: string): Promise<readonly Named[]> => {
    if (ref === undefined)
      throw new PlimsollError('invalid-input', `A study of faithfulness has nothing under ${what}`, {
        expected: 'questions that memory and a passage answer differently, or a pool of them',
        fix: 'Name a set such as counterfact, or POOL/fit of `pools`.',
      })
    const [name = '', split = ''] = typeof ref === 'string' ? ref.split('/') : []
    const pool = pools.get(name)
    if (pool !== undefined && (split === 'fit' || split === 'select')) return pool[split]
    return apart(ref, study, { tested, shown }, loader)
  }
  const [target, control] = [await load(on.target, 'select.on.target'), await load(on.control, 'select.on.control')]
  const selected = [...target, ...control]
  const pool = dropMet(await load(study.fit.pool, 'fit.pool'), selected, 'the select split', loader)
  const select = selectRowsOf(target, control, limit)
  if (study.select.explore === false) return { fit: fitRowsOf(pool), select }
  return {
    fit: fitRowsOf(pool),
    select: { ...select, distracted: distractedSuite(control, [...control, ...pool], study) },
  }
}

/** Without a passage the model is to answer from memory, with one from it: each question shows both. */
function fitRowsOf(named: readonly Named[]): FitRows {
  const form = (passages: (row: ConflictRow) => string[], side: 'context' | 'memory') =>
    named.map(one => promptOf(one, passages(one.row), side))
  const open = (row: ConflictRow) => [row.passage]
  return {
    pool: [],
    positive: form(open, 'context'),
    negative: form(open, 'memory'),
    control: { positive: form(() => [], 'memory'), negative: form(() => [], 'context') },
    questions: questionsOf(named),
  }
}

function selectRowsOf(target: readonly Named[], control: readonly Named[], most: number): SelectRows {
  return {
    target: target.map(one => promptOf(one, [one.row.passage], 'context')),
    control: control.map(one => promptOf(one, [], 'memory')),
    questions: questionsOf([...target, ...control]),
    most,
  }
}

/** One arrangement of passages a question, each in turn. */
function distractedSuite(control: readonly Named[], among: readonly Named[], study: Study): Suite {
  const rows = control.map(({ row }) => row)
  const passages = among.map(({ row }) => row)
  const found = distractorsFor(rows, passages, IRRELEVANT, study.seed)
  const spec = { axis: 'robustness', given: 'distractors', by: 'answer', extra: false } as const
  const suiteOf = (set: string, own: readonly ConflictRow[], i: number) =>
    conflictSuite({ ...spec, set, name: 'select distracted' }, own, found.slice(i, i + 1))
  const alone = control.map(({ set, row }, i) => suiteOf(set, [row], i))
  return {
    ...suiteOf('select', [], 0),
    items: alone.flatMap(({ items }, i) => items[i % items.length] ?? []),
    questions: alone.flatMap(({ questions = [] }) => questions),
  }
}

function promptOf({ set, row }: Named, passages: readonly string[], target: 'context' | 'memory'): PromptRow {
  const { question, id, category, memory, context } = row
  return {
    id: `${set} ${id}`,
    prompt: conflictPrompt(question, passages),
    category,
    target: { memory, context }[target][0],
    answers: { memory, context },
    question: questionOf(set, row, 'answer').key,
  }
}

function questionsOf(named: readonly Named[]): Question[] {
  return [...new Map(named.map(({ set, row }) => questionOf(set, row, 'answer')).map(one => [one.key, one])).values()]
}

/** The rows behind the suites' questions. */
async function testedRows(study: Study, suites: readonly Suite[], loader: Loader): Promise<Named[]> {
  const keys = new Set(suites.flatMap(({ questions = [] }) => questions.map(({ key }) => key)))
  const entries = Object.values(study.measure)
    .flat()
    .flatMap(entry => {
      // A set by its name alone is a suite as well.
      if (typeof entry === 'string') return loader.kindOf(entry) === 'conflicts' ? [entry] : []
      return 'conflict' in entry ? [entry.conflict] : []
    })
  const named: Named[] = []
  for (const ref of new Map(entries.map(one => [nameOf(one), one])).values())
    for (const row of await drawConflicts(loader, ref, study.seed)) {
      const set = nameOf(ref)
      if (keys.has(questionOf(set, row, 'answer').key) || keys.has(questionOf(set, row, 'likelihood').key))
        named.push({ set, row })
    }
  return named
}

interface Met {
  readonly tested: readonly Named[]
  /** Passages that tested rows show, distractors among them. */
  readonly shown: ReadonlySet<string>
}

async function apart(ref: Ref, { seed }: Study, { tested, shown }: Met, loader: Loader): Promise<Named[]> {
  const set = nameOf(ref)
  const rows = (await drawConflicts(loader, ref, seed)).map(row => ({ set, row }))
  const others = dropMet(rows, tested, 'the test split', loader)
  const kept = others.filter(({ row }) => !partsOf(row.passage).every(part => shown.has(part)))
  const dropped = others.length - kept.length
  if (dropped > 0) loader.tell([{ from: set, rows: dropped, why: 'its passage is shown to a row of the test split' }])
  return kept
}

function passagesIn(suites: readonly Suite[]): ReadonlySet<string> {
  const asked = suites.flatMap(({ items }) => items.filter(item => item.question !== undefined))
  return new Set(asked.flatMap(item => ('request' in item ? partsOf(item.request) : [])))
}

/** Passages stand in a prompt with an empty line between them. */
function partsOf(text: string): string[] {
  return text.split('\n\n')
}

/** Without rows of an article that is met, and without those that ask nearly the same. */
function dropMet(rows: readonly Named[], met: readonly Named[], reason: string, loader: Loader): Named[] {
  const articles = new Set(met.map(({ row }) => normaliseText(articleOf(row))))
  const others = rows.filter(({ row }) => !articles.has(normaliseText(articleOf(row))))
  const { kept, dropped } = withoutOverlap(
    others.map(({ row }) => row),
    met.map(({ row }) => row),
  )
  const from = rows[0]?.set ?? ''
  loader.tell(
    [
      { from, rows: rows.length - others.length, why: `is of an article of ${reason}` },
      { from, rows: dropped.length, why: `asks nearly what a row of ${reason} asks (Jaccard 0.6 or more)` },
    ].filter(entry => entry.rows > 0),
  )
  const stays = new Set(kept)
  return others.filter(({ row }) => stays.has(row))
}

/** Rows of one article side by side, so that a cut between articles keeps them together. */
function byArticle(rows: readonly Named[]): Named[] {
  return [...Map.groupBy(rows, ({ row }) => articleOf(row)).values()].flat()
}

/** The first place at or after `at` where another article begins. */
function articleEnd(rows: readonly Named[], at: number): number {
  const last = rows[at - 1]
  if (last === undefined) return at
  const next = rows.findIndex((one, i) => i >= at && articleOf(one.row) !== articleOf(last.row))
  return next < 0 ? rows.length : next
}
