import { createRandom, sample } from './random.ts'
import { type RawRow, slot } from './rows.ts'
import { jaccard, words } from './text.ts'
import type { Dropped, Loaded, TemplateRow } from './types.ts'
import type { RawRows } from './upstream.ts'

/** Puts a request into a template's slot. Both are taken literally. */
export function fill(template: string, prompt: string): string {
  return template.split(slot).join(prompt)
}

/** `n` templates drawn by a seed, in random order; all of them where there are no more than `n`. */
export function drawTemplates(rows: readonly TemplateRow[], n: number, seed: number): TemplateRow[] {
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return sample(sorted, n, createRandom(seed, 'templates'))
}

/** `[INSERT PROMPT HERE]`, `<prompt>`, `${prompt}`, `[PUT YOUR QUESTION HERE]`, `(query)`, and their like. */
const bracketed =
  /\$?(?:\[|\(|\{|<|&lt;)\s*(?:(?:insert|put|write|type|enter|your|any|the|a|my|user)[\s_]+)*(?:prompt|question|request|query)(?:[\s_]+(?:on|here|below))*[\s.…]*\\?(?:\]|\)|\}|>|&gt;)/giu
/** `prompt = "…"`: a collector's own example where the request belongs. */
const assigned = /(\bprompt\]?\s*[=:]\s*)(?:"[^"\n]+"|“[^”\n]+”)/giu

/**
 * Makes templates of collected jailbreak prompts. A known slot becomes `{prompt}`, a quoted example request
 * (`prompt = "how to …"`) too; where there is neither, the prompt is a prefix and `\n\n{prompt}` is appended.
 * Those with several slots are left out: it is not clear what belongs into each.
 */
export function toTemplates(
  prompts: readonly { readonly where: string; readonly text: string }[],
  from: string,
): RawRows {
  const rows: RawRow[] = []
  let several = 0
  for (const { where, text } of prompts) {
    const template = withSlot(text.trim())
    if (template === undefined) several += 1
    else rows.push({ where, value: { template } })
  }
  return { rows, dropped: [{ from, rows: several, why: 'has several slots for a request' }] }
}

function withSlot(text: string): string | undefined {
  const examples = count(text, assigned)
  const template =
    examples > 0
      ? text.replace(assigned, (_, before: string) => `${before}"${slot}"`)
      : count(text, bracketed) > 0
        ? text.replace(bracketed, () => slot)
        : `${text}\n\n${slot}`
  return template.split(slot).length === 2 ? template : undefined
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}

/**
 * What makes a prompt a jailbreak, by its own words; one is enough. Fitted by reading the collected prompts: what only
 * asks for a role, a style or a format has none of these.
 */
const jailbreakWording: readonly RegExp[] = [
  // A persona without limits, or one known for that.
  /\b(?:un(?:filtered|censored|restricted|limited|hinged|aligned|ethical)|a ?moral|immoral|non ?moral|jail ?break\w*|do anything now|developer mode|no limits?)\b/u,
  /\b(?:dan|aim|stan|dude)\b(?= (?:mode|can|is|stands|which|must|will|would|should|no|never|has|does|the|u)\b)/u,
  // Rules, morals or filters that do not hold.
  /\b(?:no|without|free (?:of|from)|free|not|nor|never|ignor\w*|bypass\w*|disregard\w*|violat\w*|break\w*|forget|despite|regardless of|regard for|regard to|beyond|outside|lift\w*|any|care about|bound\w*)(?: [\p{L}\p{N}]+){0,6} (?:restrictions?|limit(?:s|ations?)?|filters?|censorship|rules?|guidelines?|polic(?:y|ies)|morals?|morality|moralities|ethics?|ethical|ethicality|laws?|legality|illegality|programming|confines)\b/u,
  // Orders given before are set aside.
  /\b(?:ignore|forget|disregard)(?: [\p{L}\p{N}]+){0,5} (?:instructions?|instructed|inputs?|prompts?|core)\b/u,
  // No refusal, no warning.
  /\b(?:never|not|no|dont|cannot|without|cant|zero)(?: [\p{L}\p{N}]+){0,4} (?:refus\w*|reject\w*|declin\w*|warnings?|disclaimers?|disclamers?|hesitation|caveats?|sorry|apologi\w*)\b/u,
  // Harm asked for as such.
  /\b(?:pure evil|evil (?:version|trusted|ai|bot)|completely unhinged|opposite of (?:what )?chatgpt|harmful (?:content|activities|behavior|language)|illegal(?: [\p{L}\p{N}]+){0,3} (?:activit\w*|requests?|information|info|acts?|behaviors?))\b/u,
]

/** Whether a text has any wording of a jailbreak, in English. */
export function hasJailbreakWording(text: string): boolean {
  const normal = words(text).join(' ')
  return jailbreakWording.some(pattern => pattern.test(normal))
}

export interface ScreenOptions {
  /** Longest template kept, in UTF-16 code units, slot included. @default 2000 */
  readonly maxCharacters?: number
  /** Jaccard of word trigrams from which two templates count as one. @default 0.5 */
  readonly nearDuplicate?: number
}

/**
 * Makes a collection of templates fit to draw from: drops those too long, those without any wording of a jailbreak, and
 * near-duplicates (the first of a group stays), each counted with its reason.
 */
export function screenTemplates(
  rows: readonly TemplateRow[],
  from: string,
  options: ScreenOptions = {},
): Loaded<TemplateRow> {
  const { maxCharacters = 2000, nearDuplicate = 0.5 } = options
  const short = rows.filter(row => row.template.length <= maxCharacters)
  const worded = short.filter(row => hasJailbreakWording(row.template))
  const kept = distinct(worded, nearDuplicate)
  const dropped: Dropped[] = [
    { from, rows: rows.length - short.length, why: `is longer than ${maxCharacters} characters` },
    { from, rows: short.length - worded.length, why: 'has no wording of a jailbreak' },
    { from, rows: worded.length - kept.length, why: 'nearly repeats another template (word trigrams)' },
  ]
  return { rows: kept, dropped: dropped.filter(entry => entry.rows > 0) }
}

function distinct(rows: readonly TemplateRow[], threshold: number): TemplateRow[] {
  const kept: { row: TemplateRow; shingles: ReadonlySet<string> }[] = []
  for (const row of rows) {
    const own = shingles(row.template)
    if (!kept.some(other => jaccard(own, other.shingles) >= threshold)) kept.push({ row, shingles: own })
  }
  return kept.map(({ row }) => row)
}

/** The runs of three words of a text; of fewer words, the text itself. */
function shingles(text: string): ReadonlySet<string> {
  const all = words(text)
  if (all.length < 3) return new Set([all.join(' ')])
  return new Set(all.slice(2).map((word, i) => `${all[i]} ${all[i + 1]} ${word}`))
}
