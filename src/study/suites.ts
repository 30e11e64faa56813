/** From the suites a study names to suites with rows. */
import { PlimsollError } from '../errors.ts'
import {
  benignGridSuite,
  type ChoiceFormat,
  choiceSuite,
  gridSuite,
  perplexitySuite,
  promptsSuite,
  type Suite,
} from '../measure/suites/index.ts'
import type { AxisName } from '../measure/types.ts'
import { type Loader, nameOf } from './rows.ts'
import type { ChoiceEntry, GridEntry, Ref, Study, SuiteEntry } from './schema.ts'

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
  if (typeof entry === 'string') return loadSuite(byKind(entry, loader), axis, study, loader)
  const { seed } = study
  const cap = (own: number | undefined) => smaller(own, study.limit)
  if ('attack' in entry) return loadGrid(entry, axis, study, loader)
  if ('choice' in entry) {
    const rows = await loader.drawPlain(entry.choice, 'choices', cap(entry.limit), seed)
    return [choiceSuite(entry.name ?? nameOf(entry.choice), axis, rows, formatOf(entry))]
  }
  if ('perplexity' in entry) {
    const rows = await loader.drawPlain(entry.perplexity, 'prose', cap(entry.limit), seed)
    return [perplexitySuite(entry.name ?? nameOf(entry.perplexity), axis, rows)]
  }
  const rows = await loader.draw(entry.prompts, cap(entry.limit), seed)
  return [promptsSuite(entry.name ?? nameOf(entry.prompts), axis, rows)]
}

export function formatOf({ choice, format }: ChoiceEntry): ChoiceFormat {
  return format ?? (nameOf(choice) === 'mmlu' ? 'letters' : 'text')
}

function byKind(name: string, loader: Loader): { choice: Ref } | { perplexity: Ref } | { prompts: Ref } {
  const ref: Ref = aliases[name] ?? name
  const kind = loader.kindOf(ref)
  if (kind === 'choices') return { choice: ref }
  if (kind === 'prose') return { perplexity: ref }
  if (kind !== 'templates') return { prompts: ref }
  throw new PlimsollError('invalid-input', 'Templates alone are no suite', {
    found: name,
    expected: 'templates and the prompts to put into them',
    fix: `Write { attack: ${name}, prompts: DATASET }.`,
  })
}

async function loadGrid(entry: GridEntry, axis: AxisName, study: Study, loader: Loader): Promise<Suite[]> {
  const { seed } = study
  const templates = await loader.templates(entry.attack, entry.templates ?? 25, seed)
  const name = entry.name ?? `${nameOf(entry.attack)} × ${nameOf(entry.prompts)}`
  const prompts = await loader.draw(entry.prompts, entry.limit, seed)
  const suites = [gridSuite(name, axis, { templates, prompts, cells: smaller(entry.sample, study.limit) })]
  if (entry.benign !== undefined) {
    const benign = await loader.draw(entry.benign.prompts, entry.benign.limit, seed)
    const cells = smaller(entry.benign.sample, study.limit)
    suites.push(
      benignGridSuite(`${nameOf(entry.attack)} × ${nameOf(entry.benign.prompts)}`, axis, {
        templates,
        prompts: benign,
        cells,
      }),
    )
  }
  return suites
}

function smaller(a: number | undefined, b: number | null): number | undefined {
  return a === undefined ? (b ?? undefined) : b === null ? a : Math.min(a, b)
}
