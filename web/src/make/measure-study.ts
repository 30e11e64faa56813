/** The study file that measures a vector. */

export interface MeasureStudy {
  readonly vector: string
  /** As it is served. */
  readonly model: string
  /** Built-in study that says what is asked. */
  readonly base: string
  readonly strengths: readonly number[]
}

export function studyName({ vector }: Pick<MeasureStudy, 'vector'>): string {
  return `${vector}-measured`
}

/** Names are quoted: one such as `1e5` would be a number. */
export function measureStudy({ vector, model, base, strengths }: MeasureStudy): string {
  const conditions = strengths.map(strength => {
    const name = strengths.length === 1 ? vector : `${vector} ${strength}`
    return `  - { name: ${quoted(name)}, vector: ${quoted(`./${vector}.safetensors`)}, strength: ${strength} }`
  })
  return `# In a terminal, with ${vector}.safetensors beside this file:
# plimsoll run ${studyName({ vector })}.yaml --model ${model}
version: 1
name: ${quoted(studyName({ vector }))}
study: ${quoted(base)}
conditions:
${conditions.join('\n')}
`
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/** `0.5, 1 2` as numbers, each once; null where it is none. */
export function strengthsOf(text: string): number[] | null {
  const words = text.split(/[\s,;]+/).filter(word => word !== '')
  const numbers = words.map(Number)
  const wrong =
    numbers.length === 0 || numbers.length > 8 || numbers.some(n => !Number.isFinite(n) || Math.abs(n) > 100)
  return wrong ? null : [...new Set(numbers)]
}
