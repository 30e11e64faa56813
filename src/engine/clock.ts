/**
 * The date that chat templates are told. Templates of some families (Llama 3, Granite) write today's date into the system
 * message; with the machine's clock the same request would be another prompt tomorrow, and a study that runs past
 * midnight would hold answers to one prompt against answers to another.
 */

/** 26 July 2024, a Friday: what Llama 3's own template falls back to where it is told no date. */
const parts: Readonly<Record<string, string>> = {
  Y: '2024',
  y: '24',
  m: '07',
  B: 'July',
  b: 'Jul',
  d: '26',
  e: '26',
  j: '208',
  A: 'Friday',
  a: 'Fri',
  H: '00',
  I: '12',
  M: '00',
  S: '00',
  p: 'AM',
  '%': '%',
}

/** `strftime` of that date; what is not known stays as it stands. */
export function templateDate(format: string): string {
  return format.replaceAll(/%([a-zA-Z%])/g, (code, letter: string) => parts[letter] ?? code)
}
