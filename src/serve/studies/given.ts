/** The text of a study that a page sends: checked, and laid down beside the store under a name of ours. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { PlimsollError } from '../../errors.ts'
import { type Vector, vectorBytes } from '../../steer/index.ts'
import { parseStudy } from '../../study/config.ts'
import { type OwnFile, ownFilesOf } from '../../study/own-files.ts'
import type { StudyFile } from '../../study/schema.ts'
import { VectorName } from '../vectors/names.ts'

export interface GivenStudy {
  readonly name: string
  /** Of the study file that was written. */
  readonly file: string
}

export interface GivenOptions {
  /** Files are written below it. */
  readonly folder: string
  /** As the study may name the model. */
  readonly model: string
  /** A vector that the server has; null where it has none of this name. */
  readonly vector: (name: string) => Vector | null
}

/** A vector of the server's, as its file would stand beside the study. */
const beside = /^\.\/(.+)\.safetensors$/

/**
 * What is written lies under a hash of it, so that a path of the text never is one of ours.
 * @throws PlimsollError `invalid-input` for what is no study, or one that names files
 */
export async function writeGiven(text: string, { folder, model, vector }: GivenOptions): Promise<GivenStudy> {
  const file = parseStudy(text, 'the study')
  const vectors = new Map<string, Vector>()
  for (const one of ownFilesOf(file)) {
    if (one.at === 'model' && one.names === model) continue
    const name = one.key === 'vector' ? (VectorName.safeParse(beside.exec(one.names)?.[1]).data ?? null) : null
    const found = name === null ? null : vector(name)
    if (name === null || found === null) throw refused(one, model)
    vectors.set(name, found)
  }
  const parts = [...vectors].map(([name, found]) => ({ name, bytes: vectorBytes(found) }))
  const digest = createHash('sha256').update(text)
  for (const { bytes } of parts) digest.update(bytes)
  const own = join(folder, digest.digest('hex').slice(0, 16))
  await mkdir(own, { recursive: true })
  for (const { name, bytes } of parts) await writeFile(join(own, `${name}.safetensors`), bytes)
  const { name = 'study', model: _, ...rest } = file
  const path = join(own, 'study.yaml')
  await writeFile(path, stringify({ ...absolute(rest, own), name }))
  return { name, file: path }
}

/** The run goes on from any folder. */
function absolute(file: StudyFile, folder: string): StudyFile {
  if (!Array.isArray(file.conditions)) return file
  const conditions = file.conditions.map(one =>
    typeof one === 'object' && 'vector' in one ? { ...one, vector: join(folder, one.vector) } : one,
  )
  return { ...file, conditions }
}

function refused({ at, key, names }: OwnFile, model: string): PlimsollError {
  const expected =
    key === 'model'
      ? `${model}, which is served, or no line \`model\``
      : key === 'vector'
        ? './NAME.safetensors, where NAME is a vector of this server'
        : 'names of data sets, methods and attacks that Plimsoll knows'
  return new PlimsollError('invalid-input', 'A study that a page starts may name no file, and no other model', {
    found: `${at}: ${names}`,
    expected,
    fix: 'Save it as a file, and run it in a terminal: plimsoll run FILE.',
  })
}
