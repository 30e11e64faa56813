/** A table of text, for page and Markdown alike. */
export interface Table {
  readonly title: string
  readonly heads: readonly string[]
  /** Per column, whether it is aligned to the right. */
  readonly right: readonly boolean[]
  readonly rows: readonly (readonly string[])[]
}
