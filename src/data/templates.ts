import { createRandom, sample } from '../random.ts'
import { slot, textId } from './rows.ts'
import { jaccard, words } from './text.ts'
import type { Dropped, Loaded, TemplateRow } from './types.ts'

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

/** A collected prompt and where it stood. */
export interface CollectedPrompt {
  readonly where: string
  readonly text: string
}

/** A template and where its prompt stood. */
export interface CollectedTemplate extends TemplateRow {
  readonly where: string
}

/**
 * Makes templates of collected jailbreak prompts. A known slot becomes `{prompt}`, a quoted example request
 * (`prompt = "how to …"`) too; where there is neither, the prompt is a prefix and `\n\n{prompt}` is appended.
 * Those with several slots are left out: it is not clear what belongs into each.
 */
export function toTemplates(prompts: readonly CollectedPrompt[], from: string): Loaded<CollectedTemplate> {
  const rows: CollectedTemplate[] = []
  for (const { where, text } of prompts) {
    const template = withSlot(text.trim())
    if (template !== undefined) rows.push({ where, id: textId(from, template), template })
  }
  return { rows, dropped: counted(from, prompts.length - rows.length, 'has several slots for a request') }
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
  /\b(?:un(?:filtered|censored|restricted|limited|hinged|aligned|ethical)|amoral|immoral|non ?moral|moral(?:izing)? (?:disclaimer|rant)|jail ?break\w*|do anything now|developer mode|no limits?)\b/u,
  /\b(?:dan|aim|stan|dude)\b(?= (?:mode|can|is|stands|which|must|will|would|should|no|never|has|does|the|u)\b)/u,
  // Rules, morals or filters that do not hold.
  /\b(?:no|without|free (?:of|from)|free|not|nor|never|ignor\w*|bypass\w*|disregard\w*|violat\w*|break\w*|forget|despite|regardless of|regard for|regard to|beyond|outside|lift\w*|any|care about|bound\w*)(?: [\p{L}\p{N}]+){0,6} (?:restrictions?|(?<!(?:character|token|word) )limit(?:s|ations?)?|filters?|censorship|rules?|guidelines?|polic(?:y|ies)|morals?|morality|moralities|ethics?|ethical|ethicality|laws?|legality|illegality|programming|confines)\b/u,
  // Orders given before are set aside.
  /\b(?:ignore|forget|disregard)(?: [\p{L}\p{N}]+){0,5} (?:instructions?|instructed|inputs?|prompts?|core)\b/u,
  // No refusal, no warning.
  /\b(?:never|not|no|dont|cannot|without|cant|zero)(?: [\p{L}\p{N}]+){0,4} (?:refus\w*|reject\w*|declin\w*|warnings?|disclaimers?|disclamers?|hesitation|caveats?|sorry|apologi\w*)\b/u,
  // Harm asked for as such.
  /\b(?:pure evil|evil (?:version|trusted|ai|bot)|completely unhinged|opposite of (?:what )?chatgpt|antigpt|answer(?:s|ing)? any (?:question|request|prompt)|without regarding|harmful (?:content|activities|behavior|language)|illegal(?: [\p{L}\p{N}]+){0,3} (?:activit\w*|requests?|information|info|acts?|behaviors?))\b/u,
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
export function screenTemplates<Row extends TemplateRow>(
  rows: readonly Row[],
  from: string,
  options: ScreenOptions = {},
): Loaded<Row> {
  const { maxCharacters = 2000, nearDuplicate = 0.5 } = options
  const short = rows.filter(row => row.template.length <= maxCharacters)
  const worded = short.filter(row => hasJailbreakWording(row.template))
  const kept = distinct(worded, nearDuplicate)
  const dropped = [
    ...counted(from, rows.length - short.length, `is longer than ${maxCharacters} characters`),
    ...counted(from, short.length - worded.length, 'has no wording of a jailbreak'),
    ...counted(from, worded.length - kept.length, 'nearly repeats another template (word trigrams)'),
  ]
  return { rows: kept, dropped }
}

function counted(from: string, rows: number, why: string): Dropped[] {
  return rows === 0 ? [] : [{ from, rows, why }]
}

function distinct<Row extends TemplateRow>(rows: readonly Row[], threshold: number): Row[] {
  const kept: { row: Row; shingles: ReadonlySet<string> }[] = []
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
