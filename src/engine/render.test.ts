import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRenderer } from './render.ts'

const ending =
  '{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}{% if add_generation_prompt %}<answer>{% endif %}'
const renderer = (template: string) => createRenderer({ template: template + ending, bos: '<s>', eos: '</s>' })

describe('a chat template that asks for the date', () => {
  afterEach(() => vi.useRealTimers())
  // As in Llama 3.2's, and as in Granite's.
  const templates = [
    "{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- else %}{%- set date_string = '26 Jul 2024' %}{%- endif %}{%- endif %}Today: {{ date_string }}\n",
    "Today's date: {{ strftime_now('%B %d, %Y') }}.\n",
  ]

  it.each(templates)('is told the same one every day: %s', template => {
    vi.useFakeTimers()
    const render = renderer(template)
    vi.setSystemTime(new Date('2025-01-01'))
    const today = render('hello')
    vi.setSystemTime(new Date('2026-12-31'))
    expect(render('hello')).toEqual(today)
    expect(today.text).toMatch(/^Today.*26.*2024\.?\n<user>hello<answer>$/)
    expect(today.text.slice(today.suffixStart)).toBe('<answer>')
  })
})

it('the suffix is what follows the last message, also where its words stand in the template', () => {
  const { text, suffixStart } = renderer('')('<answer>')
  expect(text.slice(suffixStart)).toBe('<answer>')
})
