import { createRandom } from '../../random.ts'
import { type Bootstrap, type BootstrapOptions, checkDraws, deviation, percentileInterval } from './bootstrap.ts'
import { type ClusteredValue, twoWayMean } from './clusters.ts'
import { normalCdf } from './normal.ts'
import { tQuantile } from './student-t.ts'

/**
 * Bootstrap of a mean over a template × prompt grid: templates are drawn with replacement, prompts too, independently,
 * and a cell counts as often as its template times its prompt was drawn. Owen 2007, Annals of Applied Statistics 1:386
 * ("pigeonhole"); Owen and Eckles 2012, same journal 6:895. No bootstrap of such a grid is exact (McCullagh 2000,
 * Bernoulli 6:285); this one errs to the wide side, by what varies within cells, which it counts three times.
 *
 * The quantiles are taken further out, at Φ(−√(G/(G − 1)) t), G the smaller number of clusters and t Student's quantile
 * with G − 1 degrees of freedom, since plain percentiles are too short with few clusters ("expanded percentile",
 * Hesterberg 2015, The American Statistician 69:371). With all values alike the interval is a point: it stands beside
 * `gridChange` as a second opinion, for figures that are no rates too, and in no verdict. Cells may be missing.
 *
 * @throws PlimsollError `invalid-input` with fewer than two templates or prompts, or fewer than 100 draws
 */
export function gridBootstrap(
  rows: readonly ClusteredValue[],
  { seed, draws = 4000, level = 0.95 }: BootstrapOptions,
): Bootstrap {
  checkDraws(draws, level)
  const { mean, df } = twoWayMean(rows)
  const templates = indexOf(rows.map(row => row.template))
  const prompts = indexOf(rows.map(row => row.prompt))
  const values = Float64Array.from(rows, row => row.value)
  const random = createRandom(seed, 'grid bootstrap')
  const weigh = (size: number) => {
    const weights = new Float64Array(size)
    for (let i = 0; i < size; i++) weights[random.int(size)]! += 1
    return weights
  }
  const redraw = (): number => {
    const [byTemplate, byPrompt] = [weigh(templates.size), weigh(prompts.size)]
    let [sum, total] = [0, 0]
    for (let i = 0; i < values.length; i++) {
      const weight = byTemplate[templates.at[i]!]! * byPrompt[prompts.at[i]!]!
      sum += weight * values[i]!
      total += weight
    }
    // A sparse grid can be missed altogether.
    return total > 0 ? sum / total : redraw()
  }
  const redrawn = Float64Array.from({ length: draws }, redraw).sort()
  const out = normalCdf(tQuantile(0.5 + level / 2, df) * Math.sqrt((df + 1) / df))
  return { estimate: mean, interval: percentileInterval(redrawn, 2 * out - 1), error: deviation(redrawn), draws }
}

function indexOf(names: readonly string[]): { readonly at: Uint32Array; readonly size: number } {
  const known = new Map<string, number>()
  const at = Uint32Array.from(names, name => {
    const found = known.get(name) ?? known.size
    known.set(name, found)
    return found
  })
  return { at, size: known.size }
}
