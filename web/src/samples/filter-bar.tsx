/** Filters as chips, each with how many answers it would leave. */
import type { Tally } from '../../../src/serve/viewer/wire.ts'
import { count } from '../../../src/study/report/format.ts'
import { go, withQuery } from '../address.ts'
import { Chips } from './chips.tsx'
import { choices, type Filters } from './filters.ts'
import { closed } from './open.ts'
import { Search } from './search.tsx'

interface Props {
  readonly tallies: readonly Tally[]
  readonly templates: readonly string[]
  readonly filters: Filters
  readonly address: URL
  /** Answers that are left. */
  readonly n: number
}

const axisOrder = ['efficacy', 'general', 'control', 'robustness']
const changeOrder = ['lost', 'gained', 'same', 'unscored']

export function FilterBar({ tallies, templates, filters, address, n }: Props) {
  const chips = (name: 'axis' | 'suite' | 'show' | 'class', title: string, order: readonly string[] = []) => {
    const found = choices(tallies, name === 'axis' ? { ...filters, suite: null } : filters, name)
    const rank = (value: string) => (order.includes(value) ? order.indexOf(value) : order.length)
    const values = [...found].toSorted((a, b) => rank(a[0]) - rank(b[0]) || a[0].localeCompare(b[0]))
    return <Chips name={name} title={title} values={values} chosen={filters[name]} address={address} />
  }
  const inAxis = tallies.filter(({ axis }) => filters.axis === null || filters.axis === axis)
  const labelled = [...choices(tallies, filters, 'labelled')].filter(([value]) => value === 'yes')
  return (
    <section className="chips filters" aria-label="Filters">
      {chips('show', 'change', changeOrder)}
      {chips('axis', 'axis', axisOrder)}
      {new Set(inAxis.map(({ suite }) => suite)).size > 1 && (
        <Chips
          name="suite"
          title="suite"
          values={[...choices(inAxis, filters, 'suite')]}
          chosen={filters.suite}
          address={address}
        />
      )}
      {chips('class', 'judged')}
      {(labelled.length > 0 || filters.labelled !== null) && (
        <Chips name="labelled" title="labelled" values={labelled} chosen={filters.labelled} address={address} />
      )}
      <div className="finders">
        <Search filters={filters} address={address} />
        {templates.length > 0 && (
          <label className="picker">
            template
            <select
              value={filters.template ?? ''}
              onChange={event => go(withQuery(address, { template: event.target.value, ...closed }))}
            >
              <option value="">all</option>
              {templates.map(name => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <p className="small found" role="status">
          {count(n)} {n === 1 ? 'answer' : 'answers'}
        </p>
      </div>
    </section>
  )
}
