/** report.md: the verdict and its figures, to paste where Markdown is read. */
import { morePrompts } from '../../measure/suite-why.ts'
import type { ConditionResult, Selection, StudyResult, SuiteResult } from '../result.ts'
import { shownHeads } from '../shown-words.ts'
import { answersNote, answersTable } from './answers-table.ts'
import { categoryTables, doseNote, doseTables, fewest, retentionTable } from './breakdown.ts'
import { checkSentences } from './checks.ts'
import { classesNote, classesTable, knowledgeSentence } from './classes.ts'
import { exploredTable } from './explored.ts'
import { factsOf } from './facts.ts'
import { fitsNote, fitsTable } from './fits.ts'
import { count, decidingInterval, percent, points, pValue, values } from './format.ts'
import { frontSentence } from './geometry/trade-off.ts'
import { judgeText } from './judges/index.ts'
import { bibtex, methodsText } from './methods-text.ts'
import { hasUnits, unitCells, unitHeads, unitNote } from './units.ts'
import { axes, glyphs, methodsOf, roles, sortedConditions, states, suitesOf, verdicts } from './words.ts'

export function reportMarkdown(result: StudyResult): string {
  const methods = methodsOf(result.conditions)
  const others = sortedConditions(result.conditions).filter(({ role }) => role !== 'method' && role !== 'baseline')
  const blocks = [
    `# ${plain(result.title)}`,
    `${paragraph(result.model.name)}, study ${plain(result.study)}`,
    ...result.labels.map(label => `> ${paragraph(label)}`),
    ...methods.flatMap(verdictBlocks),
    ...[frontSentence(result.conditions)].flatMap(sentence => (sentence === null ? [] : [paragraph(sentence)])),
    '## References and checks',
    ...checkSentences(result).map(paragraph),
    others.length === 0 ? 'None.' : othersTable(others),
    ...classesBlocks(result),
    ...breakdownBlocks(result.conditions),
    ...answersBlocks(result.conditions),
    '## Strength',
    ...(result.selections.length === 0 ? ['Nothing was selected.'] : result.selections.flatMap(selectionBlocks)),
    ...judgeBlocks(result),
    '## Left out and why',
    result.dropped.length === 0
      ? 'Nothing was left out.'
      : table(
          ['from', 'rows', 'why'],
          [false, true, false],
          result.dropped.map(row => [row.from, count(row.rows), row.why]),
        ),
    ...(result.notes ?? []).map(paragraph),
    '## What it ran on',
    table(['fact', 'value'], [false, false], factsOf(result)),
    '## How it was concluded',
    ...methodsText(result).map(paragraph),
    '## How to cite',
    fenced(bibtex(result)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function verdictBlocks(condition: ConditionResult): string[] {
  const look = verdicts[condition.verdict]
  const rows = axes.flatMap(axis => suitesOf(condition.axes[axis]).map(suite => suiteRow(axis, suite)))
  const extra = condition.extra.map(suite => suiteRow('outside the verdict', suite))
  return [
    `## ${glyphs[look.shape]} ${look.word}: ${plain(condition.name)}`,
    paragraph(condition.sentence),
    paragraph(condition.description),
    table(
      [
        'axis',
        'suite',
        'property',
        'base',
        'steered',
        'change',
        '95 %',
        'n',
        'lost',
        'gained',
        'p',
        'line',
        'state',
        'why',
      ],
      [false, false, false, true, true, true, true, true, true, true, true, true, false, false],
      [...rows, ...extra],
    ),
    ...fitsBlocks(condition),
  ]
}

function fitsBlocks(condition: ConditionResult): string[] {
  const fits = fitsTable(condition)
  return fits === null ? [] : [`### ${plain(fits.title)}`, fitsNote, table(fits.heads, fits.right, fits.rows)]
}

function classesBlocks(result: StudyResult): string[] {
  const classes = classesTable(result.conditions)
  if (classes === null) return []
  const { title, heads, right, rows } = classes
  return [`## ${title}`, knowledgeSentence(result) ?? '', classesNote, table(heads, right, rows)]
}

function suiteRow(axis: string, suite: SuiteResult): string[] {
  const { base, steered } = values(suite)
  const look = states[suite.state]
  const more =
    suite.moreNeeded === null || suite.why.includes('would decide') ? '' : ` (${morePrompts(suite.moreNeeded)})`
  return [
    axis,
    suite.suite,
    suite.property,
    base,
    steered,
    points(suite.change),
    decidingInterval(suite),
    count(suite.n),
    count(suite.lost),
    count(suite.gained),
    pValue(suite.p),
    axis === 'efficacy' || axis === 'outside the verdict' ? '' : points(-suite.margin),
    `${glyphs[look.shape]} ${look.word}`,
    suite.why + more,
  ]
}

function othersTable(conditions: readonly ConditionResult[]): string {
  return table(
    ['condition', 'what it is', ...axes],
    [false, false, false, false, false, false],
    conditions.map(condition => [
      condition.name,
      roles[condition.role],
      ...axes.map(axis => {
        const [suite] = suitesOf(condition.axes[axis])
        const word = states[condition.axes[axis].state].word
        return suite === undefined ? word : `${points(suite.change)} ${decidingInterval(suite)} ${word}`
      }),
    ]),
  )
}

function selectionBlocks(selection: Selection): string[] {
  const units = hasUnits(selection) ? unitHeads : []
  return [
    `### ${plain(selection.condition)}`,
    `${plain(selection.why)} Rule: ${plain(selection.rule)}; ${selection.n.target} target and ${selection.n.control} control prompts of the select split. Unsteered: target ${percent(selection.baseline.target)}, control ${percent(selection.baseline.control)}.`,
    table(
      ['layer', 'strength', ...units, ...shownHeads(selection.behaviour), 'score', 'degenerate answers', ''],
      [true, true, ...units.map(() => true), true, true, true, true, false],
      selection.points.map(point => [
        String(point.layer ?? 'its own'),
        String(point.strength),
        ...(units.length === 0 ? [] : unitCells(point)),
        percent(point.target),
        percent(point.control),
        points(point.score),
        String(point.degenerate),
        point.chosen ? 'chosen' : '',
      ]),
    ),
    ...(units.length === 0 ? [] : [unitNote]),
    ...exploredBlocks(selection),
  ]
}

function exploredBlocks({ condition, explored = [] }: Selection): string[] {
  if (explored.length === 0) return []
  const shown = exploredTable(condition, explored)
  return [
    'Exploratory, on the select split at the chosen layer, with 95 % intervals: these points chose nothing and are part of no verdict. Shares with the property of each axis, so that up is better.',
    table(shown.heads, shown.right, shown.rows),
  ]
}

function breakdownBlocks(conditions: readonly ConditionResult[]): string[] {
  const retention = retentionTable(conditions)
  const doses = doseTables(conditions)
  const categories = categoryTables(conditions)
  return [
    ...(retention === null
      ? []
      : [
          '## Of what the baseline had',
          'Of the prompts on which the baseline had the property, those on which it was kept; last, what a second baseline keeps.',
          table(retention.heads, retention.right, retention.rows),
        ]),
    ...(doses.length === 0
      ? []
      : [
          '## Dose ladder',
          doseNote,
          ...doses.flatMap(({ title, heads, right, rows }) => [`### ${plain(title)}`, table(heads, right, rows)]),
        ]),
    ...(categories.length === 0
      ? []
      : [
          '## Categories',
          `Change in points, and how many lost and gained the property. Fewer than ${fewest} prompts are too few; no cell is tested.`,
          ...categories.flatMap(({ title, heads, right, rows }) => [`### ${plain(title)}`, table(heads, right, rows)]),
        ]),
  ]
}

function answersBlocks(conditions: readonly ConditionResult[]): string[] {
  const shown = answersTable(conditions)
  return shown === null ? [] : ['## What answers look like', answersNote, table(shown.heads, shown.right, shown.rows)]
}

function judgeBlocks(result: StudyResult): string[] {
  const text = judgeText(result)
  if (text === null) return []
  return [
    '## The judges',
    ...text.sentences.map(paragraph),
    ...text.tables.flatMap(({ title, sentences, heads, right, rows }) => [
      `### ${plain(title)}`,
      ...sentences.map(paragraph),
      ...(rows.length === 0 ? [] : [table(heads, right, rows)]),
    ]),
  ]
}

/** @param right per column, whether it is aligned to the right */
export function table(
  heads: readonly string[],
  right: readonly boolean[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`
  return [line(heads), `|${right.map(end => (end ? '--:' : ':--')).join('|')}|`, ...rows.map(line)].join('\n')
}

/** One line of text in which nothing is markup. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_{}<>#|~&$]/g, character => `\\${character}`)
    .replaceAll(/\](?=[([:])/g, '\\]')
    .replaceAll(/(https?|ftp|www)([:.])/gi, '$1\u200b$2')
}

/** As a paragraph of its own: nothing at its start makes it a list or a heading either. */
export function paragraph(text: string): string {
  return plain(text).replace(/^([-+=]|\d+(?=[.)]))/, '\\$1')
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}bibtex\n${text}\n${fence}`
}
