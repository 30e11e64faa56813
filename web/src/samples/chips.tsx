import { count } from '../../../src/study/report/format.ts'
import { go, withQuery } from '../address.ts'
import type { FilterName } from './filters.ts'
import { closed } from './open.ts'

interface Props {
  readonly name: FilterName
  readonly title: string
  /** Each with how many answers it would leave. */
  readonly values: readonly (readonly [string, number])[]
  readonly chosen: string | null
  readonly address: URL
}

export function Chips({ name, title, values, chosen, address }: Props) {
  const choose = (value: string | null) => {
    // An axis has suites of its own.
    const more = name === 'axis' ? { suite: null } : {}
    go(withQuery(address, { ...more, [name]: value, ...closed }))
  }
  return (
    <fieldset>
      <legend className="only-read">{title}</legend>
      <span className="legend" aria-hidden="true">
        {title}
      </span>
      <span className="options">
        <label>
          <input type="radio" name={`filter-${name}`} checked={chosen === null} onChange={() => choose(null)} />
          all
        </label>
        {values.map(([value, n]) => (
          <label key={value}>
            <input type="radio" name={`filter-${name}`} checked={chosen === value} onChange={() => choose(value)} />
            {value} <span className="n">{count(n)}</span>
          </label>
        ))}
      </span>
    </fieldset>
  )
}
