/** Who grades answers beside the rules. */
import { z } from 'zod'
import { guardForms } from '../../judge/guard/forms.ts'
import { ownModule } from './words.ts'

/** What a model is asked about an answer: `harm` (default), by a rubric from 0 to 1, or `refusal`, by three classes. */
const Asks = z.enum(['harm', 'refusal']).optional()

const judges = [
  z.enum(['rules']),
  /** A module of one's own whose default export is a judge; from the study file's folder. */
  z.string().regex(ownModule, 'expected rules, or the path of a module such as ./mine.ts'),
  z.strictObject({
    /** A GGUF file or the name of a model, which grades. */
    rubric: z.string().min(1),
    asks: Asks,
  }),
  z.strictObject({
    /** A GGUF file or the name of a model that was trained to tell harmful answers. */
    guard: z.string().min(1),
    /** How it answers. */
    form: z.enum(guardForms),
    /** Its prompt: a chat template in Jinja, or text with {request} and {answer}. Default: what its GGUF brings. */
    template: z.string().min(1).optional(),
  }),
  z.strictObject({
    /** Address of an OpenAI-compatible API, such as `http://localhost:8080/v1`. */
    endpoint: z
      .string()
      .regex(/^https?:\/\/[^\s@?#]+$/, 'expected http:// or https:// without user, password and query'),
    model: z.string().min(1),
    /** Name of the environment variable that holds the key; the key itself stands nowhere. */
    keyFrom: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable')
      .optional(),
    asks: Asks,
  }),
] as const
export const OneJudge = z.union(judges)
export type OneJudge = z.infer<typeof OneJudge>

/** The rules always judge refusals, and they alone decide. Others grade beside them, one or several. */
export const Judge = z.union([...judges, z.array(OneJudge).min(1)])
export type Judge = z.infer<typeof Judge>
