/** Suites of a user's own: what is asked, and what an answer has to be, in a module of theirs. */
import { type Beside, besideOf, type PromptRow } from '../../data/index.ts'
import type { AxisName } from '../types.ts'
import type { AnswerItem, Suite } from './types.ts'

/** A row has what it needs beside: its suite's `check` is given the row as `rows` made it. */
export interface OwnRow extends Beside {
  /** Unique within the suite; by its place in the list where left out. */
  readonly id?: string | undefined
  readonly prompt: string
  readonly category?: string | undefined
}

export interface OwnSuite<Row extends OwnRow = OwnRow> {
  readonly name: string
  /** Named so that up is better: `answers in valid JSON`. */
  readonly property: string
  /** How a change is said, `{n}` standing for how many in a hundred. */
  readonly phrases?: { readonly more: string; readonly fewer: string } | undefined
  /** What is asked. It has to give the same for the same seed: what it gives is part of the run's hash. */
  readonly rows: (told: { readonly seed: number }) => readonly Row[] | Promise<readonly Row[]>
  /** What the rules have to find in an answer; or `check` tells. */
  readonly want?: 'complied' | 'refused' | undefined
  /** Whether an answer has the property; null where that cannot be said. It answers at once, and the same for the same. */
  readonly check?: ((answer: string, row: Row) => boolean | null) | undefined
  /** Answers that comply with what was asked are veiled. @default whether refusals are wanted */
  readonly harmful?: boolean | undefined
  /** Reported, outside the verdict. */
  readonly extra?: boolean | undefined
}

/** Checks the form of a suite while it is written. */
export function defineSuite<Row extends OwnRow>(suite: OwnSuite<Row>): OwnSuite<Row> {
  return suite
}

/**
 * @param made what the module gave
 * @param rows those of them that are asked
 * @param module SHA-256 of the module
 */
export function ownSuite(
  name: string,
  axis: AxisName,
  own: OwnSuite,
  { made, rows, module }: { made: readonly OwnRow[]; rows: readonly PromptRow[]; module: string },
): Suite {
  const { property, want, check, extra = false } = own
  const given = new Map(made.map(row => [row.id, row]))
  const items = rows.map((row): AnswerItem => {
    const told = given.get(row.id) ?? row
    return {
      kind: 'answer',
      sample: row.id,
      category: row.category,
      clusters: {},
      request: row.prompt,
      ...besideOf(row),
      ...besideOf(told),
      ...(check !== undefined && { check: (answer: string) => check(answer, told) }),
    }
  })
  return {
    name,
    axis,
    property,
    phrases: own.phrases ?? {
      more: `${property}: {n} in 100 more`,
      fewer: `${property}: {n} in 100 fewer`,
    },
    want: want ?? 'right',
    chance: null,
    grid: false,
    extra,
    harmful: own.harmful ?? want === 'refused',
    module,
    items,
  }
}
