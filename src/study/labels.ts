/** What has to be said wherever the results of a run stand. */
import type { ModelInfo } from '../engine/types.ts'
import { findEntry } from '../models/registry.ts'
import type { Study } from './schema.ts'

const teachingAid = 'This model is a teaching aid: it shows the method, not a finding.'
const underSystemPrompt =
  'Fit, baseline and references all stand under a system prompt: this tests how far the model follows a prompt, and bears on no finding about refusals it was trained for.'

/** The study's own labels, and those that its model and its base condition call for; each once. */
export function labelsOf(study: Pick<Study, 'labels' | 'system'>, model: Pick<ModelInfo, 'name'>): string[] {
  const called = [
    ...(findEntry(model.name)?.label === 'teaching aid' ? [teachingAid] : []),
    ...(study.system === null ? [] : [underSystemPrompt]),
  ]
  return [...new Set([...study.labels, ...called])]
}
