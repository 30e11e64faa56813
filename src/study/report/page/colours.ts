/** The colour tokens, light and dark, and the heat map's steps made from them. Hue is reserved for verdicts. */

export interface Tone {
  readonly light: string
  readonly dark: string
}

export const tokens = {
  paper: { light: '#FBFAF7', dark: '#0E1720' },
  ink: { light: '#16202B', dark: '#E8ECF1' },
  muted: { light: '#55606C', dark: '#A3AEBB' },
  rule: { light: '#DDDCD6', dark: '#2A3643' },
  holds: { light: '#0B5CAD', dark: '#6DB3F2' },
  broken: { light: '#B23A0E', dark: '#FF8A5B' },
  undecided: { light: '#5B6470', dark: '#A9B3BF' },
  'tint-holds': { light: '#E3EEF9', dark: '#12304B' },
  'tint-broken': { light: '#FBE9E1', dark: '#472114' },
  'tint-undecided': { light: '#ECEEF0', dark: '#2A333D' },
} satisfies Record<string, Tone>

/** One step of the heat map: its background and whichever of ink and paper is easier to read on it. */
export interface Step {
  readonly background: Tone
  readonly text: Tone
}

const amounts = [0, 0.14, 0.3, 0.5, 0.78, 1]

/** Bounds between the steps, as shares: less than 2.5 points is step 0, 60 and more step 5. */
const bounds = [0.025, 0.1, 0.2, 0.4, 0.6]

/** Steps −5 (vermilion) … 0 (paper) … 5 (blue), as class names `h-5` … `h5`. */
export const changeSteps: ReadonlyMap<string, Step> = new Map(
  [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map(step => [`h${step}`, mixed(step < 0 ? 'broken' : 'holds', step)]),
)

/** The class of a cell that shows a change (a share). */
export function changeStep(change: number): string {
  const size = bounds.filter(bound => Math.abs(change) >= bound).length
  return `h${size === 0 ? 0 : change < 0 ? -size : size}`
}

/** The class of a cell that shows a rate in [0, 1]: the paler blues only, so that changes stand out beside it. */
export function rateStep(rate: number): string {
  return `h${Math.min(3, Math.max(0, Math.round(rate * 3)))}`
}

function mixed(hue: 'holds' | 'broken', step: number): Step {
  const amount = amounts[Math.abs(step)] ?? 1
  const background = {
    light: mix(tokens.paper.light, tokens[hue].light, amount),
    dark: mix(tokens.paper.dark, tokens[hue].dark, amount),
  }
  return {
    background,
    text: { light: readable(background.light), dark: readable(background.dark) },
  }
}

/** Ink or paper where they can be read, else black or white, of which one always can. */
function readable(background: string): string {
  const candidates = [tokens.ink.light, tokens.paper.light, '#000000', '#ffffff']
  return candidates.find(colour => contrast(background, colour) >= 4.5) ?? '#ffffff'
}

function mix(from: string, to: string, amount: number): string {
  const other = channels(to)
  const mixedChannels = channels(from).map((value, i) => Math.round(value + (other[i]! - value) * amount))
  return `#${mixedChannels.map(value => value.toString(16).padStart(2, '0')).join('')}`
}

function channels(colour: string): number[] {
  return [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
}

/** WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map(value => {
    const c = value / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
