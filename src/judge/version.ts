/**
 * Raised with every change of how an answer is read beside the rules themselves, which are told by their patterns:
 * judgements of the old way keep their name in the store, and stay beside the new ones.
 */
export const JUDGING = 1
