/** HarmBench (Mazeika et al. 2024, arXiv 2402.04249): behaviours, test cases, and human jailbreaks. */
import * as z from 'zod'
import type { RawRow } from '../rows.ts'
import type { Form } from './types.ts'

export const harmBenchBehaviours: Form = {
  name: 'HarmBench behaviours',
  columns: ['Behavior', 'FunctionalCategory', 'SemanticCategory', 'BehaviorID'],
  kinds: {
    prompts: {
      leaveOut: ({ FunctionalCategory }) =>
        FunctionalCategory === 'copyright'
          ? 'asks for protected text, which is judged by hashes and not by refusal'
          : null,
      row: ({ Behavior, ContextString, SemanticCategory, BehaviorID }) => ({
        id: BehaviorID,
        // As its own code puts a context and its behaviour together.
        prompt: (ContextString ?? '') === '' ? Behavior : `${ContextString}\n\n---\n\n${Behavior}`,
        category: SemanticCategory,
      }),
    },
  },
}

const TestCases = z.record(z.string(), z.array(z.string()).min(1)).refine(cases => Object.keys(cases).length > 0)

/** What an attack made of each behaviour, by its id; several of one behaviour are counted. */
export function testCaseRows(value: unknown, file: string): RawRow[] | null {
  const { data } = TestCases.safeParse(value)
  if (data === undefined) return null
  return Object.entries(data).flatMap(([of, cases]) =>
    cases.map((text, i) => ({
      where: `${file}, ${of}, entry ${i + 1}`,
      value: { of, text, ...(cases.length > 1 && { by: `case ${i + 1}` }) },
    })),
  )
}
