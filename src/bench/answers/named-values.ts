/** A part of an answer under its name: an output, or all of the predictions. */
export interface NamedValues {
  readonly name: string
  /** Its first dimension; undefined where it has none. */
  readonly rows: number | undefined
  /** JSON values in arrays of any depth, or the elements one after the other. */
  readonly values: unknown
}

/** Why an answer is wrong, as a person reads it. */
export class WrongAnswer extends Error {}
