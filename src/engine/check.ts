import { PlimsollError } from '../errors.ts'

/** @throws PlimsollError `invalid-input` */
export function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new PlimsollError('invalid-input', `${name} has to be a whole number above 0`, {
    found: String(value),
    fix: `Leave ${name} out to use the default.`,
  })
}
