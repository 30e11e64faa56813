/** An address in native memory. */
export type Pointer = bigint
