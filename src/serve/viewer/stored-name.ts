/** By which name a vector of a study is served. Pages make it too, so this file may import nothing that a browser lacks. */
import { fnv1a } from '../../random.ts'
import type { StoredVector } from './wire.ts'

/** Characters of a name, at most, less those that the run takes. */
const most = 64 - 9
/** Of a hash in base 36, and the dot before it. */
const hashed = 8

/**
 * `study.condition.run`, which is a `VectorName` whatever study and condition are called. Where a name cannot hold them as
 * they are, a few characters of a hash tell them from others that come to look alike.
 */
export function storedName({ study, condition, run }: Pick<StoredVector, 'study' | 'condition' | 'run'>): string {
  const [first, second] = [plain(study) || 'study', plain(condition) || 'condition']
  const ends = run.slice(0, 8)
  if (first === study && second === condition && study.length + 1 + condition.length <= most)
    return `${study}.${condition}.${ends}`
  const room = most - hashed
  // Conditions of one study differ in what follows the study's name, so that is cut last.
  const kept = second.slice(0, room - 9)
  const hash = (fnv1a(`${study}\0${condition}`) >>> 0).toString(36).padStart(7, '0')
  return `${first.slice(0, room - 1 - kept.length)}.${kept}.${hash}.${ends}`
}

function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
}
