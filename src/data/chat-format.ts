/**
 * Chat templates that a prompt carries itself. Published sets were often made for one model, and hold its template; put
 * into another model's template they would ask for something else. What stands in it is taken out, so that a model's own
 * template is put around it once.
 *
 * Only a text that is such a template from its beginning to its end counts: marks somewhere inside are part of what is
 * asked, since there are attacks that forge them.
 */

/** What a text said in a chat template. */
export interface TakenOut {
  /** Name of the template. */
  readonly format: string
  /** The user's last turn. */
  readonly user: string
  readonly system?: string
  /** Turns before the user's last. */
  readonly turns?: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[]
  /** Words with which the answer begins. */
  readonly prefill?: string
}

interface Said {
  readonly role: string
  readonly content: string
  /** Whether the turn was ended; the last of an assistant may be left open. */
  readonly ended: boolean
}

interface Format {
  readonly name: string
  /** Every turn of the text, in order; null for a text in another form. */
  readonly read: (text: string) => readonly Said[] | null
}

/** Templates whose every turn has a mark with its role before it, and one behind it. */
function marked(name: string, opening: RegExp, closing: readonly string[]): Format {
  return {
    name,
    read(text) {
      const openings = [...text.matchAll(new RegExp(opening.source, 'gu'))]
      if (openings[0]?.index !== 0) return null
      const said = openings.map((found, i): Said => {
        const body = text.slice(found.index + found[0].length, openings[i + 1]?.index ?? text.length)
        const end = closing.find(mark => body.trimEnd().endsWith(mark))
        const content = end === undefined ? body : body.slice(0, body.lastIndexOf(end))
        return { role: found[1] ?? '', content, ended: end !== undefined }
      })
      return said.slice(0, -1).every(({ ended }) => ended) ? said : null
    },
  }
}

const instruction = /\[INST\](?: ?<<SYS>>\n?([\s\S]*?)\n?<<\/SYS>>\n?)?([\s\S]*?)\[\/INST\]/gu

/** Llama 2 and Mistral: the system message stands inside the first instruction, answers between two of them. */
function bracketed(text: string): readonly Said[] | null {
  const found = [...text.matchAll(instruction)]
  if (found[0]?.index !== 0) return null
  return found.flatMap(({ 0: whole, 1: system, 2: user = '', index }, i) => {
    const answer = text.slice(index + whole.length, found[i + 1]?.index ?? text.length)
    const ended = answer.includes('</s>')
    return [
      ...(system === undefined ? [] : [{ role: 'system', content: system.trim(), ended: true }]),
      { role: 'user', content: user.trim(), ended: true },
      { role: 'assistant', content: answer.replace(/<\/s>\s*(?:<s>\s*)?/u, '').trimStart(), ended },
    ]
  })
}

/** One request in a form of plain words. */
function worded(form: RegExp): Format['read'] {
  return text => {
    const { system, user } = form.exec(text)?.groups ?? {}
    if (user === undefined) return null
    const said = [
      { role: 'user', content: user, ended: true },
      { role: 'assistant', content: '', ended: false },
    ]
    return system === undefined ? said : [{ role: 'system', content: system, ended: true }, ...said]
  }
}

const formats: readonly Format[] = [
  marked('ChatML', /<\|im_start\|>(\w+)(?:\n|$)/u, ['<|im_end|>']),
  marked('Llama 3', /<\|start_header_id\|>(\w+)<\|end_header_id\|>(?:\n\n|\n?$)/u, ['<|eot_id|>']),
  marked('Gemma', /<start_of_turn>(\w+)(?:\n|$)/u, ['<end_of_turn>']),
  marked('Phi-3 or Zephyr', /<\|(system|user|assistant)\|>(?:\n|$)/u, ['<|end|>', '</s>']),
  { name: 'Llama 2 or Mistral', read: bracketed },
  { name: 'Vicuna', read: worded(/^(?:(?<system>[^\n]+?)\s+)?USER: (?<user>[\s\S]+?)\s+ASSISTANT:\s*$/u) },
  {
    name: 'Alpaca',
    read: worded(/^(?:(?<system>[^\n]+)\n\n)?### Instruction:\n(?<user>[\s\S]+?)\n\n### Response:\s*$/u),
  },
]

/** Marks of a beginning of sequence, which a template may write itself. */
const beginning = /^\s*(?:<s>|<bos>|<\|begin_of_text\|>)?\s*/u

/** What a text says in a chat template that it carries; null where it carries none, or has no user's turn in it. */
export function takeOutOfChat(text: string): TakenOut | null {
  const bare = text.replace(beginning, '')
  for (const { name, read } of formats) {
    const said = read(bare)
    if (said !== null) return arranged(name, said)
  }
  return null
}

function arranged(format: string, said: readonly Said[]): TakenOut | null {
  const turns = said.map(({ role, ...rest }) => ({ ...rest, role: role === 'model' ? 'assistant' : role }))
  const system = turns[0]?.role === 'system' ? turns[0].content : undefined
  const rest = turns.slice(system === undefined ? 0 : 1)
  const open = rest.at(-1)
  const prefill = open?.role === 'assistant' && !open.ended ? open.content : undefined
  const talk = (prefill === undefined ? rest : rest.slice(0, -1)).filter(
    ({ role }) => role === 'user' || role === 'assistant',
  )
  const user = talk.at(-1)
  // A conversation that ends with an answer asks for nothing.
  if (
    user?.role !== 'user' ||
    user.content.trim() === '' ||
    talk.length < rest.length - (prefill === undefined ? 0 : 1)
  )
    return null
  const before = talk
    .slice(0, -1)
    .map(({ role, content }) => ({ role: role === 'user' ? role : 'assistant', content }) as const)
  return {
    format,
    user: user.content,
    ...(system !== undefined && system !== '' && { system }),
    ...(before.length > 0 && { turns: before }),
    ...(prefill !== undefined && prefill.trim() !== '' && { prefill }),
  }
}
