/**
 * Whether schemas exclude each other, as the alternatives of `oneOf` have to: a grammar can say that a value is of one of
 * them, and not that it is of no other. Told from types, from constants, and from the tag of a union of objects; where that
 * does not settle it, they are taken to overlap.
 */
import { isSchema, type Schema } from './schema.ts'

/** @param schemas with no references */
export function areApart(schemas: readonly unknown[]): boolean {
  const kinds = schemas.map(kindsOf)
  return kinds.every((one, i) => kinds.slice(i + 1).every(other => one !== null && other !== null && apart(one, other)))
}

interface Kinds {
  readonly types: readonly string[]
  /** null: any of these types. */
  readonly values: readonly string[] | null
  /** Values that properties have to have, by name. */
  readonly marks: ReadonlyMap<string, readonly string[]>
}

/** What a schema says by itself of the values it allows; null where that is not known. */
function kindsOf(schema: unknown): Kinds | null {
  if (!isSchema(schema)) return null
  const values = valuesOf(schema)
  if (values !== null) return { types: [], values, marks: new Map() }
  if (schema.type === undefined) return null
  return { types: [schema.type].flat().map(String), values: null, marks: marksOf(schema) }
}

function valuesOf(schema: unknown): readonly string[] | null {
  if (!isSchema(schema)) return null
  if ('const' in schema) return [JSON.stringify(schema.const)]
  return Array.isArray(schema.enum) ? schema.enum.map(value => JSON.stringify(value)) : null
}

/** Required properties of which only some values are right, as the tag of a union has them. */
function marksOf({ properties, required }: Schema): Map<string, readonly string[]> {
  const marks = new Map<string, readonly string[]>()
  if (!isSchema(properties) || !Array.isArray(required)) return marks
  for (const [name, schema] of Object.entries(properties)) {
    const values = valuesOf(schema)
    if (values !== null && required.includes(name)) marks.set(name, values)
  }
  return marks
}

function apart(one: Kinds, other: Kinds): boolean {
  if (one.values !== null && other.values !== null) return areDisjoint(one.values, other.values)
  const [a, b] = [typesOf(one), typesOf(other)]
  if (areDisjoint(a, b)) return true
  // Both may be objects; those of one tag are none of the other.
  const onlyObjects = a.filter(type => b.includes(type)).every(type => type === 'object')
  return (
    onlyObjects &&
    [...one.marks].some(([name, values]) => {
      const others = other.marks.get(name)
      return others !== undefined && areDisjoint(values, others)
    })
  )
}

/** An integer is a number, too. */
function typesOf({ types, values }: Kinds): readonly string[] {
  const found = values === null ? types : values.map(value => typeOfJson(JSON.parse(value)))
  return found.map(type => (type === 'integer' ? 'number' : type))
}

function typeOfJson(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function areDisjoint(a: readonly string[], b: readonly string[]): boolean {
  return a.every(one => !b.includes(one))
}
