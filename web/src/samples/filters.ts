/** What a list of answers is filtered by, as the address holds it, and what each filter would leave. */
import type { Tally } from '../../../src/serve/viewer/wire.ts'
import type { Query } from '../api.ts'

/** Names in the address. */
export const names = ['axis', 'suite', 'show', 'class', 'labelled', 'template', 'q'] as const
export type FilterName = (typeof names)[number]
export type Filters = Readonly<Record<FilterName, string | null>>

export function filtersOf({ searchParams }: URL): Filters {
  const of = (name: FilterName) => searchParams.get(name)
  return {
    axis: of('axis'),
    suite: of('suite'),
    show: of('show'),
    class: of('class'),
    labelled: of('labelled'),
    template: of('template'),
    q: of('q'),
  }
}

/** What the API counts by; the rest is counted here. */
export function viewQuery(condition: string, { template, q }: Filters): Query {
  return { condition, template, text: q }
}

export function listQuery(condition: string, filters: Filters): Query {
  const { axis, suite, show, class: judged, labelled } = filters
  return { ...viewQuery(condition, filters), axis, suite, change: show, class: judged, labelled }
}

/** The filters that a tally knows. */
type Counted = 'axis' | 'suite' | 'show' | 'class' | 'labelled'

const told: Readonly<Record<Counted, (tally: Tally) => string>> = {
  axis: ({ axis }) => axis,
  suite: ({ suite }) => suite,
  show: ({ change }) => change,
  class: one => one.class ?? 'not judged',
  labelled: ({ labelled }) => (labelled ? 'yes' : 'no'),
}
const counted: readonly Counted[] = ['axis', 'suite', 'show', 'class', 'labelled']

export function total(tallies: readonly Tally[], filters: Filters): number {
  return sum(tallies.filter(one => counted.every(name => fits(one, filters, name))))
}

/** How many each value of a filter would leave, all others being as they are. */
export function choices(tallies: readonly Tally[], filters: Filters, of: Counted): Map<string, number> {
  const others = counted.filter(name => name !== of)
  const left = new Map<string, number>()
  for (const one of tallies) {
    const value = told[of](one)
    const n = others.every(name => fits(one, filters, name)) ? one.n : 0
    left.set(value, (left.get(value) ?? 0) + n)
  }
  return left
}

function fits(tally: Tally, filters: Filters, name: Counted): boolean {
  return filters[name] === null || told[name](tally) === filters[name]
}

function sum(tallies: readonly Tally[]): number {
  return tallies.reduce((all, { n }) => all + n, 0)
}
