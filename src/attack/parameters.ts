import { PlimsollError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import type { Attack, AttackParameters } from './types.ts'

/**
 * What an attack is told, its defaults where it is told nothing.
 * @throws PlimsollError `invalid-input` for a parameter that it does not have, or a value it cannot take
 */
export function parametersFor(
  { name, defaults, limits = {} }: Pick<Attack, 'name' | 'defaults' | 'limits'>,
  told: AttackParameters,
): AttackParameters {
  for (const [key, value] of Object.entries(told)) {
    const usual = defaults[key]
    if (usual === undefined) {
      const near = suggest(key, Object.keys(defaults))
      throw new PlimsollError('invalid-input', `${name} has no parameter ${key}`, {
        expected: Object.keys(defaults).join(', ') || 'no parameters',
        fix: near === undefined ? 'Remove it.' : `Did you mean ${near}?`,
      })
    }
    const [least, most] = limits[key] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    // A whole default means that only whole numbers make sense.
    const whole = typeof usual === 'number' && Number.isInteger(usual)
    const fits =
      typeof value === typeof usual &&
      (typeof value !== 'number' || (value >= least && value <= most && (!whole || Number.isInteger(value))))
    if (!fits)
      throw new PlimsollError('invalid-input', `${name} cannot take this ${key}`, {
        found: JSON.stringify(value),
        expected:
          limits[key] === undefined ? `a ${typeof usual}` : `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
        fix: `Change it, or leave it out for ${JSON.stringify(usual)}.`,
      })
  }
  return { ...defaults, ...told }
}
