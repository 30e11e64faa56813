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

/** An earlier answer that called tools, or what one of them said. */
export type ToolMessage =
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly toolCalls: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[]
    }
  | { readonly role: 'tool'; readonly content: string }

/** Messages with tools that the answer may call; the chat template says how they are told to the model. */
export interface WithTools {
  readonly messages: readonly (Message | ToolMessage)[]
  /** In OpenAI's form: `{ type: 'function', function: { name, description, parameters } }`. */
  readonly tools: readonly Readonly<Record<string, unknown>>[]
}

/** A string is one user message; `raw` is text that no chat template touches. */
export type Prompt = string | readonly Message[] | Prefilled | WithTools | { readonly raw: string }
