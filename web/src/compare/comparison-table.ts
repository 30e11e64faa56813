/** Every suite of a comparison on one scale, drawn as a report draws a condition. */
import type { ComparedState, SuiteComparison } from '../../../src/study/comparison/types.ts'
import { comparedInterval, comparedStates, sides, titleOf } from '../../../src/study/report/comparison/words.ts'
import { count, points } from '../../../src/study/report/format.ts'
import { intervalMark } from '../../../src/study/report/geometry/interval.ts'
import type { Scale } from '../../../src/study/report/geometry/scale.ts'
import { breakable, type Html, html } from '../../../src/study/report/html.ts'
import { glyph, intervalSvg, scaleSvg } from '../../../src/study/report/page/mark.ts'
import type { SuiteState } from '../../../src/study/result.ts'

/** The state of a study that is drawn alike. */
const drawnAs: Readonly<Record<ComparedState, SuiteState>> = {
  better: 'works',
  worse: 'broken',
  alike: 'holds',
  unclear: 'undecided',
  'cannot-tell': 'cannot-tell',
}

export function comparisonTable(suites: readonly SuiteComparison[], scale: Scale): Html {
  return html`<div class="iv"><table role="table">
<caption class="only-read">Change of every suite from A to B, in points, with 95 % intervals</caption>
<thead role="rowgroup"><tr role="row">${heading('axis', 'axis')}${heading('suite', 'suite, property')}${heading('base', 'A → B')}
<th class="c-pic" role="columnheader" scope="col"><span class="only-read">picture</span><div class="pic">${scaleSvg(scale, null)}</div></th>
${heading('change', 'change')}${heading('ci', '95 %')}${heading('n', 'n')}${heading('lg', 'lost / gained')}${heading('state', 'state')}${heading('why', 'why')}</tr></thead>
<tbody role="rowgroup">${suites.map((suite, i) => row(suite, titleOf(suite), i > 0 && titleOf(suites[i - 1] ?? suite) === titleOf(suite), scale))}</tbody></table></div>`
}

function heading(area: string, text: string): Html {
  return html`<th class="c-${area}" role="columnheader" scope="col">${text}</th>`
}

function row(suite: SuiteComparison, title: string, again: boolean, scale: Scale): Html {
  const look = comparedStates[suite.state]
  const mark = intervalMark({ ...suite, state: drawnAs[suite.state] }, false, scale)
  const [a, b] = sides(suite)
  const label = `${title}, ${suite.suite}: ${points(suite.change)} from A to B, 95 % interval ${comparedInterval(suite)}: ${look.word}.`
  const nothing = suite.state === 'cannot-tell'
  return html`<tr role="row">
<td class="c-axis${again && ' again'}" role="cell"><span>${title}</span></td>
<th class="c-suite" role="rowheader" scope="row"><b>${breakable(suite.suite)}</b><span>${suite.property}</span></th>
<td class="c-base nowrap" role="cell" data-label="A → B">${a} → ${b}</td>
<td class="c-pic" role="cell"><div class="pic">${!nothing && intervalSvg(mark, scale, { stroke: 'solid', y: 22, label })}</div></td>
<td class="c-change nowrap" role="cell" data-label="change">${nothing ? '–' : points(suite.change)}${suite.kind === 'perplexity' && !nothing && ' %'}</td>
<td class="c-ci nowrap" role="cell" data-label="95 %">${nothing ? '–' : comparedInterval(suite)}</td>
<td class="c-n nowrap" role="cell" data-label="n">${count(suite.n)}</td>
<td class="c-lg nowrap" role="cell" data-label="lost / gained">${suite.kind === 'rate' ? `${count(suite.lost)} / ${count(suite.gained)}` : '–'}</td>
<td class="c-state" role="cell"><span class="state t-${look.tone}">${glyph(look)}${look.word}</span></td>
<td class="c-why" role="cell">${suite.why}</td></tr>`
}
