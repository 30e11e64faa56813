/** One side of a comparison, as its address names it: `RUN:CONDITION`. */
export interface Side {
  readonly run: string
  readonly condition: string
}

export function sideOf(text: string | null): Side | null {
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 1 || colon === text.length - 1) return null
  return { run: text.slice(0, colon), condition: text.slice(colon + 1) }
}

export function sideText({ run, condition }: Side): string {
  return `${run}:${condition}`
}
