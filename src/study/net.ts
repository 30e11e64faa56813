/** What a choice between points goes by. */

/** Far below the least difference that two shares of any set can have. */
const digits = 1e12

/**
 * Target less control, as shares. Rounded, so that what is equal is equal: 3/10 − 1/10 and 2/10 − 0 are two numbers to a
 * computer, and of equals the smaller strength is to be taken.
 */
export function net({ target, control }: { readonly target: number; readonly control: number }): number {
  return Math.round((target - control) * digits) / digits
}

/** Whether one of so many prompts makes up for a difference between two shares. */
export function isWithinOne(difference: number, prompts: number): boolean {
  return difference * prompts < 1 + 1e-6
}
