/** A choice of layer and strength, explained in one sentence. */
import { place } from './active.ts'
import type { Kl } from './harmless/index.ts'
import type { WithinBudget } from './kl-budget.ts'
import { net } from './net.ts'
import type { Rule, Study } from './schema.ts'
import { shownWords } from './shown-words.ts'

export interface ChosenPoint {
  readonly layer: number | null
  readonly strength: number
  /** Compliance on the target and on the control prompts. */
  readonly target: number
  readonly control: number
  readonly kl: Kl | null
}

export interface Circumstances {
  readonly behaviour: Study['behaviour']
  readonly rule: Rule
  readonly budget: number
  /** Under `matched-efficacy`: the share of target prompts that is enough, and whether any point answers it. */
  readonly efficacy: number
  readonly reached: boolean
  /** Points that were answered, and those of them that could be chosen. */
  readonly tried: number
  readonly allowed: number
  /** Points beside the chosen one that would have been, had one prompt come out otherwise. */
  readonly close: number
  readonly baseline: Readonly<{ target: number; control: number }>
  /** What would have been chosen with no budget. */
  readonly without: ChosenPoint
  /** How the largest strength was found at the chosen layer; null under other rules. */
  readonly by: WithinBudget['by'] | null
}

export function whyChosen(best: ChosenPoint, circumstances: Circumstances): string {
  return `${choiceText(best, circumstances)}${closeText(circumstances)}${unsteeredText(best, circumstances)}`
}

function choiceText(best: ChosenPoint, circumstances: Circumstances): string {
  const { tried, baseline, behaviour } = circumstances
  const answered = `it ${shownWords(behaviour, best)}; the baseline ${percent(baseline.target)} and ${percent(baseline.control)}`
  switch (circumstances.rule) {
    case 'target-minus-control':
      return `${capital(place(best))} is the best of ${tried} tried: ${answered}.`
    case 'both':
      return `${capital(place(best))} is the best of the ${circumstances.allowed} of ${tried} tried that stay within ${budgetText(circumstances, best)}: ${answered}${withoutBudget(best, circumstances)}.`
    case 'matched-efficacy': {
      const { efficacy, reached } = circumstances
      return reached
        ? `${capital(place(best))} is the best of the smallest strengths at each layer that answer at least ${percent(efficacy)} of the target prompts: ${answered}.`
        : `${capital(place(best))} answers the most of ${tried} tried, none of which reaches ${percent(efficacy)} of the target prompts: ${answered}.`
    }
    case 'kl-budget': {
      const others = tried > 1 ? `, and the best of ${tried} so found` : ''
      return `${capital(place(best))} is ${largestText(circumstances)} within ${budgetText(circumstances, best)}${others}: ${answered}.`
    }
  }
}

/** Rates of few prompts choose by lot. */
function closeText({ rule, close }: Circumstances): string {
  if (close === 0 || !choosesByScore(rule)) return ''
  return close === 1 ? ' Another is within one prompt of it.' : ` ${close} others are within one prompt of it.`
}

/** Under the others the divergence or the target alone decides first. */
function choosesByScore(rule: Rule): boolean {
  return rule === 'target-minus-control' || rule === 'both'
}

/** A rule has to choose one of the points, and cannot say: do not steer. */
function unsteeredText(best: ChosenPoint, { rule, baseline }: Circumstances): string {
  // There the weakest that does enough is wanted, not the largest difference.
  if (rule === 'matched-efficacy') return ''
  const [steered, unsteered] = [net(best), net(baseline)]
  if (steered > unsteered) return ''
  const difference = `${Math.round(100 * unsteered)} points between the two`
  return steered === unsteered
    ? ` No steering at all does as well: ${difference}.`
    : ` No steering at all does better: ${difference}, against ${String(Math.round(100 * steered)).replace('-', '−')}.`
}

/** `the KL budget of 1 nat (95th percentile on harmless text: 0.93)`. */
function budgetText({ budget }: Circumstances, { kl }: ChosenPoint): string {
  return `the KL budget of ${budget} ${budget === 1 ? 'nat' : 'nats'} (95th percentile on harmless text: ${nats(kl)})`
}

function largestText({ by }: Circumstances): string {
  switch (by) {
    case 'whole grid':
      return 'the largest strength of the grid, all of which is'
    case 'grid only':
      return 'the largest strength of the grid (the divergence does not grow with the strength everywhere, so none between was tried)'
    default:
      return 'the largest strength there'
  }
}

function withoutBudget(best: ChosenPoint, { without }: Circumstances): string {
  if (without.layer === best.layer && without.strength === best.strength) return ''
  return `; without the budget it would have been ${place(without)}, at ${nats(without.kl)} nats`
}

/** `0.93`, `0.0021`, `12`. */
export function nats(kl: Kl | null): string {
  return kl === null ? 'not measured' : String(Number(kl.p95.toPrecision(2)))
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
