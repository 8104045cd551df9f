/**
 * How large a rollout may be, so that its state fits into a tag of a registered model (MLflow 3.17.2 takes values of 5,000
 * characters, some databases count bytes) and its names into a header, a path and the name of a tag.
 */
export const ROLLOUT_LIMITS = {
  /** Of the state's text, all ASCII, in characters. */
  stateText: 4000,
  variants: 20,
  /** Names of all variants together, as a list in ASCII JSON, in characters. */
  variantNames: 1000,
  /** Of `RolloutState.writer`, as ASCII JSON, in characters. */
  writer: 300,
  /** Of a rollout's name, in characters. */
  name: 100,
} as const
