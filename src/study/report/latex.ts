/** report.tex: two tables with booktabs, to be put into a paper. */
import type { ConditionResult, StudyResult, SuiteResult } from '../result.ts'
import { count, decidingInterval, points, values } from './format.ts'
import { axes, glyphs, sortedConditions, states, suitesOf, verdicts } from './words.ts'

/** The table of conditions by axis, each by the suite that decides it, and the table of all suites of the methods. */
export function reportLatex(result: StudyResult): string {
  const shown = sortedConditions(result.conditions).filter(({ role }) => role !== 'baseline' && role !== 'refit')
  const name = `${result.title}, ${result.model.name}`
  return [
    `% ${comment(`${name}; run ${result.run}; ${result.tool}`)}`,
    '% \\usepackage{booktabs}',
    ...result.labels.map(label => `% ${comment(label)}`),
    table({
      columns: 'llllll',
      heads: ['condition', ...axes, 'verdict'],
      rows: shown.map(condition => [
        escaped(condition.name),
        ...axes.map(axis => deciding(condition, axis)),
        condition.role === 'method' ? escaped(verdicts[condition.verdict].word) : '--',
      ]),
      caption: `${name}. Change in points (perplexity: per cent) by the suite that decides each axis, with its 95 % interval. Below zero is worse.`,
      label: `${result.study}-axes`,
    }),
    table({
      columns: 'lllrrrlrl',
      heads: ['condition', 'axis', 'suite', 'base', 'steered', 'change', '95 %', 'n', 'state'],
      rows: shown.filter(({ role }) => role === 'method').flatMap(suiteRows),
      caption: `${name}. Every suite. Margins: rates ${result.margins.rates} points, perplexity ${result.margins.perplexity} %, degenerate answers ${result.margins.degenerate} points.`,
      label: `${result.study}-suites`,
    }),
    '',
  ].join('\n')
}

function deciding(condition: ConditionResult, axis: (typeof axes)[number]): string {
  const [suite] = suitesOf(condition.axes[axis])
  const { word } = states[condition.axes[axis].state]
  return suite === undefined ? escaped(word) : `${changed(suite)} ${escaped(word)}`
}

function suiteRows(condition: ConditionResult): string[][] {
  return axes.flatMap(axis =>
    suitesOf(condition.axes[axis]).map(suite => {
      const { base, steered } = values(suite)
      const look = states[suite.state]
      return [
        condition.name,
        axis,
        suite.suite,
        base,
        steered,
        points(suite.change),
        decidingInterval(suite),
        count(suite.n),
        look.word,
      ].map(escaped)
    }),
  )
}

function changed(suite: SuiteResult): string {
  return escaped(`${points(suite.change)} ${decidingInterval(suite)}`)
}

interface LatexTable {
  readonly columns: string
  readonly heads: readonly string[]
  /** Escaped already. */
  readonly rows: readonly (readonly string[])[]
  readonly caption: string
  readonly label: string
}

function table({ columns, heads, rows, caption, label }: LatexTable): string {
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`
  return [
    '',
    '\\begin{table}',
    `  \\caption{${escaped(caption)}}`,
    `  \\label{tab:${label.replaceAll(/[^\w-]/g, '-')}}`,
    `  \\begin{tabular}{${columns}}`,
    '    \\toprule',
    line(heads.map(escaped)),
    '    \\midrule',
    ...rows.map(line),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
  ].join('\n')
}

const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '×': '$\\times$',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '–': '--',
  '[': '{[}',
  ']': '{]}',
  [glyphs.disc]: '$\\bullet$',
}

/** Text in which nothing is a command; a bracket after a line's end would be taken for its argument. */
export function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[\\~^−×<>|–[\]●]|[#$%&_{}]/g, sign => commands[sign] ?? `\\${sign}`)
}

function comment(text: string): string {
  return text.toWellFormed().replaceAll(/[\s\p{Cc}]+/gu, ' ')
}
