/** Lower and upper bound, in the unit of the estimate. */
export type Interval = readonly [lower: number, upper: number]

/**
 * Rows answered under two conditions, counted by what changed. Counts may be fractions, as an effective sample has them.
 */
export interface PairedCounts {
  /** Rows without the property before, with it after. */
  readonly gained: number
  /** Rows with the property before, without it after. */
  readonly lost: number
  /** All paired rows. */
  readonly n: number
}

/** Rows answered under two conditions, with those that have the property under both. */
export interface PairedTable extends PairedCounts {
  /** Rows with the property before and after. */
  readonly kept: number
}

/** How many of `n` rows. */
export interface Count {
  readonly count: number
  readonly n: number
}
