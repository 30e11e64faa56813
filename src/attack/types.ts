/** What an attack is: a pure function from a request to what is asked instead of it. */
import type { Random } from '../random.ts'

/** A turn of the conversation before the request. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** What a model is asked in place of a request. */
export interface Asked {
  /** The user's last turn. */
  readonly user: string
  /** System message in place of the study's. */
  readonly system?: string | undefined
  /** Turns before the user's last. */
  readonly turns?: readonly Turn[] | undefined
  /** Words with which the model's answer is made to begin; the model reads them, it does not write them. */
  readonly prefill?: string | undefined
}

export type AttackParameters = Readonly<Record<string, number | string | boolean>>

/** What an attack is told beside the request. */
export interface Told {
  /** Names the request within its data set. */
  readonly id: string
  /** The data's own answer to the request, where it has one. */
  readonly target?: string | undefined
  readonly parameters: AttackParameters
  /** Drawn from the study's seed, the attack and the request: the same for the same three. */
  readonly random: Random
  /** The study's seed, for what all requests are to share. */
  readonly seed: number
}

/** Null where a request cannot be put this way; such are counted apart. */
export type ApplyAttack = (request: string, told: Told) => Asked | null

/** `instruction`: words around the request. `encoding`: its letters. `conversation`: other turns. `shift`: other words for the same. */
export type AttackGroup = 'instruction' | 'encoding' | 'conversation' | 'shift'

export interface Attack {
  readonly name: string
  readonly group: AttackGroup
  /** What it does, in one sentence. */
  readonly does: string
  readonly citation: string
  /** Empty where it is as published. */
  readonly differsFromOriginal: string
  /** What it can be told, and what holds where it is told nothing. */
  readonly defaults: AttackParameters
  /** What each parameter may be; checked before anything is asked. */
  readonly limits?: Readonly<Record<string, readonly [least: number, most: number]>> | undefined
  /** Whether it draws. */
  readonly seeded: boolean
  readonly apply: ApplyAttack
  /** The request again, out of what was asked; where letters are lost, as near as they allow. Null for what is no such text. */
  readonly decode?: ((asked: Asked) => string | null) | undefined
}
