import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openReference } from '../../../test/reference/model.ts'
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts'
import type { Model, Prompt } from '../../engine/types.ts'
import { rememberStates } from './remember.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-remember-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('reads a prompt once for one clause, and gives each list what the model would', async () => {
  const file = join(folder, 'tiny.gguf')
  writeTinyModel(file)
  await using model = await openReference(file)
  const asked: Prompt[][] = []
  const counting: Model = Object.assign(Object.create(model), {
    info: model.info,
    capture: (...[prompts, ...rest]: Parameters<Model['capture']>) => {
      asked.push(prompts as Prompt[])
      return model.capture(prompts, ...rest)
    },
  })
  const remembering = rememberStates(counting)
  const where = { layers: [1, 2], tokens: { phase: 'prompt' } } as const
  for (const list of [['a house', 'the sea'], ['the sea', 'a tree', 'a house'], ['a tree'], ['the sea', 'the sea']])
    expect(await remembering.capture(list, where)).toEqual(await model.capture(list, where))
  expect(asked).toEqual([['a house', 'the sea'], ['a tree']])

  const other = { ...where, layers: [1] }
  expect(await remembering.capture(['a tree'], other)).toEqual(await model.capture(['a tree'], other))
  const each = { reduce: 'none' } as const
  expect(await remembering.capture(['a tree'], where, each)).toEqual(await model.capture(['a tree'], where, each))
  expect(asked).toHaveLength(4)
  expect(await remembering.capture([], where)).toEqual(await model.capture([], where))
  await expect(remembering.capture(['a'], { layers: [99] })).rejects.toMatchObject({ code: 'invalid-input' })
})
