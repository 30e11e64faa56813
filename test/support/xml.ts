/** A strict reader of the XML that we write: elements, attributes, text, the five entities and character references. */

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

/** What XML 1.0 calls Char. */
const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** @throws Error where the text is not well-formed */
export function readXml(xml: string): Element {
  if (!allowed.test(xml)) throw new Error('a character that XML 1.0 does not allow')
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  const root = { name: '', attributes: {}, children: [] as Element[], text: '' }
  const open: { name: string; attributes: Record<string, string>; children: Element[]; text: string }[] = [root]
  for (let at = 0; at < body.length; ) {
    const rest = body.slice(at)
    const parent = open.at(-1)
    if (parent === undefined) throw new Error('an element is closed that was not opened')
    const tag = /^<(\/?)([A-Za-z][\w-]*)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/.exec(rest)
    if (tag === null) {
      const [text = ''] = /^[^<]+/.exec(rest) ?? []
      if (text === '' || (open.length === 1 && text.trim() !== ''))
        throw new Error(`not well-formed at ${rest.slice(0, 40)}`)
      parent.text += decoded(text)
      at += text.length
      continue
    }
    const [whole, closes, name = '', attributes = '', empty] = tag
    at += whole.length
    if (closes === '/') {
      if (parent.name !== name || open.length === 1) throw new Error(`</${name}> closes <${parent.name}>`)
      open.pop()
      continue
    }
    const element = { name, attributes: attributesOf(attributes), children: [], text: '' }
    parent.children.push(element)
    if (empty === '') open.push(element)
  }
  const [only, ...more] = root.children
  if (only === undefined || more.length > 0 || open.length > 1) throw new Error('not one element')
  return only
}

function attributesOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => {
    // A parser makes line ends in attributes into spaces.
    return [name, decoded(value.replaceAll(/[\t\n\r]/g, ' '))] as const
  })
  if (new Set(found.map(([name]) => name)).size < found.length) throw new Error('an attribute stands twice')
  return Object.fromEntries(found)
}

function decoded(text: string): string {
  return text.replaceAll(/&([^;\s]*;?)/g, (_, reference: string) => {
    const name = reference.slice(0, -1)
    const code = /^#(\d+)$/.exec(name)?.[1]
    const found = code === undefined ? entities[name] : String.fromCodePoint(Number(code))
    if (!reference.endsWith(';') || found === undefined || !allowed.test(found))
      throw new Error(`no entity &${reference}`)
    return found
  })
}
