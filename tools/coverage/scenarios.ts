/** How often intervals hold the truth: what is simulated, for `npm run coverage` and for coverage.test.ts. */
import {
  gridBootstrap,
  gridChange,
  gridRate,
  type Interval,
  judgedSample,
  newcombePaired,
  pairedBootstrap,
  perplexityChange,
  predictionPoweredChange,
  predictionPoweredMean,
  predictionPoweredRate,
  roganGladen,
  roganGladenChange,
  tQuantile,
  twoWayMean,
} from '../../src/measure/statistics/index.ts'
import { correlatedPair, type GridModel, grid, judge, type Source, source } from './draw.ts'
import { newcombeCoverage, tangoCoverage, wilsonCoverage } from './exact.ts'

/** Bands of nearby rates. */
export const bands = { '1 %': [0.008, 0.012], '10 %': [0.08, 0.12], '50 %': [0.45, 0.55] } as const
export type Band = keyof typeof bands
export const everyBand = Object.keys(bands) as Band[]

export interface Covered {
  /** Over the rates of the band. */
  readonly average: number
  /** At the worst of its rates; of a simulation it has more random error than the average. */
  readonly lowest: number
  /** 0 where it was summed over all outcomes. */
  readonly rounds: number
}

export interface Scenario {
  readonly interval: string
  readonly sample: string
  /** Whether a verdict or the rates beside it stand on this interval, or it is only there to be used. */
  readonly use: 'verdict' | 'offered' | 'shown for comparison'
  cover(band: Band, rounds: number): Covered
}

type Truth = readonly [interval: Interval, truth: number]

function exact(interval: string, sample: string, use: Scenario['use'], of: () => (rate: number) => number): Scenario {
  return {
    interval,
    sample,
    use,
    cover: band => {
      const coverage = of()
      const [low, high] = bands[band]
      const found = Array.from({ length: 9 }, (_, i) => coverage(low + ((high - low) * i) / 8))
      return { average: average(found), lowest: Math.min(...found), rounds: 0 }
    },
  }
}

function simulated(
  interval: string,
  sample: string,
  use: Scenario['use'],
  draw: (from: Source, rate: number) => Truth,
  share = 1,
): Scenario {
  return {
    interval,
    sample,
    use,
    cover: (band, rounds) => {
      const [low, high] = bands[band]
      const each = Math.ceil((share * rounds) / 5)
      const found = Array.from({ length: 5 }, (_, i) => {
        const from = source(`${interval} ${sample} ${band} ${i}`)
        let held = 0
        for (let round = 0; round < each; round++) {
          const [[least, most], truth] = draw(from, low + ((high - low) * i) / 4)
          if (least <= truth && truth <= most) held++
        }
        return held / each
      })
      return { average: average(found), lowest: Math.min(...found), rounds: 5 * each }
    },
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const sizes = [75, 120, 250]
const quarter = (rate: number) => rate / 4
const half = (rate: number) => rate / 2

const independent = sizes.flatMap(n => [
  exact('wilson', `${n} rows`, 'verdict', () => wilsonCoverage(n)),
  exact('tangoInterval', `${n} pairs, losses only`, 'verdict', () => tangoCoverage(n, () => 0)),
  exact('tangoInterval', `${n} pairs, a quarter as many gains`, 'verdict', () => tangoCoverage(n, quarter)),
  exact('newcombe', `${n} rows each, half the rate`, 'offered', () => newcombeCoverage(n, half)),
  simulated('newcombePaired', `${n} pairs, half the rate, correlated`, 'offered', (from, rate) => {
    const pairs = Array.from({ length: n }, () => correlatedPair(from, [rate, half(rate)], 0.6))
    const count = (before: boolean, after: boolean) => pairs.filter(([b, a]) => b === before && a === after).length
    const table = { gained: count(false, true), lost: count(true, false), kept: count(true, true), n }
    return [newcombePaired(table), half(rate) - rate]
  }),
])

const grids = [
  { templates: 10, prompts: 80 },
  { templates: 25, prompts: 100 },
].flatMap(shape => [
  { ...shape, lean: { template: 0.3, prompt: 0.5 }, name: `${shape.templates} × ${shape.prompts}` },
  { ...shape, lean: { template: 0.5, prompt: 0.6 }, name: `${shape.templates} × ${shape.prompts}, strongly clumped` },
])

const clustered = grids.flatMap(({ name, ...shape }) => {
  const model = (rate: number, gains: (rate: number) => number): GridModel => ({
    ...shape,
    lost: rate,
    gained: gains(rate),
  })
  const asRates = (from: Source, rate: number) =>
    grid(
      from,
      model(rate, () => 0),
    ).map(row => ({ ...row, value: -row.value }))
  return [
    simulated('gridChange', `${name}, losses only`, 'verdict', (from, rate) => [
      gridChange(
        grid(
          from,
          model(rate, () => 0),
        ),
      ).interval,
      -rate,
    ]),
    simulated('gridChange', `${name}, a quarter as many gains`, 'verdict', (from, rate) => [
      gridChange(grid(from, model(rate, quarter))).interval,
      quarter(rate) - rate,
    ]),
    simulated('gridRate', name, 'verdict', (from, rate) => [gridRate(asRates(from, rate)), rate]),
    simulated(
      'gridBootstrap',
      name,
      'offered',
      (from, rate) => [gridBootstrap(asRates(from, rate), { seed: from.int(2 ** 31), draws: 400 }).interval, rate],
      // A thousand times the work of a formula.
      0.25,
    ),
    simulated('mean ± t √V', `${name}, losses only`, 'shown for comparison', (from, rate) => {
      const { mean, variance, df } = twoWayMean(
        grid(
          from,
          model(rate, () => 0),
        ),
      )
      const far = tQuantile(0.975, df) * Math.sqrt(variance)
      return [[mean - far, mean + far], -rate]
    }),
    simulated('mean ± 1.96 √row variance', `${name}, losses only`, 'shown for comparison', (from, rate) => {
      const { mean, parts } = twoWayMean(
        grid(
          from,
          model(rate, () => 0),
        ),
      )
      const far = 1.96 * Math.sqrt(parts.cell)
      return [[mean - far, mean + far], -rate]
    }),
  ]
})

/** A judge that says yes of 9 in 10 that are, and of 1 in 20 that are not. */
const says = (from: Source, label: boolean) => judge(from, label, 0.9, 0.95)

/** `n` answers at `rate`, of which the first `labelled` have a label. */
function judged(from: Source, rate: number, n: number, labelled: number) {
  return Array.from({ length: n }, (_, i) => {
    const label = from.next() < rate
    return { predicted: says(from, label), label: i < labelled ? label : undefined }
  })
}

function judgeError(from: Source) {
  const tally = (n: number, rate: number) => ({
    count: Array.from({ length: n }, () => from.next() < rate).filter(right => right).length,
    n,
  })
  return { sensitivity: tally(200, 0.9), specificity: tally(250, 0.95) }
}

const byJudge = [
  [250, 75],
  [800, 120],
].flatMap(([n = 0, labelled = 0]) => [
  simulated('predictionPoweredRate', `${labelled} of ${n} labelled`, 'offered', (from, rate) => [
    predictionPoweredRate([judgedSample(judged(from, rate, n, labelled))]).interval,
    rate,
  ]),
  simulated('predictionPoweredRate', `two strata, ${labelled} of ${n} labelled in each`, 'offered', (from, rate) => [
    predictionPoweredRate([
      judgedSample(judged(from, rate, n, labelled)),
      judgedSample(judged(from, half(rate), n, labelled)),
    ]).interval,
    0.75 * rate,
  ]),
  simulated('predictionPoweredChange', `${n} prompts, ${labelled} labelled a side`, 'offered', (from, rate) => {
    const pairs = Array.from({ length: n }, (_, i) => {
      const [before, after] = correlatedPair(from, [rate, half(rate)], 0.6)
      return {
        baseline: { predicted: says(from, before), label: i < labelled ? before : undefined },
        // Half of these are labelled on both sides.
        steered: {
          predicted: says(from, after),
          label: i >= labelled / 2 && i < 1.5 * labelled ? after : undefined,
        },
      }
    })
    return [predictionPoweredChange(pairs).interval, half(rate) - rate]
  }),
])

const corrected = sizes.flatMap(n => [
  simulated('roganGladen', `${n} rows`, 'offered', (from, rate) => {
    const count = judged(from, rate, n, 0).filter(row => row.predicted).length
    return [roganGladen({ count, n }, judgeError(from)).interval, rate]
  }),
  simulated('roganGladenChange', `${n} pairs, half the rate, correlated`, 'offered', (from, rate) => {
    const pairs = Array.from({ length: n }, () =>
      correlatedPair(from, [rate, half(rate)], 0.6).map(label => says(from, label)),
    )
    const count = (before: boolean) => pairs.filter(([b, a]) => b === before && a === !before).length
    return [
      roganGladenChange({ gained: count(false), lost: count(true), n }, judgeError(from)).interval,
      half(rate) - rate,
    ]
  }),
])

export const scenarios: readonly Scenario[] = [...independent, ...clustered, ...byJudge, ...corrected]

/** Figures that are no rates: the band is not used. */
const scores = sizes.flatMap(n =>
  (['studentised', 'percentile', 'bca'] as const).map(method =>
    simulated(`pairedBootstrap, ${method}`, `${n} skewed differences`, 'offered', from => {
      // Exponential less a half: its mean is a half, its skewness 2.
      const pairs = Array.from({ length: n }, () => ({ baseline: 0.5, steered: -Math.log(1 - from.next()) }))
      return [pairedBootstrap(pairs, { seed: from.int(2 ** 31), draws: 600, method }).interval, 0.5]
    }),
  ),
)

const documents = [8, 20, 40].map(n =>
  simulated('perplexityChange', `${n} documents`, 'verdict', from => {
    const rows = Array.from({ length: n }, () => {
      const tokens = 40 + from.int(200)
      const baseline = -tokens * (3 + 0.4 * from.normal())
      return { tokens, baseline, steered: baseline - tokens * (0.04 + 0.05 * from.normal()) }
    })
    return [perplexityChange(rows).interval, -Math.expm1(0.04)]
  }),
)

/** A rubric's score from 0 to 1 in quarters, and a score that a few rows dominate. */
const kinds = {
  'scores in quarters': { mean: 0.5, draw: (from: Source) => from.int(5) / 4 },
  'skewed scores': { mean: 1, draw: (from: Source) => -Math.log(1 - from.next()) },
}
const means = [
  [250, 75],
  [800, 120],
].flatMap(([n = 0, labelled = 0]) =>
  Object.entries(kinds).map(([kind, { mean, draw }]) =>
    simulated('predictionPoweredMean', `${kind}, ${labelled} of ${n} labelled`, 'offered', from => {
      const rows = Array.from({ length: n }, () => {
        const label = draw(from)
        return { label, predicted: 0.7 * label + 0.5 * mean * from.normal() }
      })
      const sample = { labelled: rows.slice(0, labelled), unlabelled: rows.slice(labelled).map(row => row.predicted) }
      return [predictionPoweredMean([sample]).interval, mean]
    }),
  ),
)

export const otherFigures: readonly Scenario[] = [...documents, ...scores, ...means]
