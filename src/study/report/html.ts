/** HTML by tagged templates: whatever is not itself made by `html` is escaped. */

/** Markup that is safe to stand in a page. Only `html` and `trusted` make it. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
  toString(): string {
    return this.markup
  }
}

export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[]

/** Values stand escaped in text and in double-quoted attributes; lists are joined, null, undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = strings[0] ?? ''
  values.forEach((value, i) => {
    markup += render(value) + (strings[i + 1] ?? '')
  })
  return new Html(markup)
}

/** Markup written by us, never text that came from a model, a file or a user. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

/** A name that may break after each slash: `organism/harmful/test`. */
export function breakable(name: string): Html {
  return html`${name.split('/').map((part, i) => (i === 0 ? part : html`/<wbr>${part}`))}`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Escaped; what no HTML parser accepts (control characters, lone surrogates) and what would turn the direction of the
 * text that follows (bidirectional overrides) is made visible as U+FFFD.
 */
export function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g, '\ufffd')
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
      .replace(/[&<>"']/g, character => entities[character] ?? character)
  )
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return escaped(String(value))
  return value.map(render).join('')
}
