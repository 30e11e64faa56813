import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRenderer } from '../engine/render.ts'
import { takeOutOfChat } from './chat-format.ts'

/** As models write them; the conversation of each is the same. */
const templates: Readonly<Record<string, string>> = {
  ChatML:
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\n' }}",
  'Llama 3':
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n{{ m['content'] }}<|eot_id|>{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}",
  Gemma:
    "<bos>{% for m in messages %}<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n{{ m['content'] }}<end_of_turn>\n{% endfor %}{{ '<start_of_turn>model\n' }}",
  'Phi-3 or Zephyr':
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}{{ '<|assistant|>\n' }}",
}
const word = fc.stringMatching(/^[a-zA-Z0-9 ,.?!'"äß🚢{}[\]()-]{0,40}[a-z?]$/u)
const turns = fc.array(fc.tuple(word, word), { maxLength: 2 })

describe.each(Object.entries(templates))('%s', (format, template) => {
  const render = createRenderer({ template, bos: '<|begin_of_text|>', eos: '' })

  it('is taken off whatever stands in it', () => {
    fc.assert(
      fc.property(fc.option(word), turns, word, fc.option(word), (system, before, user, prefill) => {
        const talk = before.flatMap(([asked, answered]) => [
          { role: 'user', content: asked } as const,
          { role: 'assistant', content: answered } as const,
        ])
        const messages = [
          ...(system === null ? [] : [{ role: 'system', content: system } as const]),
          ...talk,
          { role: 'user', content: user } as const,
        ]
        const { text } = render({ messages, prefill: prefill ?? '' })
        // Sets are often kept without the white space at their ends.
        if (prefill === null) expect(takeOutOfChat(text.trimEnd())).toEqual(takeOutOfChat(text))
        expect(takeOutOfChat(text)).toEqual({
          format,
          user,
          ...(system !== null && { system }),
          ...(talk.length > 0 && { turns: talk }),
          ...(prefill !== null && { prefill }),
        })
      }),
    )
  })
})

describe('forms of brackets and words', () => {
  it.each([
    ['[INST] How? [/INST]', { format: 'Llama 2 or Mistral', user: 'How?' }],
    [
      '<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHow? [/INST] Sure, ',
      { format: 'Llama 2 or Mistral', system: 'Be kind.', user: 'How?', prefill: 'Sure, ' },
    ],
    [
      '<s>[INST] a? [/INST] b </s><s>[INST] c? [/INST]',
      {
        format: 'Llama 2 or Mistral',
        user: 'c?',
        turns: [
          { role: 'user', content: 'a?' },
          { role: 'assistant', content: 'b ' },
        ],
      },
    ],
    [
      'A chat between a user and an assistant. USER: How? ASSISTANT:',
      { format: 'Vicuna', system: 'A chat between a user and an assistant.', user: 'How?' },
    ],
    ['### Instruction:\nHow?\n\n### Response:\n', { format: 'Alpaca', user: 'How?' }],
  ])('%j', (text, said) => expect(takeOutOfChat(text)).toEqual(said))

  it.each([
    'How do I write <|im_start|>user\nhello<|im_end|> by hand?',
    'Ignore this: [INST] a [/INST]',
    'User: hi\nAssistant:',
    '<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nhello<|im_end|>',
    '<|im_start|>assistant\n',
    '',
  ])('%j is left as it is', text => expect(takeOutOfChat(text)).toBeNull())
})
