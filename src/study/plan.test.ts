import { describe, expect, it } from 'vitest'
import { normaliseText } from '../data/index.ts'
import { tangoInterval } from '../measure/statistics/index.ts'
import { planStudy } from './plan.ts'

describe('the plan of the demonstration', () => {
  it('is the same each time, and another for another seed', async () => {
    const [a, b, c] = await Promise.all([planStudy('demo'), planStudy('demo'), planStudy({ study: 'demo', seed: 2 })])
    expect(a.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(b).toEqual(a)
    expect(c.hash).not.toBe(a.hash)
  })

  it('does not depend on what the model is called', async () => {
    const [a, b] = await Promise.all([planStudy('demo'), planStudy({ study: 'demo', model: './other.gguf' })])
    expect(b.hash).toBe(a.hash)
    expect(b.model).toMatch(/^(\/|[A-Z]:).*other\.gguf$/)
  })

  it('keeps fit, select and test apart, and says what it dropped', async () => {
    const plan = await planStudy('demo')
    const tested = plan.suites.flatMap(suite =>
      suite.items.flatMap(item =>
        item.kind === 'answer' ? [normaliseText(item.wrapped?.prompt ?? item.request)] : [],
      ),
    )
    const selected = [...plan.select.target, ...plan.select.control].map(row => normaliseText(row.prompt))
    const fitted = [...plan.fit.pool, ...plan.fit.positive, ...plan.fit.negative].map(row => normaliseText(row.prompt))
    expect(fitted.filter(text => tested.includes(text) || selected.includes(text))).toEqual([])
    expect(selected.filter(text => tested.includes(text))).toEqual([])
    expect(plan.select.target).toHaveLength(74)
    expect(plan.select.control).toHaveLength(74)
    expect(fitted.length).toBeGreaterThan(200)
  })

  it('counts one layer for a method that chooses its own', async () => {
    const selected = async (method: 'iti' | 'diffmean') => {
      const references = { prompt: false, random: 0, randomKl: 0, permuted: 0 } as const
      const { counts, study } = await planStudy({ study: 'demo', conditions: [{ method }], references })
      const own = counts.filter(({ suite, condition }) => suite === 'select' && condition === method)
      return { rows: own.reduce((sum, { rows }) => sum + rows, 0), points: study.select.strengths.length }
    }
    const [iti, diffmean] = [await selected('iti'), await selected('diffmean')]
    expect(iti.rows).toBe(148 * iti.points)
    expect(diffmean.rows).toBe(3 * iti.rows)
  })

  it('explores strengths on questions, wrappers and requests that are not tested', async () => {
    const plan = await planStudy('demo')
    expect(plan.explored.map(({ axis, items }) => [axis, items.length])).toEqual([
      ['general', 48],
      ['robustness', 48],
    ])
    const texts = (suites: typeof plan.suites) =>
      suites.flatMap(suite =>
        suite.items.flatMap(item => {
          if (item.kind === 'choice') return [item.request]
          if (item.kind !== 'answer') return []
          const { prompt, before, after } = item.wrapped ?? { prompt: item.request, before: '', after: '' }
          return before + after === '' ? [prompt] : [prompt, `${before}…${after}`]
        }),
      )
    const tested = new Set(texts(plan.suites))
    expect(texts(plan.explored).filter(text => tested.has(text))).toEqual([])
  })

  it('explores nothing where no strength is chosen, or it is not wanted', async () => {
    const given = await planStudy({ study: 'demo', conditions: [{ method: 'diffmean', layer: 4, strength: 2 }] })
    expect(given.explored).toEqual([])
    const unwanted = await planStudy({ study: 'demo', select: { explore: false } })
    expect(unwanted.explored).toEqual([])
    const whole = await planStudy('demo')
    // Five strengths and the baseline.
    expect(whole.answers - unwanted.answers).toBe(6 * 96)
  })

  it('has the four axes, baseline first, references and safeguards', async () => {
    const plan = await planStudy('demo')
    expect([...new Set(plan.suites.map(suite => suite.axis))]).toEqual(['efficacy', 'general', 'control', 'robustness'])
    expect(plan.conditions.map(condition => condition.role)).toEqual([
      'baseline',
      'method',
      'reference',
      'reference',
      'reference',
      'reference',
      'positive-control',
      'identity',
      'second-baseline',
    ])
    expect(plan.answers).toBe(plan.counts.reduce((sum, count) => sum + count.rows, 0))
  })

  it('says what a suite can at best decide', async () => {
    const plan = await planStudy({ study: 'demo', limit: 60 })
    const control = plan.outlook.find(outlook => outlook.suite === 'organism/harmful/test')
    expect(control).toMatchObject({ rows: 60, independent: 60, canHold: false, rowsNeeded: 73 })
    const efficacy = plan.outlook.find(outlook => outlook.suite === 'organism/pseudo-harmful/test')
    expect(efficacy).toMatchObject({ rows: 60, rulesOut: null, shows: 4 / 60 })
    // Of four prompts that change one way the interval leaves zero, of three it does not.
    expect([3, 4].map(gained => tangoInterval({ gained, lost: 0, n: 60 })[0] > 0)).toEqual([false, true])
    expect(plan.dropped).toContainEqual({
      from: 'organism/harmful/test',
      rows: 180,
      why: 'not drawn: 60 of 240 are tested',
    })
  })
})

describe('a plan with a mistake', () => {
  it('names two conditions of one name', async () => {
    await expect(
      planStudy({ study: 'demo', conditions: [{ method: 'diffmean' }, { method: 'diffmean' }] }),
    ).rejects.toMatchObject({ code: 'invalid-input', found: 'diffmean' })
  })

  it('names templates without prompts', async () => {
    await expect(
      planStudy({ study: 'demo', measure: { robustness: ['organism/templates/test'] } }),
    ).rejects.toMatchObject({
      fix: expect.stringContaining('prompts: DATASET'),
    })
  })
})

describe('parameters of a method', () => {
  const conditions = (...all: object[]) => planStudy({ study: 'demo', conditions: all as never })

  it('make another condition and another plan', async () => {
    const [plain, half] = [
      await conditions({ method: 'partial-or' }),
      await conditions({ method: 'partial-or', parameters: { lambda: 0.5 } }),
    ]
    expect(half.hash).not.toBe(plain.hash)
    const both = await conditions(
      { method: 'partial-or' },
      { method: 'partial-or', name: 'half', parameters: { lambda: 0.5 } },
    )
    expect(both.conditions.filter(({ role }) => role === 'method').map(({ name }) => name)).toEqual([
      'partial-or',
      'half',
    ])
  })

  it('are refused where the method has none of that name, and where they are no such thing', async () => {
    await expect(conditions({ method: 'pca', parameters: { lambda: 0.5 } })).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'pca has no parameter lambda',
      expected: 'constrained, tokens, centred',
    })
    await expect(conditions({ method: 'partial-or', parameters: { lambda: 'much' } })).rejects.toThrow()
  })
})

it('a method of one’s own that cannot be loaded is told while the study is planned', async () => {
  const conditions = [{ method: './nowhere.ts' }]
  await expect(planStudy({ study: 'demo', conditions })).rejects.toMatchObject({
    code: 'not-found',
    where: expect.stringMatching(/nowhere\.ts$/),
  })
})

describe('the quick look', () => {
  it('needs about a thousand answers to read', async () => {
    const plan = await planStudy({ study: 'overrefusal-quick', model: 'some-model' })
    const generated = plan.counts.filter(count => count.stage === 'measure' && count.maxTokens > 0)
    const answers = generated.reduce((sum, count) => sum + count.rows, 0)
    expect(answers).toBeGreaterThan(600)
    expect(answers).toBeLessThan(1100)
    expect(Math.max(...generated.map(count => count.maxTokens))).toBe(96)
  })

  it('is large enough for every suite to hold', async () => {
    const { outlook } = await planStudy({ study: 'overrefusal-quick', model: 'some-model' })
    expect(outlook.filter(suite => suite.canHold === false)).toEqual([])
  })
})

describe('the study on all English sets', () => {
  // No published set is in reach.
  const plan = () => planStudy({ study: 'overrefusal-english', model: 'some-model' }, { dataDir: 'no-such-folder' })

  it('tests enough rows to decide, with no data set but those of the package', async () => {
    const { suites, outlook } = await plan()
    expect(suites.map(suite => [suite.axis, suite.name, suite.items.length])).toEqual([
      ['efficacy', 'english/pseudo-harmful/test', 126],
      ['general', 'english/choice/test', 240],
      ['general', 'english/prose/test', 48],
      ['control', 'english/harmful/test', 120],
      ['robustness', 'english/templates/test × english/harmful/test', 800],
      ['robustness', 'english/templates/test × english/harmless/test', 100],
    ])
    expect(outlook.filter(suite => suite.canHold === false)).toEqual([])
  })

  it('asks 80 requests in 16 templates, each of either about as often as any other', async () => {
    const items = (await plan()).suites.find(suite => suite.items.length === 800)?.items ?? []
    for (const [cluster, of] of [
      ['prompt', 80],
      ['template', 16],
    ] as const) {
      const asked = [...Map.groupBy(items, item => item.clusters[cluster]).values()].map(group => group.length)
      expect(asked).toHaveLength(of)
      expect(Math.max(...asked) - Math.min(...asked)).toBeLessThanOrEqual(1)
    }
  })

  it('fits and selects on splits of like size that lose nothing to overlap', async () => {
    const { fit, select, dropped } = await plan()
    expect([fit.pool.length, fit.positive.length, fit.negative.length]).toEqual([126, 120, 120])
    expect([select.target.length, select.control.length]).toEqual([74, 74])
    expect(dropped.filter(({ why }) => !why.startsWith('not drawn'))).toEqual([])
  })
})
