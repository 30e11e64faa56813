import { PlimsollError } from '../../errors.ts'

/** @throws PlimsollError `invalid-input` unless `value` is a finite number from `min` to `max`. */
export function within(name: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return
  throw new PlimsollError('invalid-input', `${name} is out of range`, {
    found: String(value),
    expected: `a number from ${min} to ${max}`,
  })
}

/** @throws PlimsollError `invalid-input` unless 0 < value < 1. */
export function openUnit(name: string, value: number): void {
  if (value > 0 && value < 1) return
  throw new PlimsollError('invalid-input', `${name} is out of range`, {
    found: String(value),
    expected: 'a number between 0 and 1, neither included',
  })
}
