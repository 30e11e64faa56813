/** How what a method does differs from fit to fit, where each is made on a contrast set drawn anew. */
import { tQuantile } from '../measure/statistics/index.ts'
import type { SuiteResult } from '../measure/types.ts'
import type { Axes } from '../measure/verdict.ts'
import type { AxisName, Fits, FitsOfSuite } from './result.ts'
import { axisNames } from './suites.ts'

interface OneFit {
  readonly axes: Axes
  readonly extra: readonly SuiteResult[]
}

/** Undefined of fewer than two fits: nothing differs then. */
export function fitsOf(fits: readonly OneFit[]): Fits | undefined {
  const [first] = fits
  if (first === undefined || fits.length < 2) return undefined
  const suites = fits.map(suitesOf)
  return {
    n: fits.length,
    suites: suitesOf(first).flatMap(({ axis, result: { suite } }) => {
      const own = suites.flatMap(of => of.filter(one => one.result.suite === suite && one.axis === axis))
      const told = own.map(({ result }) => result).filter(({ n }) => n > 0)
      return told.length < 2 ? [] : [spread(axis, suite, told)]
    }),
  }
}

function suitesOf({ axes, extra }: OneFit): { readonly axis: AxisName | null; readonly result: SuiteResult }[] {
  return [
    ...axisNames.flatMap(axis => axes[axis].suites.map(result => ({ axis, result }))),
    ...extra.map(result => ({ axis: null, result })),
  ]
}

function spread(axis: AxisName | null, suite: string, results: readonly SuiteResult[]): FitsOfSuite {
  const changes = results.map(({ change }) => change)
  const fits = changes.length
  const mean = changes.reduce((sum, change) => sum + change, 0) / fits
  const sd = Math.sqrt(changes.reduce((sum, change) => sum + (change - mean) ** 2, 0) / (fits - 1))
  const half = tQuantile(0.975, fits - 1) * (sd / Math.sqrt(fits))
  const rows = Math.min(...results.map(({ n }) => n))
  return { axis, suite, rows, changes, mean, sd, ci: [mean - half, mean + half] }
}
