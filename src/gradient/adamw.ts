/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), as torch.optim.AdamW. */

/** torch's defaults. */
const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/** What the next steps depend on beside the parameters. */
export interface AdamWState {
  readonly steps: number
  /** Running means of the gradient, and of its square. */
  readonly first: Float64Array
  readonly second: Float64Array
}

export class AdamW {
  readonly #parameters: Float64Array
  readonly #weightDecay: number
  readonly #first: Float64Array
  readonly #second: Float64Array
  #steps: number

  /** @param parameters changed in place by every step */
  constructor(parameters: Float64Array, { weightDecay }: { readonly weightDecay: number }, state?: AdamWState) {
    this.#parameters = parameters
    this.#weightDecay = weightDecay
    this.#first = state?.first.slice() ?? new Float64Array(parameters.length)
    this.#second = state?.second.slice() ?? new Float64Array(parameters.length)
    this.#steps = state?.steps ?? 0
  }

  get state(): AdamWState {
    return { steps: this.#steps, first: this.#first.slice(), second: this.#second.slice() }
  }

  step(gradient: Float64Array, learningRate: number): void {
    this.#steps += 1
    const [correct1, correct2] = [1 - beta1 ** this.#steps, 1 - beta2 ** this.#steps]
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]!
      const m = beta1 * this.#first[i]! + (1 - beta1) * g
      const v = beta2 * this.#second[i]! + (1 - beta2) * g * g
      this.#first[i] = m
      this.#second[i] = v
      const kept = this.#parameters[i]! * (1 - learningRate * this.#weightDecay)
      this.#parameters[i] = kept - (learningRate * (m / correct1)) / (Math.sqrt(v / correct2) + epsilon)
    }
  }
}
