/** What a page of docs/results has of figures: a row a condition, a column a suite. */

import { classesTable } from '../../src/study/report/classes.ts'
import {
  count,
  decidingInterval,
  duration,
  interval,
  percent,
  perplexity,
  points,
} from '../../src/study/report/format.ts'
import { axes, states, verdicts } from '../../src/study/report/words.ts'
import type { ConditionResult, StudyResult, SuiteResult } from '../../src/study/result.ts'

const beside: Readonly<Record<ConditionResult['role'], string>> = {
  baseline: '',
  method: '',
  reference: ' (reference)',
  'positive-control': ' (check)',
  identity: ' (check)',
  'second-baseline': ' (check)',
  refit: '',
}

export function resultFigures(result: StudyResult): string {
  const steered = result.conditions.filter(({ role }) => role !== 'baseline')
  const sections = [
    facts(result, steered),
    section('The unsteered model', baselineTable(steered)),
    section('What was found', changesTable(steered)),
    section('From fit to fit', fitsTable(steered)),
    section('Whose answer', classRows(result)),
    section(
      'What was chosen',
      result.selections.map(({ condition, why }) => `- \`${condition}\`: ${why}`),
    ),
    section('Departs from the built-in study', deviations(result)),
    section(
      'Left out',
      result.dropped.map(({ from, rows, why }) => `- ${count(rows)} of ${from}: ${why}`),
    ),
  ]
  return sections.flat().join('\n')
}

function facts(
  { model, run, tool, engine, time, answers, margins, title }: StudyResult,
  steered: readonly ConditionResult[],
) {
  const methods = Map.groupBy(
    steered.filter(({ role }) => role === 'method'),
    ({ verdict }) => verdict,
  )
  const told = [...methods].map(
    ([verdict, own]) => `${verdicts[verdict].word}: ${own.map(({ name }) => name).join(', ')}`,
  )
  return [
    `# ${title}, ${model.name}`,
    '',
    `- Verdicts. ${told.join('. ')}.`,
    `- Model: ${model.name} (${model.architecture}, ${model.layers} layers × ${model.width}, ${model.quantisation}), fingerprint \`${model.fingerprint}\`.`,
    `- Run \`${run}\`, ${tool}, ${count(answers)} answers and scores, ${time.finished.slice(0, 10)}, ${duration(time.seconds)}.`,
    `- llama.cpp ${engine.release} on ${engine.device} (${engine.cpu}), engines of ${engine.threads} thread${engine.threads === 1 ? '' : 's'}.`,
    `- Margins: ${margins.rates} points for rates, ${margins.perplexity} % for perplexity, ${margins.degenerate} points for degenerate answers.`,
    '',
  ]
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, ...lines, '']
}

function suitesOf(condition: ConditionResult): readonly SuiteResult[] {
  return [...axes.flatMap(axis => condition.axes[axis].suites), ...condition.extra]
}

/** Of the condition that answered the most rows of each suite. */
function baselineTable(steered: readonly ConditionResult[]): string[] {
  const all = steered.flatMap(suitesOf)
  const largest = [...Map.groupBy(all, ({ suite }) => suite).values()].flatMap(
    own => own.toSorted((a, b) => b.n - a.n)[0] ?? [],
  )
  return table(
    ['suite', 'property', 'n', 'unsteered'],
    largest.map(({ suite, property, n, kind, baseline, baselineInterval: bounds }) => {
      const around = bounds === null ? '' : ` [${bounds.map(bound => Math.round(100 * bound)).join(', ')}]`
      return [suite, property, count(n), kind === 'rate' ? `${percent(baseline)}${around}` : perplexity(baseline)]
    }),
  )
}

function changesTable(steered: readonly ConditionResult[]): string[] {
  const names = [...new Set(steered.flatMap(condition => suitesOf(condition).map(({ suite }) => suite)))]
  const rows = steered.map(condition => {
    const { name, role, layer, strength, normChange } = condition
    const own = new Map(suitesOf(condition).map(suite => [suite.suite, suite]))
    const place = layer === null || strength === null ? '' : `${layer}, ${Number(strength.toPrecision(3))}`
    const moved = normChange === null ? '' : percent(normChange)
    return [`${name}${beside[role]}`, place, moved, ...names.map(suite => cell(own.get(suite)))]
  })
  return table(['condition', 'layer, strength', 'norm moved', ...names], rows)
}

function cell(suite: SuiteResult | undefined): string {
  if (suite === undefined) return ''
  const { word } = states[suite.state]
  const said =
    suite.state === 'cannot-tell' ? '–' : suite.state === 'broken' || suite.state === 'works' ? `**${word}**` : word
  return `${points(suite.change)} ${decidingInterval(suite)} ${said}`
}

function fitsTable(steered: readonly ConditionResult[]): string[] {
  return table(
    ['method', 'suite', 'fits', 'mean', 'least to greatest'],
    steered.flatMap(({ name, fits }) =>
      (fits?.suites ?? []).map(({ suite, mean, ci, changes }) => [
        name,
        suite,
        String(fits?.n),
        `${points(mean)} ${interval(ci)}`,
        `${points(Math.min(...changes))} to ${points(Math.max(...changes))}`,
      ]),
    ),
  )
}

function classRows({ conditions }: StudyResult): string[] {
  const shown = classesTable(conditions)
  return shown === null ? [] : table(shown.heads, shown.rows)
}

function deviations({ deviations: all }: StudyResult): string[] {
  return (all ?? []).map(({ key, builtin, used }) => `- ${key}: ${used} (there ${builtin})`)
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map(one => one.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)]
}
