/** Forms in which sets of knowledge conflicts are published: own files in one of them are read as they are. */
import * as z from 'zod'
import type { RawRow } from '../rows.ts'
import { parsed } from './parsed.ts'

const Names = z.union([z.string().transform(name => [name]), z.array(z.string()).min(1)])
const Aliases = z
  .array(z.string())
  .nullish()
  .transform(names => names ?? [])

/** NQ-Swap (Longpre et al. 2021, arXiv 2109.05052), as on the Hugging Face hub. */
const NqSwap = z.object({
  question: z.string(),
  org_context: z.string(),
  org_answer: Names,
  sub_context: z.string(),
  sub_answer: Names,
})

/** ConFiQA (Bi et al. 2024, arXiv 2412.15280): fields that github.com/byronBBL/Context-DPO states and its evaluation reads. */
const ConFiQa = z.object({
  question: z.string(),
  orig_context: z.string(),
  orig_answer: z.string(),
  orig_alias: Aliases,
  cf_context: z.string(),
  cf_answer: z.string(),
  cf_alias: Aliases,
})

/** FaithEval, counterfactual (Ming et al. 2025, arXiv 2410.03727). */
const FaithEval = z
  .object({
    id: z.string().optional(),
    question: z.string(),
    context: z.string(),
    answerKey: z.string(),
    choices: z.object({ label: z.array(z.string()), text: z.array(z.string()) }),
  })
  .refine(({ answerKey, choices }) => choices.label.includes(answerKey), {
    path: ['answerKey'],
    error: 'expected one of choices.label',
  })

export const publishedForms = ['nq-swap', 'confiqa', 'faitheval'] as const
export type PublishedForm = (typeof publishedForms)[number]

/** A record of a published form as a row of ours. */
export function fromPublished(form: PublishedForm, { where, value }: RawRow): RawRow {
  switch (form) {
    case 'nq-swap': {
      const row = parsed(NqSwap, value, where)
      return {
        where,
        value: {
          question: row.question,
          memory: row.org_answer,
          context: row.sub_answer,
          passage: row.sub_context,
          golden: row.org_context,
          article: row.org_context,
        },
      }
    }
    case 'confiqa': {
      const row = parsed(ConFiQa, value, where)
      return {
        where,
        value: {
          question: row.question,
          memory: [row.orig_answer, ...row.orig_alias],
          context: [row.cf_answer, ...row.cf_alias],
          passage: row.cf_context,
          golden: row.orig_context,
          article: row.orig_context,
        },
      }
    }
    case 'faitheval': {
      const { choices, answerKey, ...row } = parsed(FaithEval, value, where)
      const right = choices.label.indexOf(answerKey)
      return {
        where,
        value: {
          id: row.id,
          question: row.question,
          // The file does not say which of the other choices is the true one.
          memory: choices.text.filter((_, i) => i !== right),
          context: choices.text[right],
          passage: row.context,
          article: row.context,
        },
      }
    }
  }
}
