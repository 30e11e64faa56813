/** What a model is asked. */

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Messages, and the words with which the model's answer is made to begin: they are part of what it reads. */
export interface Prefilled {
  readonly messages: readonly Message[]
  readonly prefill: string
}

/** A string is one user message; `raw` is text that no chat template touches. */
export type Prompt = string | readonly Message[] | Prefilled | { readonly raw: string }
