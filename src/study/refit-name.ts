/** The names of the further fits of a method. */

/** What one of the fits of a method is called. */
export function refitName(method: string, draw: number): string {
  return `${method} fit ${draw + 1}`
}

/** The method of which a condition so called is a further fit; null of any other. */
export function methodOfFit(name: string): string | null {
  return /^(.*) fit \d+$/.exec(name)?.[1] ?? null
}
