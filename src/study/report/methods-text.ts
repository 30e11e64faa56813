/** The methods paragraph and the citation, written for this study. */
import type { StudyResult } from '../result.ts'
import { citationsOf, sourcesOf } from './sources.ts'
import { axes } from './words.ts'

/** Paragraphs of plain text. */
export function methodsText(result: StudyResult): string[] {
  const { margins } = result
  const suites = result.conditions.flatMap(condition => axes.flatMap(axis => condition.axes[axis].suites))
  const intervals = [...new Set(suites.filter(suite => suite.kind === 'rate').map(suite => suite.interval))].toSorted()
  const prose = [
    ...new Set(suites.filter(suite => suite.kind === 'perplexity').map(suite => suite.interval)),
  ].toSorted()
  // Tango's interval over single prompts is the only one of a suite whose prompts stand for themselves.
  const areClustered = intervals.some(interval => interval !== 'tango')
  const judged = result.conditions.filter(({ role }) => role === 'method').length
  return [
    `Every prompt was answered by the unsteered model and under each condition, and both answers were judged alike. Changes are paired by prompt: lost and gained count the prompts whose property went or came. Four axes are measured, after Goyal and Daumé (EACL 2026, arXiv 2602.06256): efficacy (does the target behaviour change), general (are fluency and unrelated abilities kept), control (are related properties kept) and robustness (are they kept under distribution shift).`,
    `Rates have Wilson intervals (Wilson 1927), p-values are of the exact McNemar test (McNemar 1947). ${areClustered ? 'Where prompts share a template, a behaviour or an article, both are of these clusters: Wilson’s interval at the effective sample size, and the p-value that belongs to the interval of the change. ' : ''}All intervals are 95 %. ${intervals.length === 0 ? '' : `Changes of rates have these intervals: ${intervals.join(', ')}. `}${prose.length === 0 ? '' : `Changes of perplexity: ${prose.join(', ')}. `}Tango’s interval is that of Tango (1998); a grid of templates and behaviours is clustered both ways.`,
    `A suite holds when the lower bound of its change is above −margin, is broken when the upper bound is below it, and is undecided otherwise. The margins are ${margins.rates} points for rates, ${margins.perplexity} % for perplexity and ${margins.degenerate} points for degenerate answers. A suite about a property kept counts only where the baseline has it to lose: the lower bound of its rate has to reach 20 % and four times the margin; otherwise nothing can be told. Efficacy works when the lower bound of its change is above 0 and so is that of the difference to the best reference.`,
    `The verdict, in this order: over the line (an axis is broken), cannot be told, no effect (efficacy’s upper bound is under ${margins.rates} points), within the line (efficacy works and the three other axes hold), else undecided. ${judged > 1 ? `Of the ${judged} conditions those that would be within the line are corrected for their number (Holm 1979). ` : ''}A verdict on one vector is no claim about a method.`,
  ]
}

/** Of the tool and this run, of the axes, of the statistics, and of every published data set that the study names. */
export function bibtex(result: StudyResult): string {
  const year = /^\d{4}/.exec(result.time.started)?.[0] ?? ''
  const tool = `@software{plimsoll,
  title  = {Plimsoll: how far a language model may be steered},
  author = {{The Plimsoll authors}},
  year   = {${year}},
  note   = {${result.tool}, run ${result.run}}
}`
  return [tool, ...references, ...citationsOf(sourcesOf(result.plan).sets)].join('\n\n')
}

const references = [
  `@inproceedings{goyal2026steering,
  title     = {Steering Safely or Off a Cliff?},
  author    = {Goyal and Daum{\\'e}},
  booktitle = {EACL},
  year      = {2026},
  note      = {arXiv 2602.06256}
}`,
  `@article{wilson1927probable,
  title   = {Probable Inference, the Law of Succession, and Statistical Inference},
  author  = {Wilson, Edwin B.},
  journal = {Journal of the American Statistical Association},
  volume  = {22},
  pages   = {209--212},
  year    = {1927}
}`,
  `@article{mcnemar1947note,
  title   = {Note on the Sampling Error of the Difference Between Correlated Proportions or Percentages},
  author  = {McNemar, Quinn},
  journal = {Psychometrika},
  volume  = {12},
  pages   = {153--157},
  year    = {1947}
}`,
  `@article{holm1979simple,
  title   = {A Simple Sequentially Rejective Multiple Test Procedure},
  author  = {Holm, Sture},
  journal = {Scandinavian Journal of Statistics},
  volume  = {6},
  pages   = {65--70},
  year    = {1979}
}`,
  `@article{tango1998equivalence,
  title   = {Equivalence Test and Confidence Interval for the Difference in Proportions for the Paired-Sample Design},
  author  = {Tango, Toshiro},
  journal = {Statistics in Medicine},
  volume  = {17},
  pages   = {891--908},
  year    = {1998}
}`,
]
