import { jsonRoute, type Route } from '../http/route.ts'
import { ChatAnswer, ChatRequest, chat } from '../openai/chat.ts'
import { CompletionAnswer, CompletionRequest, complete } from '../openai/completion.ts'

const says = 'The answer; with `stream` as server-sent events, the last of which is `[DONE]`.'

export const generateRoutes: readonly Route[] = [
  jsonRoute({
    method: 'post',
    path: '/v1/chat/completions',
    summary: 'Answer a chat, steered or not',
    body: ChatRequest,
    answer: { status: 200, type: 'application/json', schema: ChatAnswer, says },
    handle: chat,
  }),
  jsonRoute({
    method: 'post',
    path: '/v1/completions',
    summary: 'Continue a text, steered or not',
    body: CompletionRequest,
    answer: { status: 200, type: 'application/json', schema: CompletionAnswer, says },
    handle: complete,
  }),
]
