/**
 * A JSON Schema as a GBNF grammar. What the grammar lets through always satisfies the schema, where it is written; what
 * cannot be said in a grammar is refused, never ignored. Properties come in the order of the schema, with no others.
 * Sources: JSON Schema 2020-12; RFC 8259 for JSON; grammars/README.md of llama.cpp for GBNF.
 */
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { areApart } from './apart.ts'
import { jsonRules, literal, type Rules } from './rules.ts'
import { isSchema, type Schema } from './schema.ts'

/** Say nothing of which values are right. */
const annotations: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
])
const definitions: ReadonlySet<string> = new Set(['$defs', 'definitions'])
/** What each type may be narrowed by here. */
const narrowings: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength'],
}
const count = z.int().min(0).max(2000)
/** llama.cpp writes out every repetition: some microseconds and bytes each, in the engine that everybody shares. */
const mostRepetitions = 50_000

/** Any object, as `json_object` asks for. */
export function anyObjectGrammar(): string {
  return written({ ...jsonRules, root: 'object' })
}

/** @throws ApiError 400 naming what cannot be said */
export function schemaGrammar(schema: unknown, param: string): string {
  return written({ ...jsonRules, ...new Compiler(schema, param).rules() })
}

/**
 * One or several calls of tools, each in `<tool_call>` marks, with arguments that satisfy the tool's schema.
 * @throws ApiError 400 naming what cannot be said
 */
export function callsGrammar(tools: readonly { readonly name: string; readonly parameters: unknown }[]): string {
  const calls = { anyOf: tools.map(({ name, parameters }) => callSchema(name, parameters)) }
  const { root: call = 'value', ...rules } = new Compiler(calls, 'tools').rules()
  return written({ ...jsonRules, ...rules, call, root: `"<tool_call>\\n" call "\\n</tool_call>"` })
}

function callSchema(name: string, parameters: unknown): object {
  return {
    type: 'object',
    properties: { name: { const: name }, arguments: parameters },
    required: ['name', 'arguments'],
  }
}

function written(rules: Rules): string {
  return Object.entries(rules)
    .map(([name, rule]) => `${name} ::= ${rule}`)
    .join('\n')
}

class Compiler {
  readonly #root: unknown
  readonly #param: string
  readonly #rules: Record<string, string> = {}
  /** Names of rules by the reference that they stand for. */
  readonly #references = new Map<string, string>()
  #next = 0
  /** Of all bounds together. */
  #repetitions = 0

  constructor(root: unknown, param: string) {
    this.#root = root
    this.#param = param
  }

  rules(): Rules {
    const root = this.#value(this.#root, '#', 0)
    return { ...this.#rules, root }
  }

  /** An expression for a value of this schema. */
  #value(written: unknown, path: string, depth: number): string {
    if (depth > 64) this.#refuse(path, 'schemas within schemas, more than 64 deep')
    if (written === true) return 'value'
    if (!isSchema(written)) return this.#refuse(path, 'no schema')
    const keys = Object.keys(written).filter(key => !annotations.has(key) && !definitions.has(key))
    if (keys.length === 0) return 'value'
    if ('$ref' in written) return this.#only(keys, ['$ref'], path, () => this.#reference(written.$ref, path, depth + 1))
    if ('const' in written)
      return this.#only(keys, ['const', 'type'], path, () => this.#oneOf([written.const], written, path))
    if ('enum' in written) {
      return this.#only(keys, ['enum', 'type'], path, () =>
        this.#oneOf(Array.isArray(written.enum) ? written.enum : [], written, path),
      )
    }
    for (const key of ['anyOf', 'oneOf']) {
      if (key in written)
        return this.#only(keys, [key], path, () =>
          this.#alternatives(written[key], `${path}/${key}`, depth, key === 'oneOf'),
        )
    }
    return this.#typed(written, keys, path, depth)
  }

  /** Those of the values that have the type beside them. */
  #oneOf(values: readonly unknown[], { type }: Schema, path: string): string {
    const types = type === undefined ? null : [type].flat().map(String)
    const right = values.filter(value => types === null || types.some(one => isOfType(value, one)))
    if (right.length === 0) this.#refuse(path, 'no value that it allows')
    const written = right.map(value => literal(JSON.stringify(value)))
    return written.length === 1 ? (written[0] ?? '') : this.#rule(written.join(' | '))
  }

  #typed(schema: Schema, keys: readonly string[], path: string, depth: number): string {
    const implied = 'properties' in schema ? 'object' : 'items' in schema ? 'array' : undefined
    const types = [schema.type ?? implied ?? this.#refuse(path, `no type beside ${keys.join(', ')}`)].flat().map(String)
    const allowed = new Set(['type', ...types.flatMap(type => narrowings[type] ?? [])])
    const other = keys.find(key => !allowed.has(key))
    if (other !== undefined) this.#refuse(path, `the keyword ${other}`)
    const values = types.map(type => this.#ofType(type, schema, path, depth))
    return values.length === 1 ? (values[0] ?? 'value') : this.#rule(values.join(' | '))
  }

  #ofType(type: string, schema: Schema, path: string, depth: number): string {
    switch (type) {
      case 'object':
        return this.#object(schema, path, depth)
      case 'array':
        return this.#array(schema, path, depth)
      case 'string':
        return 'minLength' in schema || 'maxLength' in schema
          ? this.#rule(`"\\"" character${this.#times(schema.minLength, schema.maxLength, path)} "\\""`)
          : 'string'
      case 'number':
      case 'integer':
      case 'boolean':
      case 'null':
        return type
      default:
        return this.#refuse(path, `the type ${JSON.stringify(type)}`)
    }
  }

  /** Two rules a property: with nothing before it, and behind a comma. */
  #object(schema: Schema, path: string, depth: number): string {
    const properties = schema.properties ?? {}
    if (!isSchema(properties)) return this.#refuse(path, 'properties that are none')
    const required = z.array(z.string()).safeParse(schema.required ?? [])
    if (!required.success) return this.#refuse(path, 'required that is no list of names')
    const names = Object.keys(properties)
    const missing = required.data.find(name => !names.includes(name))
    if (missing !== undefined) this.#refuse(path, `a required property ${JSON.stringify(missing)} without a schema`)
    if (names.length === 0) return this.#dictionary(schema.additionalProperties, path, depth)
    let [first, later] = ['""', '""']
    for (const name of names.toReversed()) {
      const value = this.#value(properties[name], `${path}/properties/${name}`, depth + 1)
      const member = `${literal(JSON.stringify(name))} ws ":" ws ${value} ws`
      const isRequired = required.data.includes(name)
      const alone = `${member} ${later}`
      const behind = `"," ws ${member}`
      first = this.#rule(isRequired ? alone : `${alone} | ${first}`)
      later = this.#rule(isRequired ? `${behind} ${later}` : `(${behind})? ${later}`)
    }
    return this.#rule(`"{" ws ${first} "}"`)
  }

  #dictionary(values: unknown, path: string, depth: number): string {
    if (values === false) return this.#rule('"{" ws "}"')
    const value = this.#value(values ?? true, `${path}/additionalProperties`, depth + 1)
    const member = this.#rule(`string ws ":" ws ${value} ws`)
    return this.#rule(`"{" ws (${member} ("," ws ${member})*)? "}"`)
  }

  #array({ items = true, minItems, maxItems }: Schema, path: string, depth: number): string {
    const item = this.#value(items, `${path}/items`, depth + 1)
    const [least, most] = this.#bounds(minItems, maxItems, path)
    if (most === 0) return this.#rule('"[" ws "]"')
    const more = `("," ws ${item} ws)${repeated(Math.max(0, least - 1), most === null ? null : most - 1)}`
    const some = `${item} ws ${more}`
    return this.#rule(`"[" ws ${least > 0 ? some : `(${some})?`} "]"`)
  }

  /** @param alone whether a value may satisfy no more than one of them, which no grammar can say of any two schemas */
  #alternatives(list: unknown, path: string, depth: number, alone: boolean): string {
    if (!Array.isArray(list) || list.length === 0) return this.#refuse(path, 'no alternatives')
    if (alone && !areApart(list.map(one => this.#resolved(one, path))))
      this.#refuse(path, 'alternatives that one value may satisfy together')
    return this.#rule(list.map((one, i) => this.#value(one, `${path}/${i}`, depth + 1)).join(' | '))
  }

  #reference(reference: unknown, path: string, depth: number): string {
    const text = String(reference)
    const known = this.#references.get(text)
    if (known !== undefined) return known
    const target = text === '#' ? this.#root : this.#pointed(text, path)
    const name = this.#name()
    // Known before it is made: it may hold itself.
    this.#references.set(text, name)
    const made = this.#value(target, text, depth)
    // A reference to a reference, and so on, until it stands for itself.
    for (let at: string | undefined = made; at !== undefined; at = this.#rules[at])
      if (at === name) this.#refuse(path, 'a reference to itself')
    this.#rules[name] = made
    return name
  }

  /** What a reference stands for, as far as it leads; a schema itself where it is none. */
  #resolved(schema: unknown, path: string): unknown {
    let at = schema
    for (let steps = 0; steps < 64 && isSchema(at) && '$ref' in at; steps++) {
      at = at.$ref === '#' ? this.#root : this.#pointed(String(at.$ref), path)
    }
    return at
  }

  #pointed(text: string, path: string): unknown {
    if (!text.startsWith('#/')) return this.#refuse(path, `a reference to another document, ${JSON.stringify(text)}`)
    let at: unknown = this.#root
    for (const step of text.slice(2).split('/')) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      at =
        isSchema(at) && Object.hasOwn(at, key)
          ? at[key]
          : this.#refuse(path, `a reference to nothing, ${JSON.stringify(text)}`)
    }
    return at
  }

  #times(least: unknown, most: unknown, path: string): string {
    return repeated(...this.#bounds(least, most, path))
  }

  #bounds(least: unknown, most: unknown, path: string): [least: number, most: number | null] {
    const [low, high] = [count.default(0).safeParse(least), count.nullable().default(null).safeParse(most)]
    if (!low.success || !high.success || (high.data !== null && high.data < low.data)) {
      return this.#refuse(path, 'bounds that are not from 0 to 2000, the lower one first')
    }
    this.#repetitions += high.data ?? low.data
    if (this.#repetitions > mostRepetitions)
      this.#refuse(path, `bounds that, with those before, come to more than ${mostRepetitions} repetitions`)
    return [low.data, high.data]
  }

  #only(keys: readonly string[], allowed: readonly string[], path: string, make: () => string): string {
    const other = keys.find(key => !allowed.includes(key))
    return other === undefined ? make() : this.#refuse(path, `${other} beside ${allowed[0]}`)
  }

  #rule(expression: string): string {
    const name = this.#name()
    this.#rules[name] = expression
    return name
  }

  #name(): string {
    if (this.#next >= 5000) this.#refuse('#', 'more than 5000 rules')
    return `r${this.#next++}`
  }

  #refuse(path: string, what: string): never {
    throw new ApiError(400, `${this.#param}: ${path} has ${what}, which no grammar can be made of here`, {
      param: this.#param,
      code: 'unsupported_schema',
      fix: 'Leave it out, or send a grammar of your own.',
    })
  }
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isSchema(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function repeated(least: number, most: number | null): string {
  if (most === null) return least === 0 ? '*' : `{${least},}`
  return `{${least},${most}}`
}
