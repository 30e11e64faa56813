import { expect, it } from 'vitest'
import type { PromptRow } from '../../data/index.ts'
import { refusalRows } from './rows.ts'

const rows = (name: string, count: number) =>
  Array.from({ length: count }, (_, i): PromptRow => ({ id: `${name}-${i}`, prompt: `${name} ${i}` }))
const study = { seed: 1, fit: { keep: 'behaviour', minimum: 8, limit: 64, resamples: 0, resampleRows: null } } as const
const [harmless, harmful, control] = [rows('harmless', 200), rows('harmful', 150), rows('control', 40)]
const oddsWhere = (refuses: (row: PromptRow) => boolean) =>
  new Map([...harmless, ...harmful, ...control].map(row => [row, refuses(row) ? 2 : -2]))
const fit = { pool: [], positive: harmless, negative: harmful }
const select = { target: [], control }

it('makes it of 128 rows a side and picks it on 32, none of them in both', () => {
  const found = refusalRows(
    study,
    fit,
    select,
    oddsWhere(row => !row.id.startsWith('harmless')),
  )
  expect([found.fit.harmful.length, found.fit.harmless.length]).toEqual([128, 128])
  expect([found.select.harmful.length, found.select.harmless.length]).toEqual([32, 32])
  const made = new Set(found.fit.harmless)
  expect(found.select.harmless.filter(row => made.has(row))).toEqual([])
  expect(found.select.harmful.every(row => control.includes(row))).toBe(true)
})

it('takes harmful rows that are refused and harmless ones that are not', () => {
  const odd = (row: PromptRow) => Number(row.id.split('-')[1]) % 2 === 1
  const found = refusalRows(study, fit, select, oddsWhere(odd))
  expect([...found.fit.harmful, ...found.select.harmful].every(odd)).toBe(true)
  expect([...found.fit.harmless, ...found.select.harmless].some(odd)).toBe(false)
  // A hundred are left: a fifth of them is held out.
  expect([found.fit.harmless.length, found.select.harmless.length]).toEqual([80, 20])
})

it('takes a side as it is given where the model shows its behaviour too rarely', () => {
  const found = refusalRows(
    study,
    fit,
    select,
    oddsWhere(row => row === harmful[0]),
  )
  expect(found.fit.harmful).toHaveLength(128)
  expect(found.select.harmful).toHaveLength(32)
})

it('holds nothing out of a handful', () => {
  const found = refusalRows(study, { ...fit, positive: harmless.slice(0, 4) }, select, new Map())
  expect([found.fit.harmless.length, found.select.harmless.length]).toEqual([4, 0])
})
