import { useState } from 'react'
import type { Vectors } from '../../../src/serve/viewer/wire.ts'
import type { Entry } from './setup.ts'

interface Props {
  readonly vectors: Vectors
  readonly stack: readonly Entry[]
  readonly onAdd: (entry: Entry) => void
}

/** Those that the server lists, and those of studies in the store; both without what is in the stack. */
export function VectorPicker({ vectors: { served, stored }, stack, onAdd }: Props) {
  const [picked, setPicked] = useState('')
  const inStack = new Set(stack.map(({ name }) => name))
  const listed = new Set(served.map(({ name }) => name))
  const here = served.filter(({ name }) => !inStack.has(name))
  const there = stored.filter(({ name }) => !inStack.has(name) && !listed.has(name))
  const first = [...here, ...there][0]
  if (first === undefined) return null
  const chosen = [...here, ...there].find(({ name }) => name === picked) ?? first
  const add = () => {
    const { name } = chosen
    const tested = 'known' in chosen ? chosen.known[0]?.strength : chosen.strength
    onAdd({ name, strength: tested ?? 1, on: true })
  }
  return (
    <div className="vector-picker">
      <label className="picker">
        vector
        <select value={chosen.name} onChange={event => setPicked(event.target.value)}>
          {here.length > 0 && (
            <optgroup label="On the server">
              {here.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </optgroup>
          )}
          {there.length > 0 && (
            <optgroup label="Of studies in the store">
              {there.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
      <button type="button" onClick={add}>
        Add
      </button>
    </div>
  )
}
