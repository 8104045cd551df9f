/**
 * How large a rollout may be, so that its state fits into a tag of a registered model (MLflow 3.17.2 takes values of 5,000
 * characters, some databases count bytes) and its names into a header, a path and the name of a tag;
 * which numbers only a damaged state has; and what its statistics can count.
 */
export const ROLLOUT_LIMITS = {
  /** Of the state's text, all ASCII, in characters. */
  stateText: 4000,
  variants: 20,
  /** Names of all variants together, as a list in ASCII JSON, in characters. */
  variantNames: 1000,
  /** Of `RolloutState.writer`, as ASCII JSON, in characters. */
  writer: 300,
  /** Changes of the split, below which a step is: an outcome id has three bytes for it. */
  steps: 2 ** 24,
  /** Changes, below which an epoch is: far beyond any rollout, and far below what a number counts exactly. */
  epochs: 2 ** 48,
  /** Of an outcome, to either side of 0: the squares of more would be infinite, and no statistics come back from there. */
  outcome: 1e100,
  /** Of a rollout's name, in characters. */
  name: 100,
} as const
