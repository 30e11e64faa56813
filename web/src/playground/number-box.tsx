import { useEffect, useState } from 'react'

interface Props {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  /** `any`: every number is as good, also in a form that checks. */
  readonly step: number | 'any'
  readonly onChange: (value: number) => void
}

/** A number that can be typed: what is no number yet (`-`, `1.`) stays in the box and changes nothing. */
export function NumberBox({ label, value, min, max, step, onChange }: Props) {
  const [typed, setTyped] = useState(String(value))
  useEffect(() => {
    setTyped(text => (numberOf(text) === value ? text : String(value)))
  }, [value])
  return (
    <input
      type="number"
      className="number-box"
      aria-label={label}
      value={typed}
      min={min}
      max={max}
      step={step}
      onChange={event => {
        setTyped(event.target.value)
        const number = numberOf(event.target.value)
        if (number !== null && number >= min && number <= max) onChange(number)
      }}
      onBlur={() => setTyped(String(value))}
    />
  )
}

function numberOf(text: string): number | null {
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? null : number
}
