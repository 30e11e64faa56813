/** What a model is asked. */

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** A string is one user message; `raw` is text that no chat template touches. */
export type Prompt = string | readonly Message[] | { readonly raw: string }
