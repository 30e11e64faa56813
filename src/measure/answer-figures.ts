/** What answers look like, whatever they say: described beside the verdict, never part of it. */
import { deflateRawSync } from 'node:zlib'
import type { LanguageOf } from './language.ts'

export interface AnswerFigures {
  /** Answers described; empty ones count for the length only. */
  readonly answers: number
  /** Tokens, mean. */
  readonly tokens: number
  /**
   * Mean share of an answer's runs of four words that stand in it before: 1 − distinct/all, the seq-rep-4 of Welleck et al.
   * 2020 (arXiv 1908.04319). Answers of fewer than four words are left out; null where all are.
   */
  readonly repetition: number | null
  /** Bytes that are left when all answers are compressed one by one (deflate, level 9), as a share of all bytes; null without text. */
  readonly compressed: number | null
  /** Mean share of letters in the script that the baseline's answer to the same prompt is mostly in; null without letters. */
  readonly sameScript: number | null
  /**
   * Share of answers in the language of the baseline's answer to the same prompt, of those where both can be told; null
   * without any. Results of 0.1 may lack it.
   */
  readonly sameLanguage?: number | null
}

interface Described {
  readonly text: string
  readonly tokens: number
  /** The baseline's answer to the same prompt. */
  readonly baseline: string
}

export function answerFigures(answers: readonly Described[], languageOf: LanguageOf): AnswerFigures | null {
  if (answers.length === 0) return null
  const bytes = answers.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const left = answers.reduce((sum, { text }) => sum + (text === '' ? 0 : deflateRawSync(text, { level: 9 }).length), 0)
  const languages = answers.flatMap(({ text, baseline }) => {
    const [own, theirs] = [languageOf(text), languageOf(baseline)]
    return own === null || theirs === null ? [] : [Number(own === theirs)]
  })
  return {
    answers: answers.length,
    tokens: mean(answers.map(({ tokens }) => tokens)) ?? 0,
    repetition: mean(answers.flatMap(({ text }) => repetition(text) ?? [])),
    compressed: bytes === 0 ? null : left / bytes,
    sameScript: mean(answers.flatMap(({ text, baseline }) => scriptShare(text, mainScript(baseline)) ?? [])),
    sameLanguage: mean(languages),
  }
}

const gram = 4

function repetition(text: string): number | null {
  const words = text.split(/\s+/).filter(word => word !== '')
  const all = words.length - gram + 1
  if (all < 1) return null
  const distinct = new Set(Array.from({ length: all }, (_, i) => words.slice(i, i + gram).join(' ')))
  return 1 - distinct.size / all
}

/** Scripts that are told apart; letters of others count as none of them. */
const scripts: Readonly<Record<string, RegExp>> = {
  Latin: /\p{Script=Latin}/gu,
  Han: /\p{Script=Han}/gu,
  Kana: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
  Hangul: /\p{Script=Hangul}/gu,
  Cyrillic: /\p{Script=Cyrillic}/gu,
  Arabic: /\p{Script=Arabic}/gu,
  Hebrew: /\p{Script=Hebrew}/gu,
  Greek: /\p{Script=Greek}/gu,
  Devanagari: /\p{Script=Devanagari}/gu,
  Bengali: /\p{Script=Bengali}/gu,
  Tamil: /\p{Script=Tamil}/gu,
  Thai: /\p{Script=Thai}/gu,
}

function mainScript(text: string): RegExp | null {
  const counts = Object.values(scripts).map(script => ({ script, letters: text.match(script)?.length ?? 0 }))
  const most = counts.reduce((a, b) => (b.letters > a.letters ? b : a))
  return most.letters === 0 ? null : most.script
}

function scriptShare(text: string, script: RegExp | null): number | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return script === null || letters === 0 ? null : (text.match(script)?.length ?? 0) / letters
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
