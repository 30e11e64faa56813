/** What the process that quantises is told, and what it says. */
import { z } from 'zod'
import type { WireError } from '../process/protocol.ts'

/** Types that llama.cpp has its fastest kernels for, on most processors. */
export const weightTypes = ['q8_0', 'q4_0'] as const
export type WeightType = (typeof weightTypes)[number]

export const Job = z.object({
  from: z.string(),
  to: z.string(),
  type: z.enum(weightTypes),
  threads: z.number(),
})
export type Job = z.infer<typeof Job>

export type FromChild =
  | { readonly done: number; readonly total: number }
  /** null: it is written. */
  | { readonly refused: string | null }
  | { readonly error: WireError }
